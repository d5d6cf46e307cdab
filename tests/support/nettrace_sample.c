#include "tests/support/nettrace_sample.h"

#include <string.h>

#include "proto/nettrace/format.h"
#include "proto/nettrace/type.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define SIMPLE_TYPE(type_code)                                                                     \
    {                                                                                              \
        .code = (type_code)                                                                        \
    }
#define FIELD(field_name, type_code)                                                               \
    {                                                                                              \
        .name = (field_name), .type = SIMPLE_TYPE(type_code)                                       \
    }
#define FIELD_OF(field_name, type_code, of)                                                        \
    {                                                                                              \
        .name = (field_name), .type = {.code = (type_code), .element = &(of) }                     \
    }

static const struct nettrace_field simple[] = {
    FIELD("Number", NETTRACE_INT32),
    FIELD("Text", NETTRACE_UTF16_STRING),
};

static const struct nettrace_field pair[] = {
    FIELD("Key", NETTRACE_UTF16_STRING),
    FIELD("Value", NETTRACE_UINT16),
};

static const struct nettrace_type pair_type = {.code = NETTRACE_OBJECT, .fields = {pair, 2}};
static const struct nettrace_type number_type = SIMPLE_TYPE(NETTRACE_UINT32);
static const struct nettrace_type unit_type = SIMPLE_TYPE(NETTRACE_UTF8_UNIT);
static const struct nettrace_type numbers_type = {.code = NETTRACE_ARRAY, .element = &number_type};

/* The first 18 are those of v4. */
static const struct nettrace_field rich[] = {
    FIELD("Boolean", NETTRACE_BOOLEAN32),
    FIELD("Char", NETTRACE_UTF16_UNIT),
    FIELD("SByte", NETTRACE_INT8),
    FIELD("Byte", NETTRACE_UINT8),
    FIELD("Int16", NETTRACE_INT16),
    FIELD("UInt16", NETTRACE_UINT16),
    FIELD("Int32", NETTRACE_INT32),
    FIELD("UInt32", NETTRACE_UINT32),
    FIELD("Int64", NETTRACE_INT64),
    FIELD("UInt64", NETTRACE_UINT64),
    FIELD("Single", NETTRACE_SINGLE),
    FIELD("Double", NETTRACE_DOUBLE),
    FIELD("Guid", NETTRACE_GUID),
    FIELD("String", NETTRACE_UTF16_STRING),
    {.name = "Object", .type = {.code = NETTRACE_OBJECT, .fields = {pair, 2}}},
    FIELD_OF("Pairs", NETTRACE_ARRAY, pair_type),
    FIELD_OF("Lists", NETTRACE_ARRAY, numbers_type),
    FIELD("Last", NETTRACE_UINT8),
    FIELD("VarInt", NETTRACE_VARINT),
    FIELD("VarUInt", NETTRACE_VARUINT),
    {.name = "Fixed", .type = {.code = NETTRACE_FIXED_ARRAY, .count = 2, .element = &number_type}},
    FIELD_OF("Utf8", NETTRACE_ARRAY, unit_type),
    FIELD("Boolean8", NETTRACE_BOOLEAN8),
    FIELD_OF("RelLoc", NETTRACE_REL_LOC, unit_type),
    FIELD_OF("DataLoc", NETTRACE_DATA_LOC, number_type),
};

enum {
    RICH_V4 = 18,
};

struct nettrace_metadata sample_metadata(unsigned id, unsigned version)
{
    struct nettrace_metadata m = {
        .id = id,
        .event_id = 100 + id,
        .provider = "Sample-Provider",
        .name = id == SAMPLE_METADATA_SIMPLE ? "RequestStart" : "Rich\xC3\xA9",
        .message = version >= NETTRACE_V6 ? "{Number} of them" : "",
        .description = version >= NETTRACE_V6 ? "one of everything" : "",
        .keywords = UINT64_C(0xF00000000000),
        .version = 3,
        .level = 4,
        .opcode = id == SAMPLE_METADATA_SIMPLE ? NETTRACE_NO_OPCODE : 24,
        .fields = {simple, COUNT(simple)},
    };

