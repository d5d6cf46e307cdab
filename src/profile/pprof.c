/*
 * pprof's format: https://github.com/google/pprof/blob/main/proto/profile.proto, gzip'ed. Messages
 * are written one by one; a sample is put together in a buffer since its size comes first.
 *
 * Strings: "", the fixed ones, the names of threads, then those of frames, then modules. Locations
 * and functions have the number of their frame + 1; a module's mapping the number of its string.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/number_map.h"
#include "src/base/text.h"
#include "src/profile/gzip.h"
#include "src/profile/writers.h"

enum field {
    PROFILE_SAMPLE_TYPE = 1,
    PROFILE_SAMPLE = 2,
    PROFILE_MAPPING = 3,
    PROFILE_LOCATION = 4,
    PROFILE_FUNCTION = 5,
    PROFILE_STRING = 6,
    PROFILE_TIME_NANOS = 9,
    PROFILE_DURATION_NANOS = 10,
    PROFILE_PERIOD_TYPE = 11,
    PROFILE_PERIOD = 12,
    PROFILE_COMMENT = 13,
    PROFILE_DEFAULT_TYPE = 14,
};

enum {
    STRING_NONE,
    STRING_SAMPLES,
    STRING_COUNT,
    STRING_KIND,
    STRING_UNIT,
    STRING_THREAD,
    STRING_PROCESS,
    STRING_TITLE,
    STRINGS
};

enum { SAMPLE_PERIOD = 1000000 }; /* the runtime's sampler sleeps for 1 ms */

struct pprof {
    const struct profile *p;
    enum profile_kind kind;
    struct output *o;
    struct text message;
    struct number_map modules; /* name to number, from 0 */
    uint32_t *module_names;
    size_t module_count;
};

static void put_varint(struct text *t, uint64_t value)
{
    char bytes[10];
    size_t size = 0;

    for (; value >= 0x80; value >>= 7)
        bytes[size++] = (char)(value | 0x80);
    bytes[size++] = (char)value;
    text_add(t, bytes, size);
}

static void put_number(struct text *t, unsigned field, uint64_t value)
{
    put_varint(t, field << 3);
    put_varint(t, value);
}

static void put_message(struct pprof *w, unsigned field, const char *data, size_t size)
{
    char head[32];
    struct text t = {.data = head, .capacity = sizeof head};

    put_varint(&t, field << 3 | 2);
    put_varint(&t, size);
    output_put(w->o, head, t.size);
    output_put(w->o, data, size);
}

static void end_message(struct pprof *w, unsigned field)
{
    put_message(w, field, w->message.data ? w->message.data : "", w->message.size);
    w->message.size = 0;
}

static void put_top_number(struct pprof *w, unsigned field, uint64_t value)
{
    char head[32];
    struct text t = {.data = head, .capacity = sizeof head};

    put_number(&t, field, value);
    output_put(w->o, head, t.size);
}

static void put_type(struct pprof *w, unsigned field, uint64_t type, uint64_t unit)
{
    put_number(&w->message, 1, type);
    put_number(&w->message, 2, unit);
    end_message(w, field);
}

static void put_string(struct pprof *w, const char *s)
{
    put_message(w, PROFILE_STRING, s, strlen(s));
}

static void put_strings(struct pprof *w)
{
    const struct profile_kind_info *info = &profile_kinds[w->kind];
    const char *const fixed[STRINGS] = {
        [STRING_NONE] = "",
        [STRING_SAMPLES] = "samples",
        [STRING_COUNT] = "count",
        [STRING_KIND] = info->name,
        [STRING_UNIT] = info->unit,
        [STRING_THREAD] = "thread",
        [STRING_PROCESS] = names_get(&w->p->names, w->p->process),
        [STRING_TITLE] = info->title,
    };

    for (int i = 0; i < STRINGS; i++)
        put_string(w, fixed[i]);
    for (size_t i = 0; i < w->p->thread_count; i++)
        put_string(w, names_get(&w->p->names, w->p->threads[i].name));
    for (size_t i = 0; i < w->p->frame_count; i++)
        put_string(w, profile_frame_name(w->p, (uint32_t)i));
    for (size_t i = 0; i < w->module_count; i++)
        put_string(w, names_get(&w->p->names, w->module_names[i]));
}

