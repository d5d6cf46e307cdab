/* Trace Event Format, JSON object form: duration events B and E, frames in `stackFrames`. */
#include "portside_version.h"

#include "src/profile/spans.h"
#include "src/profile/writers.h"

struct chromium {
    const struct profile *p;
    struct output *o;
    const char *separator;
    uint64_t thread_id;
};

/* "Module!Method" is the method of a category. */
static const char *short_name(const struct profile *p, size_t number)
{
    const char *name = span_frame_name(p, number);
    size_t first = SPAN_FRAMES + p->thread_count;

    return number < first ? name : name + p->frames[number - first].skip;
}

static const char *module_name(const struct profile *p, size_t number)
{
    size_t first = SPAN_FRAMES + p->thread_count;
    uint32_t module = number < first ? NAMES_NONE : p->frames[number - first].module;

    return module == NAMES_NONE ? "" : names_get(&p->names, module);
}

static void begin_thread(void *user, uint32_t thread, int64_t start, int64_t end)
{
    struct chromium *c = user;

    (void)start;
    (void)end;
    c->thread_id = c->p->threads[thread].id;
    output_str(c->o, c->separator);
    c->separator = ",\n";
    output_str(c->o, "{\"name\":\"thread_name\",\"ph\":\"M\",\"pid\":");
    output_u64(c->o, c->p->process_id);
    output_str(c->o, ",\"tid\":");
    output_u64(c->o, c->thread_id);
    output_str(c->o, ",\"args\":{\"name\":");
    output_json(c->o, names_get(&c->p->names, c->p->threads[thread].name));
    output_str(c->o, "}}");
}

static void write_frame(void *user, bool opens, uint32_t number, int64_t time)
{
    struct chromium *c = user;

    output_str(c->o, ",\n{\"name\":");
    output_json(c->o, short_name(c->p, number));
    output_str(c->o, opens ? ",\"cat\":\"sampleEvent\",\"ph\":\"B\",\"ts\":"
                           : ",\"cat\":\"sampleEvent\",\"ph\":\"E\",\"ts\":");
    output_decimal(c->o, time, 3);
    output_str(c->o, ",\"pid\":");
    output_u64(c->o, c->p->process_id);
    output_str(c->o, ",\"tid\":");
    output_u64(c->o, c->thread_id);
    output_str(c->o, ",\"sf\":");
    output_u64(c->o, number);
    output_put(c->o, "}", 1);
}

static void end_thread(void *user)
{
    (void)user;
}

static void write_frames(const struct profile *p, struct output *o)
{
    for (size_t i = 0; i < span_frame_count(p); i++) {
        output_fmt(o, "%s\n\"%zu\":{\"name\":", i ? "," : "", i);
        output_json(o, short_name(p, i));
        output_str(o, ",\"category\":");
        output_json(o, module_name(p, i));
        output_put(o, "}", 1);
    }
}

bool write_chromium(const struct profile *p, const struct format_options *options, struct output *o)
{
    struct chromium c = {.p = p, .o = o, .separator = "\n"};
    const struct span_sink sink = {&c, begin_thread, write_frame, end_thread};

    output_str(o, "{\"otherData\":{\"name\":");
    output_json(o, options->name ? options->name : "trace");
    output_str(o, ",\"exporter\":\"portside " PORTSIDE_VERSION "\"},\"traceEvents\":[");
    bool ok = spans_write(p, options->kind == PROFILE_CPU, &sink);
    output_str(o, "],\"displayTimeUnit\":\"ms\",\"stackFrames\":{");
    write_frames(p, o);
    output_str(o, "}}\n");
    return ok;
}
