#include "tests/support/metrics_maker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/world.h"

enum { START_TICKS = 1000, KINDS = 64, FIELDS = 32 };

/* A definition that was written: events of the same provider, id and fields share it. */
struct kind {
    char *signature;
    uint32_t id;
};

struct metrics_maker {
    struct nettrace_writer w;
    struct kind kinds[KINDS];
    uint32_t kind_count, sequence;
};

/* One event: its fields, and their bytes. */
struct made {
    struct nettrace_field fields[FIELDS];
    size_t count;
    char signature[2048];
    struct bytes payload;
};

static void end_maker(void *arg)
{
    struct metrics_maker *m = arg;

    nettrace_writer_deinit(&m->w);
}

struct metrics_maker *metrics_maker_new(void)
{
    struct metrics_maker *m = world_alloc(sizeof *m);
    const struct nettrace_trace trace = {.version = 4,
                                         .start = {2026, 11, 0, 22, 4, 5, 6, 7},
                                         .start_ticks = START_TICKS,
                                         .ticks_per_second = 1000000000,
                                         .pointer_size = 8,
                                         .process_id = 42,
                                         .processors = 2,
                                         .sampling_rate = 1000000};

    nettrace_writer_init(&m->w, 4, true);
    world_at_end(end_maker, m);
    nettrace_write_trace(&m->w, &trace);
    return m;
}

/* Appends a field of the type that its text begins with. */
static void add_field(struct made *made, const char *name, const char *text)
{
    struct nettrace_field *f = &made->fields[made->count++];
    size_t used = strlen(made->signature);

    f->name = name;
    if (text[0] == '#') {
        f->type.code = NETTRACE_INT32;
        bytes_u32(&made->payload, (uint32_t)strtol(text + 1, NULL, 10));
    } else if (text[0] == '%') {
        double value = strtod(text + 1, NULL);
        f->type.code = NETTRACE_DOUBLE;
        bytes_raw(&made->payload, &value, sizeof value);
    } else {
        f->type.code = NETTRACE_UTF16_STRING;
        bytes_utf16(&made->payload, text);
    }
    (void)snprintf(made->signature + used, sizeof made->signature - used, "/%s:%u", name,
                   f->type.code);
}

/* The id of this kind's definition, which is written when it is new. */
static uint32_t define(struct metrics_maker *m, const char *provider, const char *name,
                       uint32_t event_id, const char *signature,
                       const struct nettrace_fields *fields)
{
    char *key = world_text("%s/%u%s", provider, event_id, signature);

    for (uint32_t i = 0; i < m->kind_count; i++) {
        if (strcmp(m->kinds[i].signature, key) == 0)
            return m->kinds[i].id;
    }
    if (m->kind_count == KINDS)
        abort();
    struct kind *k = &m->kinds[m->kind_count++];
    *k = (struct kind){.signature = key, .id = m->kind_count};
    struct nettrace_metadata metadata = {.id = k->id,
                                         .event_id = event_id,
                                         .provider = provider,
                                         .name = name,
                                         .title = "",
                                         .opcode = NETTRACE_NO_OPCODE,
                                         .message = "",
                                         .description = "",
                                         .fields = *fields};
    nettrace_write_metadata(&m->w, &metadata);
    return k->id;
}

static void write_event(struct metrics_maker *m, uint32_t kind, uint64_t time, struct made *made)
{
    struct nettrace_event e = {.payload = made->payload.data,
                               .payload_size = (uint32_t)made->payload.size,
                               .timestamp = START_TICKS + time,
                               .thread = 7,
                               .capture_thread = 7,
                               .metadata_id = kind,
                               .sequence = ++m->sequence};

    nettrace_write_event(&m->w, &e);
    bytes_deinit(&made->payload);
}