/* Packed repeated fields: location ids, values. */
static void put_sample(struct pprof *w, const struct total *total, struct text *packed)
{
    size_t depth;
    const uint64_t *frames = stack_table_get(&w->p->stacks, total->stack, &depth);

    packed->size = 0;
    for (size_t k = 0; k < depth; k++)
        put_varint(packed, frames[k] + 1);
    put_varint(&w->message, 1 << 3 | 2);
    put_varint(&w->message, packed->size);
    text_add(&w->message, packed->data ? packed->data : "", packed->size);
    packed->size = 0;
    put_varint(packed, total->count);
    put_varint(packed, total->value);
    put_varint(&w->message, 2 << 3 | 2);
    put_varint(&w->message, packed->size);
    text_add(&w->message, packed->data ? packed->data : "", packed->size);
    packed->size = 0;
    put_number(packed, 1, STRING_THREAD);
    put_number(packed, 2, STRINGS + total->thread);
    put_varint(&w->message, 3 << 3 | 2);
    put_varint(&w->message, packed->size);
    text_add(&w->message, packed->data ? packed->data : "", packed->size);
    end_message(w, PROFILE_SAMPLE);
}

/* Threads' stacks without frames have no place in a profile. */
static bool put_samples(struct pprof *w)
{
    const struct totals *totals = &w->p->totals[w->kind];
    struct text packed = {0};

    for (size_t i = 0; i < totals->count; i++)
        put_sample(w, &totals->list[i], &packed);
    bool ok = !packed.failed;
    text_deinit(&packed);
    return ok;
}

static bool list_modules(struct pprof *w)
{
    const struct profile *p = w->p;

    w->module_names = calloc(p->frame_count + 1, sizeof *w->module_names);
    for (size_t i = 0; w->module_names && i < p->frame_count; i++) {
        uint32_t name = p->frames[i].module;
        if (name == NAMES_NONE || number_map_get(&w->modules, name) != NUMBER_MAP_NONE)
            continue;
        if (!number_map_set(&w->modules, name, (uint32_t)w->module_count))
            return false;
        w->module_names[w->module_count++] = name;
    }
    return w->module_names != NULL;
}

/* Told to have functions, so that nobody looks for symbols. Addresses are not those of the frames,
 * which stand for methods; they only must not overlap. */
static void put_mappings(struct pprof *w)
{
    size_t first = STRINGS + w->p->thread_count + w->p->frame_count;

    for (size_t i = 0; i < w->module_count; i++) {
        put_number(&w->message, 1, i + 1);
        put_number(&w->message, 5, first + i);
        put_number(&w->message, 7, 1);
        end_message(w, PROFILE_MAPPING);
    }
}

static void put_frame(struct pprof *w, size_t i)
{
    const struct profile_frame *frame = &w->p->frames[i];
    size_t name = STRINGS + w->p->thread_count + i;

    put_number(&w->message, 1, i + 1);
    put_number(&w->message, 2, name); /* a system name that is equal would be taken for C++ */
    end_message(w, PROFILE_FUNCTION);

    put_number(&w->message, 1, i + 1);
    if (frame->module != NAMES_NONE)
        put_number(&w->message, 2, number_map_get(&w->modules, frame->module) + 1);
    if (frame->address)
        put_number(&w->message, 3, frame->address);
    char line[32];
    struct text t = {.data = line, .capacity = sizeof line};
    put_number(&t, 1, i + 1);
    put_varint(&w->message, 4 << 3 | 2);
    put_varint(&w->message, t.size);
    text_add(&w->message, line, t.size);
    end_message(w, PROFILE_LOCATION);
}

static bool put_all(struct pprof *w)
{
    if (!list_modules(w))
        return false;
    put_type(w, PROFILE_SAMPLE_TYPE, STRING_SAMPLES, STRING_COUNT);
    put_type(w, PROFILE_SAMPLE_TYPE, STRING_KIND, STRING_UNIT);
    put_strings(w);
    put_mappings(w);
    for (size_t i = 0; i < w->p->frame_count; i++)
        put_frame(w, i);
    bool ok = put_samples(w);
    put_top_number(w, PROFILE_TIME_NANOS, (uint64_t)w->p->start_unix_ns);
    put_top_number(w, PROFILE_DURATION_NANOS, (uint64_t)w->p->duration);
    if (profile_kinds[w->kind].has_runs) {
        put_type(w, PROFILE_PERIOD_TYPE, STRING_KIND, STRING_UNIT);
        put_top_number(w, PROFILE_PERIOD, SAMPLE_PERIOD);
    }
    put_top_number(w, PROFILE_COMMENT, STRING_PROCESS);
    put_top_number(w, PROFILE_COMMENT, STRING_TITLE);
    put_top_number(w, PROFILE_DEFAULT_TYPE, STRING_KIND);
    return ok && !w->message.failed;
}

bool write_pprof(const struct profile *p, const struct format_options *options, struct output *o)
{
    struct gzip g;
    struct pprof w = {.p = p, .kind = options->kind, .o = &g.in};

    if (!gzip_init(&g, o))
        return false;
    bool ok = put_all(&w);
    ok = gzip_end(&g) && ok;
    text_deinit(&w.message);
    number_map_deinit(&w.modules);
    free(w.module_names);
    return ok;
}