    if (id == SAMPLE_METADATA_RICH)
        m.fields = (struct nettrace_fields){rich, version >= NETTRACE_V6 ? COUNT(rich) : RICH_V4};
    if (version >= NETTRACE_V6)
        memset(m.provider_guid.bytes, 0xAB, GUID_SIZE);
    return m;
}

static void put_pair(struct bytes *b, const char *key, uint16_t value)
{
    bytes_utf16(b, key);
    bytes_u16(b, value);
}

static void put_v4_values(struct bytes *b, unsigned i)
{
    const float single = 1.5F;
    const double real = -2.25;

    bytes_u32(b, 1);
    bytes_u16(b, 'c');
    bytes_u8(b, 0xFF);
    bytes_u8(b, 0xFF);
    bytes_u16(b, 0x8000);
    bytes_u16(b, 0x8000);
    bytes_u32(b, (uint32_t)-5);
    bytes_u32(b, i);
    bytes_u64(b, UINT64_MAX);
    bytes_u64(b, UINT64_MAX);
    bytes_raw(b, &single, sizeof single);
    bytes_raw(b, &real, sizeof real);
    for (uint8_t k = 0; k < GUID_SIZE; k++)
        bytes_u8(b, k);
    bytes_utf16(b, "text \xE2\x82\xAC");
    put_pair(b, "object", 7);
    bytes_u16(b, 2);
    put_pair(b, "first", 1);
    put_pair(b, "", 2);
    bytes_u16(b, 2);
    bytes_u16(b, 0);
    bytes_u16(b, 1);
    bytes_u32(b, 99);
    bytes_u8(b, 200);
}

static void put_v6_values(struct bytes *b)
{
    bytes_zigzag(b, -1000);
    bytes_varint(b, UINT64_MAX);
    bytes_u32(b, 5);
    bytes_u32(b, 6);
    bytes_u16(b, 3);
    bytes_raw(b, "abc", 3);
    bytes_u8(b, 2);
    bytes_u16(b, 4); /* behind DataLoc */
    bytes_u16(b, 2);
    bytes_u16(b, 12); /* Int32 and UInt32 of the payload */
    bytes_u16(b, 8);
    bytes_raw(b, "xy", 2);
}

struct nettrace_event sample_event(unsigned i, unsigned version)
{
    static struct bytes payload;
    bool rich_kind = i % 4 == 3;

    bytes_clear(&payload);
    if (rich_kind) {
        put_v4_values(&payload, i);
        if (version >= NETTRACE_V6)
            put_v6_values(&payload);
    } else {
        bytes_u32(&payload, i);
        bytes_utf16(&payload, i % 3 ? "hello" : "");
    }
    /* Thread 11 loses 3 in the middle. */
    struct nettrace_event e = {
        .metadata_id = rich_kind ? SAMPLE_METADATA_RICH : SAMPLE_METADATA_SIMPLE,
        .payload = payload.data,
        .payload_size = (uint32_t)payload.size,
        .timestamp = 1000 + i * 10,
        .capture_thread = i % 2 ? 12 : 11,
        .thread = i % 5 ? 12 : 11,
        .sequence = i / 2 + 1 + (i % 2 == 0 && i >= SAMPLE_EVENTS / 2 ? 3 : 0),
        .processor = i % 3,
        .stack_id = i % (SAMPLE_STACKS + 1),
        .label_list_id = version >= NETTRACE_V6 ? i % 3 : 0,
        .sorted = i % 8 == 0,
    };
    if (version < NETTRACE_V6 && i % 6 == 0)
        memset(e.activity.bytes, (int)i + 1, GUID_SIZE);
    if (version < NETTRACE_V6 && i % 7 == 0)
        memset(e.related.bytes, (int)i + 1, GUID_SIZE);
    return e;
}