void metrics_maker_event(struct metrics_maker *m, const char *provider, const char *name,
                         uint32_t id, uint64_t time, const char *fields)
{
    struct made made = {0};
    char *rest = world_text("%s", fields), *part;

    while ((part = strsep(&rest, "|")) != NULL && made.count < FIELDS)
        add_field(&made, world_text("f%zu", made.count), part);
    struct nettrace_fields all = {.list = made.fields, .count = made.count};
    write_event(m, define(m, provider, name, id, made.signature, &all), time, &made);
}

void metrics_maker_meter(struct metrics_maker *m, enum metrics_maker_event event, uint64_t time,
                         const char *fields)
{
    metrics_maker_event(m, "System.Diagnostics.Metrics", "", event, time, fields);
}

void metrics_maker_counter(struct metrics_maker *m, const char *provider, uint64_t time,
                           const char *members)
{
    struct made made = {0};
    char *rest = world_text("%s", members), *part;

    while ((part = strsep(&rest, "|")) != NULL && made.count < FIELDS) {
        char *value = strchr(part, '=');
        if (!value)
            abort();
        *value++ = '\0';
        add_field(&made, part, value);
    }
    /* As the runtime: an object without name, in it the object Payload. */
    struct nettrace_field payload = {
        .name = "Payload",
        .type = {.code = NETTRACE_OBJECT, .fields = {.list = made.fields, .count = made.count}}};
    struct nettrace_field whole = {
        .name = "", .type = {.code = NETTRACE_OBJECT, .fields = {.list = &payload, .count = 1}}};
    struct nettrace_fields all = {.list = &whole, .count = 1};
    write_event(m, define(m, provider, "EventCounters", 0xfffe, made.signature, &all), time, &made);
}

/* Two texts, and an array of objects of two texts. */
void metrics_maker_activity(struct metrics_maker *m, const char *name, uint64_t time,
                            const char *arguments)
{
    static const struct nettrace_field pair[] = {
        {.name = "Key", .type = {.code = NETTRACE_UTF16_STRING}},
        {.name = "Value", .type = {.code = NETTRACE_UTF16_STRING}}};
    static const struct nettrace_type element = {.code = NETTRACE_OBJECT,
                                                 .fields = {.list = pair, .count = 2}};
    const struct nettrace_field list[] = {
        {.name = "SourceName", .type = {.code = NETTRACE_UTF16_STRING}},
        {.name = "EventName", .type = {.code = NETTRACE_UTF16_STRING}},
        {.name = "Arguments", .type = {.code = NETTRACE_ARRAY, .element = &element}}};
    const struct nettrace_fields all = {.list = list, .count = 3};
    struct bytes pairs = {0};
    struct made made = {0};
    char *rest = world_text("%s", arguments), *part;
    uint16_t count = 0;

    for (; (part = strsep(&rest, "|")) != NULL && *part; count++) {
        char *value = strchr(part, '=');
        if (!value)
            abort();
        *value++ = '\0';
        bytes_utf16(&pairs, part);
        bytes_utf16(&pairs, value);
    }
    bytes_utf16(&made.payload, "Microsoft.AspNetCore");
    bytes_utf16(&made.payload, name);
    bytes_u16(&made.payload, count);
    bytes_raw(&made.payload, pairs.data, pairs.size);
    bytes_deinit(&pairs);
    write_event(m,
                define(m, "Microsoft-Diagnostics-DiagnosticSource", name,
                       strstr(name, "Stop") ? 5 : 4, name, &all),
                time, &made);
}

void metrics_maker_lose(struct metrics_maker *m, uint32_t count)
{
    nettrace_write_flush(&m->w);
    m->sequence += count;
}

size_t metrics_maker_flush(struct metrics_maker *m)
{
    size_t size;

    nettrace_write_flush(&m->w);
    (void)nettrace_writer_data(&m->w, &size);
    return size;
}

const uint8_t *metrics_maker_end(struct metrics_maker *m, size_t *ret_size)
{
    nettrace_write_end(&m->w);
    return nettrace_writer_data(&m->w, ret_size);
}
