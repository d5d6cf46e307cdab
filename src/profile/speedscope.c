/* The format: https://www.speedscope.app/file-format-schema.json */
#include "portside_version.h"

#include "src/profile/spans.h"
#include "src/profile/writers.h"

struct speedscope {
    const struct profile *p;
    struct output *o;
    const char *separator; /* before the next profile, the next event */
    bool first_profile;
};

static void write_head(struct speedscope *s, const char *name)
{
    struct output *o = s->o;

    output_str(o, "{\"exporter\":\"portside " PORTSIDE_VERSION "\",\"name\":");
    output_json(o, name ? name : "trace");
    output_str(o, ",\"activeProfileIndex\":0,"
                  "\"$schema\":\"https://www.speedscope.app/file-format-schema.json\","
                  "\"shared\":{\"frames\":[");
    for (size_t i = 0; i < span_frame_count(s->p); i++) {
        output_str(o, i ? ",\n{\"name\":" : "\n{\"name\":");
        output_json(o, span_frame_name(s->p, i));
        output_put(o, "}", 1);
    }
    output_str(o, "]},\"profiles\":[");
}

static void begin_profile(struct speedscope *s, const char *type, uint32_t thread, const char *unit)
{
    output_str(s->o, s->first_profile ? "\n{\"type\":\"" : ",\n{\"type\":\"");
    s->first_profile = false;
    output_str(s->o, type);
    output_str(s->o, "\",\"name\":");
    output_json(s->o, names_get(&s->p->names, s->p->threads[thread].name));
    output_str(s->o, ",\"unit\":\"");
    output_str(s->o, unit);
    output_str(s->o, "\"");
}

static void begin_thread(void *user, uint32_t thread, int64_t start, int64_t end)
{
    struct speedscope *s = user;

    begin_profile(s, "evented", thread, "milliseconds");
    output_str(s->o, ",\"startValue\":");
    output_decimal(s->o, start, 6);
    output_str(s->o, ",\"endValue\":");
    output_decimal(s->o, end, 6);
    output_str(s->o, ",\"events\":[");
    s->separator = "\n";
}

static void write_frame(void *user, bool opens, uint32_t number, int64_t time)
{
    struct speedscope *s = user;

    output_str(s->o, s->separator);
    s->separator = ",\n";
    output_str(s->o, opens ? "{\"type\":\"O\",\"frame\":" : "{\"type\":\"C\",\"frame\":");
    output_u64(s->o, number);
    output_str(s->o, ",\"at\":");
    output_decimal(s->o, time, 6);
    output_put(s->o, "}", 1);
}

static void end_thread(void *user)
{
    struct speedscope *s = user;

    output_str(s->o, "]}");
}

static void write_stack(struct speedscope *s, const struct total *total)
{
    size_t depth;
    const uint64_t *frames = stack_table_get(&s->p->stacks, total->stack, &depth);

    output_fmt(s->o, "[%d,%u", SPAN_PROCESS, SPAN_FRAMES + total->thread);
    for (size_t k = depth; k > 0; k--) {
        output_put(s->o, ",", 1);
        output_u64(s->o, SPAN_FRAMES + s->p->thread_count + frames[k - 1]);
    }
    output_put(s->o, "]", 1);
}

/* Kinds without times: each stack of one thread with its weight. */
static void write_sampled(struct speedscope *s, enum profile_kind kind, const struct total *list,
                          size_t count)
{
    const char *unit = profile_kinds[kind].unit;
    uint64_t sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += list[i].value;
    begin_profile(s, "sampled", list[0].thread, unit[0] == 'c' ? "none" : unit);
    output_str(s->o, ",\"startValue\":0,\"endValue\":");
    output_u64(s->o, sum);
    output_str(s->o, ",\"samples\":[");
    for (size_t i = 0; i < count; i++) {
        output_str(s->o, i ? ",\n" : "\n");
        write_stack(s, &list[i]);
    }
    output_str(s->o, "],\"weights\":[");
    for (size_t i = 0; i < count; i++) {
        output_str(s->o, i ? "," : "");
        output_u64(s->o, list[i].value);
    }
    output_str(s->o, "]}");
}

static void write_all_sampled(struct speedscope *s, enum profile_kind kind)
{
    const struct totals *totals = &s->p->totals[kind];

    if (totals->count == 0) /* a file without profiles does not open */
        output_fmt(s->o, "\n{\"type\":\"sampled\",\"name\":\"nothing\",\"unit\":\"none\","
                         "\"startValue\":0,\"endValue\":0,\"samples\":[],\"weights\":[]}");
    for (size_t i = 0, end; i < totals->count; i = end) {
        for (end = i; end < totals->count && totals->list[end].thread == totals->list[i].thread;
             end++)
            ;
        write_sampled(s, kind, &totals->list[i], end - i);
    }
}

bool write_speedscope(const struct profile *p, const struct format_options *options,
                      struct output *o)
{
    struct speedscope s = {.p = p, .o = o, .first_profile = true};
    const struct span_sink sink = {&s, begin_thread, write_frame, end_thread};
    bool ok = true;

    write_head(&s, options->name);
    if (profile_kinds[options->kind].has_runs)
        ok = spans_write(p, options->kind == PROFILE_CPU, &sink);
    else
        write_all_sampled(&s, options->kind);
    output_str(o, "]}\n");
    return ok;
}