static void write_context(struct nettrace_writer *w)
{
    const struct nettrace_label first[] = {
        {.kind = NETTRACE_LABEL_ACTIVITY, .guid = {{1, 2, 3}}},
        {.kind = NETTRACE_LABEL_STRING, .key = {.at = (const uint8_t *)"key", .left = 3}},
        {.kind = NETTRACE_LABEL_LEVEL, .number = 2},
    };
    const struct nettrace_label second[] = {
        {.kind = NETTRACE_LABEL_RELATED, .guid = {{9, 9}}},
        {.kind = NETTRACE_LABEL_NUMBER,
         .number = (uint64_t)-7,
         .key = {.at = (const uint8_t *)"n", .left = 1}},
        {.kind = NETTRACE_LABEL_SPAN, .number = 77},
    };

    nettrace_write_labels(w, 1, first, COUNT(first));
    nettrace_write_labels(w, 2, second, COUNT(second));
}

static void write_threads(struct nettrace_writer *w)
{
    const struct nettrace_thread threads[] = {
        {.key = 11, .thread_id = 4711, .process_id = NETTRACE_UNKNOWN_ID, .name = "worker"},
        {.key = 12, .thread_id = NETTRACE_UNKNOWN_ID, .process_id = 5, .name = ""},
        {.key = 13, .thread_id = 1, .process_id = 1, .name = ""},
    };

    for (size_t i = 0; i < COUNT(threads); i++)
        nettrace_write_thread(w, &threads[i]);
    nettrace_write_removed_thread(w, 13, 0);
}

static void write_stacks(struct nettrace_writer *w)
{
    const uint64_t addresses[] = {0x7f0000001000, 0x7f0000002000, 0x3000};

    for (uint32_t id = 1; id <= SAMPLE_STACKS; id++)
        nettrace_write_stack(w, id, addresses, id - 1, 8);
}

static void write_point(struct nettrace_writer *w, uint64_t timestamp, uint32_t a, uint32_t b)
{
    const struct sequence_point_thread threads[] = {{11, a}, {12, b}};
    const struct nettrace_sequence_point point = {.timestamp = timestamp, .thread_count = 2};

    nettrace_write_sequence_point(w, &point, threads);
}

static void write_events(struct nettrace_writer *w, unsigned from, unsigned to)
{
    if (w->version >= NETTRACE_V6)
        write_context(w);
    write_stacks(w);
    for (unsigned i = from; i < to; i++) {
        struct nettrace_event e = sample_event(i, w->version);
        nettrace_write_event(w, &e);
        if (i % 16 == 15)
            nettrace_write_flush(w);
    }
}

void sample_write(struct nettrace_writer *w, unsigned version, bool compressed)
{
    const struct nettrace_trace trace = {
        .start = {.year = 2026, .month = 3, .day = 1, .hour = 12},
        .start_ticks = 900,
        .ticks_per_second = 1000 * 1000 * 1000,
        .pointer_size = 8,
        .process_id = 4711,
        .processors = 2,
        .sampling_rate = 1000,
    };
    uint32_t middle = SAMPLE_EVENTS / 4;

    nettrace_writer_init(w, version, compressed);
    nettrace_write_trace(w, &trace);
    if (version >= NETTRACE_V6)
        write_threads(w);
    for (unsigned id = SAMPLE_METADATA_SIMPLE; id <= SAMPLE_METADATA_RICH; id++) {
        struct nettrace_metadata m = sample_metadata(id, version);
        nettrace_write_metadata(w, &m);
    }
    write_events(w, 0, SAMPLE_EVENTS / 2);
    write_point(w, 1199, middle, middle);
    nettrace_write_block(w, 99, "FutureBlock", "whatever", 8);
    write_events(w, SAMPLE_EVENTS / 2, SAMPLE_EVENTS);
    write_point(w, 9000, 2 * middle + 3, 2 * middle + 2);
    nettrace_write_end(w);
}
