#include "tests/support/log_maker.h"

#include <string.h>

#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define TEXT(field_name)                                                                           \
    {                                                                                              \
        .name = (field_name), .type = {.code = NETTRACE_UTF16_STRING }                             \
    }
#define NUMBER(field_name)                                                                         \
    {                                                                                              \
        .name = (field_name), .type = {.code = NETTRACE_INT32 }                                    \
    }

static const struct nettrace_field formatted[] = {NUMBER("Level"),    NUMBER("FactoryID"),
                                                  TEXT("LoggerName"), NUMBER("EventId"),
                                                  TEXT("EventName"),  TEXT("FormattedMessage")};
static const struct nettrace_field json[] = {
    NUMBER("Level"),         NUMBER("FactoryID"),   TEXT("LoggerName"),    NUMBER("EventId"),
    TEXT("EventName"),       TEXT("ExceptionJson"), TEXT("ArgumentsJson"), TEXT("FormattedMessage"),
    TEXT("ActivityTraceId"), TEXT("ActivitySpanId")};
static const struct nettrace_field open[] = {NUMBER("ID"), NUMBER("FactoryID"), TEXT("LoggerName"),
                                             TEXT("ArgumentsJson")};
static const struct nettrace_field close[] = {NUMBER("ID"), NUMBER("FactoryID"),
                                              TEXT("LoggerName")};

static const struct {
    const char *name;
    struct nettrace_fields fields;
    int opcode;
} kinds[MAKE_KINDS] = {
    [MAKE_FORMATTED] = {"FormattedMessage", {formatted, COUNT_OF(formatted)}, 0},
    [MAKE_JSON] = {"MessageJson", {json, COUNT_OF(json)}, 0},
    [MAKE_OPEN] = {"ActivityJsonStart", {open, COUNT_OF(open)}, 1},
    [MAKE_CLOSE] = {"ActivityJsonStop", {close, COUNT_OF(close)}, 2},
    [MAKE_OLD_JSON] = {"MessageJson", {json, 7}, 0},
    [MAKE_OTHER] = {"MessageJson", {json, COUNT_OF(json)}, 0},
};

static void end_maker(void *arg)
{
    struct log_maker *m = arg;

    nettrace_writer_deinit(&m->w);
}

struct log_maker *log_maker_new(void)
{
    struct log_maker *m = world_alloc(sizeof *m);
    const struct nettrace_trace trace = {.version = 4,
                                         .start = {2026, 11, 0, 22, 4, 5, 6, 0},
                                         .start_ticks = 1000,
                                         .ticks_per_second = 1000,
                                         .pointer_size = 8,
                                         .process_id = 42};

    nettrace_writer_init(&m->w, 4, true);
    world_at_end(end_maker, m);
    nettrace_write_trace(&m->w, &trace);
    for (uint32_t i = 1; i < MAKE_KINDS; i++) {
        struct nettrace_metadata metadata = {
            .id = i,
            .event_id = i,
            .provider = i == MAKE_OTHER ? "My-Source" : "Microsoft-Extensions-Logging",
            .name = kinds[i].name,
            .title = "",
            .opcode = kinds[i].opcode,
            .message = "",
            .description = "",
            .fields = kinds[i].fields};
        nettrace_write_metadata(&m->w, &metadata);
    }
    return m;
}

static const char *or_empty(const char *s)
{
    return s ? s : "";
}

static void add_line(struct bytes *b, const struct log_maker_event *e)
{
    bytes_u32(b, (uint32_t)e->level);
    bytes_u32(b, 1);
    bytes_utf16(b, or_empty(e->category));
    bytes_u32(b, (uint32_t)e->event_id);
    if (e->kind != MAKE_OLD_JSON)
        bytes_utf16(b, or_empty(e->name));
    if (e->kind != MAKE_FORMATTED) {
        bytes_utf16(b, e->exception ? e->exception : "{}");
        bytes_utf16(b, or_empty(e->arguments));
    }
    bytes_utf16(b, e->kind == MAKE_OLD_JSON ? "" : or_empty(e->formatted));
    bytes_utf16(b, "");
    bytes_utf16(b, "");
}

static void add_scope(struct bytes *b, const struct log_maker_event *e)
{
    bytes_u32(b, 1);
    bytes_u32(b, 1);
    bytes_utf16(b, or_empty(e->category));
    bytes_utf16(b, or_empty(e->arguments));
}

static struct guid activity_of(unsigned number)
{
    struct guid guid = {{0}};

    memcpy(guid.bytes, &number, sizeof number);
    return guid;
}

void log_maker_add(struct log_maker *m, const struct log_maker_event *e)
{
    struct bytes b = {0};

    if (e->kind == MAKE_OPEN || e->kind == MAKE_CLOSE)
        add_scope(&b, e);
    else
        add_line(&b, e);
    nettrace_write_event(&m->w, &(struct nettrace_event){
                                    .payload = b.data,
                                    .payload_size = (uint32_t)b.size,
                                    .timestamp = 1000 + e->time,
                                    .thread = 100 + e->thread,
                                    .capture_thread = 100 + e->thread,
                                    .metadata_id = e->kind,
                                    .sequence = ++m->sequences[e->thread],
                                    .activity = activity_of(e->activity),
                                    .related = activity_of(e->related),
                                    .sorted = e->sorted,
                                });
    bytes_deinit(&b);
}

void log_maker_line(struct log_maker *m, unsigned thread, uint64_t time, unsigned number,
                    unsigned activity)
{
    struct log_maker_event e = {
        .kind = MAKE_FORMATTED,
        .thread = thread,
        .time = time,
        .level = 2,
        .category = "C",
        .formatted = world_text("Line %u", number),
        .activity = activity,
        .arguments =
            world_text("{\"Number\":\"%u\",\"{OriginalFormat}\":\"Line {Number}\"}", number)};

    log_maker_add(m, &e);
    e.kind = MAKE_JSON;
    log_maker_add(m, &e);
}

void log_maker_lose(struct log_maker *m, unsigned thread, uint32_t count)
{
    m->sequences[thread] += count;
}

const uint8_t *log_maker_take(struct log_maker *m, bool ended, size_t *ret_size)
{
    if (ended)
        nettrace_write_end(&m->w);
    else
        nettrace_write_flush(&m->w);
    const uint8_t *data = nettrace_writer_data(&m->w, ret_size);
    REQUIRE(data != NULL);
    uint8_t *copy = world_alloc(*ret_size + 1);
    memcpy(copy, data, *ret_size);
    return copy;
}
