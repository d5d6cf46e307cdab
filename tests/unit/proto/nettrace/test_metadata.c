/* Definitions by their bytes: the three layouts, what is not known to us, what is cut. */
#include "proto/nettrace/bytes.h"
#include "proto/nettrace/format.h"
#include "proto/nettrace/limits.h"
#include "proto/nettrace/metadata.h"
#include "tests/support/check.h"

static void put_head(struct bytes *b, uint32_t id)
{
    bytes_u32(b, id);
    bytes_utf16(b, "Provider");
    bytes_u32(b, 7);
    bytes_utf16(b, "Name");
    bytes_u64(b, 0x10);
    bytes_u32(b, 1);
    bytes_u32(b, 4);
}

static void put_no_fields(struct bytes *b)
{
    (void)b;
}

static void put_two_fields(struct bytes *b)
{
    bytes_u32(b, 2);
    bytes_u32(b, NETTRACE_INT32);
    bytes_utf16(b, "a");
    bytes_u32(b, NETTRACE_OBJECT);
    bytes_u32(b, 1);
    bytes_u32(b, NETTRACE_UTF16_STRING);
    bytes_utf16(b, "inner");
    bytes_utf16(b, "object");
}

static void put_opcode(struct bytes *b)
{
    bytes_u32(b, 0);
    bytes_u32(b, 1);
    bytes_u8(b, NETTRACE_METADATA_OPCODE);
    bytes_u8(b, 9);
}

static void put_v2(struct bytes *b)
{
    bytes_u32(b, 0);
    bytes_u32(b, 2); /* a tag that is not known */
    bytes_u8(b, 77);
    bytes_u16(b, 0);
    bytes_u32(b, 4 + 20);
    bytes_u8(b, NETTRACE_METADATA_V2_PARAMETERS);
    bytes_u32(b, 1);
    bytes_u32(b, 20); /* 4 more than needed */
    bytes_utf16(b, "x");
    bytes_u32(b, NETTRACE_ARRAY);
    bytes_u32(b, NETTRACE_UINT8);
    bytes_u32(b, 0);
}

static void put_array_in_v1(struct bytes *b)
{
    bytes_u32(b, 1);
    bytes_u32(b, NETTRACE_ARRAY);
    bytes_u32(b, NETTRACE_UINT8);
    bytes_utf16(b, "x");
}

static void put_v6_type(struct bytes *b)
{
    bytes_u32(b, 1);
    bytes_u32(b, NETTRACE_VARINT);
    bytes_utf16(b, "x");
}

static void put_many_claimed(struct bytes *b)
{
    bytes_u32(b, 0x7FFFFFFF);
    bytes_u32(b, NETTRACE_INT32);
}

static void put_deep(struct bytes *b)
{
    bytes_u32(b, 1);
    for (int i = 0; i < 10000; i++) {
        bytes_u32(b, NETTRACE_OBJECT);
        bytes_u32(b, 1);
    }
}

static const struct {
    const char *label;
    void (*put)(struct bytes *b);
    size_t fields;
    bool unknown;
    int opcode;
} v5_cases[] = {
    {"no fields", put_no_fields, 0, false, NETTRACE_NO_OPCODE},
    {"two fields", put_two_fields, 2, false, NETTRACE_NO_OPCODE},
    {"opcode", put_opcode, 0, false, 9},
    {"second layout", put_v2, 1, false, NETTRACE_NO_OPCODE},
    {"array in the first layout", put_array_in_v1, 0, true, NETTRACE_NO_OPCODE},
    {"a type of v6", put_v6_type, 0, true, NETTRACE_NO_OPCODE},
    {"more fields than bytes", put_many_claimed, 0, true, NETTRACE_NO_OPCODE},
    {"too deep", put_deep, 0, true, NETTRACE_NO_OPCODE},
};

static void test_v5(void)
{
    for (size_t i = 0; i < sizeof v5_cases / sizeof v5_cases[0]; i++) {
        struct bytes b = {0};
        struct pool pool = {.limit = 1 << 22};
        struct nettrace_metadata m = {0};

        put_head(&b, 5);
        v5_cases[i].put(&b);
        struct cursor in = cursor_of(b.data, b.size);
        CHECK_AT(v5_cases[i].label, metadata_decode_v5(&in, &pool, &m) == WIRE_OK);
        CHECK_AT(v5_cases[i].label, m.id == 5 && m.event_id == 7 && m.keywords == 0x10);
        CHECK_AT(v5_cases[i].label, strcmp(m.provider, "Provider") == 0);
        CHECK_AT(v5_cases[i].label, m.fields.count == v5_cases[i].fields);
        CHECK_AT(v5_cases[i].label, m.fields_unknown == v5_cases[i].unknown);
        CHECK_AT(v5_cases[i].label, m.opcode == v5_cases[i].opcode);
        pool_clear(&pool);
        bytes_deinit(&b);
    }
}

/* The head must be whole; behind it every cut leaves a definition or an error, never more. */
static void test_v5_cut(void)
{
    struct bytes b = {0};

    put_head(&b, 5);
    size_t head = b.size;
    put_two_fields(&b);
    for (size_t size = 0; size < b.size; size++) {
        struct pool pool = {.limit = 1 << 20};
        struct nettrace_metadata m = {0};
        struct cursor in = cursor_of(b.data, size);
        enum wire_status status = metadata_decode_v5(&in, &pool, &m);

        CHECK(status == (size < head ? WIRE_MORE : WIRE_OK));
        CHECK(m.fields_unknown == (size > head));
        pool_clear(&pool);
    }
    bytes_deinit(&b);
}

static void test_memory(void)
{
    struct bytes b = {0};
    struct pool pool = {.limit = 100};
    struct nettrace_metadata m;

    put_head(&b, 5);
    struct cursor in = cursor_of(b.data, b.size);
    CHECK(metadata_decode_v5(&in, &pool, &m) == WIRE_BAD);
    pool_clear(&pool);
    bytes_deinit(&b);
}

/* name "p", id 1, name "e" and `fields`, then options. */
static void put_v6_row(struct bytes *b, const void *fields, size_t size, const void *options,
                       size_t options_size)
{
    bytes_u16(b, (uint16_t)(1 + 2 + 1 + 2 + size + 2 + options_size));
    bytes_varint(b, 9);
    bytes_utf8(b, "p");
    bytes_varint(b, 1);
    bytes_utf8(b, "e");
    bytes_raw(b, fields, size);
    bytes_u16(b, (uint16_t)options_size);
    bytes_raw(b, options, options_size);
}

#define V6(fields, options) fields, sizeof(fields) - 1, options, sizeof(options) - 1

static const struct {
    const char *label, *fields;
    size_t fields_size;
    const char *options;
    size_t options_size;
    enum wire_status status;
    size_t count;
    bool unknown;
    uint32_t level;
} v6_cases[] = {
    {"nothing", V6("\0\0", ""), WIRE_OK, 0, false, 0},
    {"level", V6("\0\0", "\x08\x05"), WIRE_OK, 0, false, 5},
    {"level behind a pair", V6("\0\0", "\x06\x01k\x00\x08\x05"), WIRE_OK, 0, false, 5},
    {"unknown option hides the rest", V6("\0\0", "\x63\x08\x05"), WIRE_OK, 0, false, 0},
    {"cut option", V6("\0\0", "\x03\x01"), WIRE_MORE, 0, false, 0},
    {"field", V6("\1\0\x03\0\1a\x08", ""), WIRE_OK, 1, false, 0},
    {"field with more", V6("\1\0\x05\0\1a\x08zz", ""), WIRE_OK, 1, false, 0},
    {"unknown type", V6("\1\0\x03\0\1a\x63", ""), WIRE_OK, 0, true, 0},
    {"fixed array of 3", V6("\1\0\x06\0\1a\x16\x08\3\0", ""), WIRE_OK, 1, false, 0},
    {"location of texts", V6("\1\0\x04\0\1a\x18\x12", ""), WIRE_OK, 0, true, 0},
    {"location of units", V6("\1\0\x04\0\1a\x18\x17", ""), WIRE_OK, 1, false, 0},
    {"location of locations", V6("\1\0\x05\0\1a\x18\x18\x17", ""), WIRE_OK, 0, true, 0},
    {"array of locations", V6("\1\0\x05\0\1a\x13\x19\x17", ""), WIRE_OK, 0, true, 0},
};

static void test_v6(void)
{
    for (size_t i = 0; i < sizeof v6_cases / sizeof v6_cases[0]; i++) {
        struct bytes b = {0};
        struct pool pool = {.limit = 1 << 20};
        struct nettrace_metadata m = {0};

        put_v6_row(&b, v6_cases[i].fields, v6_cases[i].fields_size, v6_cases[i].options,
                   v6_cases[i].options_size);
        struct cursor in = cursor_of(b.data, b.size);
        enum wire_status status = metadata_decode_v6(&in, &pool, &m);
        CHECK_AT(v6_cases[i].label, status == v6_cases[i].status && in.left == 0);
        CHECK_AT(v6_cases[i].label, m.fields.count == v6_cases[i].count);
        CHECK_AT(v6_cases[i].label, m.fields_unknown == v6_cases[i].unknown);
        CHECK_AT(v6_cases[i].label, m.level == v6_cases[i].level);
        pool_clear(&pool);
        bytes_deinit(&b);
    }
}

static void test_table(void)
{
    struct metadata_table t = {.pool = {.limit = 1 << 22}};
    struct nettrace_metadata m = {.id = 3}, *added;

    CHECK(metadata_find(&t, 3) == NULL);
    CHECK(metadata_add(&t, &m, &added) == METADATA_ADDED && metadata_find(&t, 3) == added);
    CHECK(metadata_add(&t, &m, &added) == METADATA_TWICE);
    m.id = 0;
    CHECK(metadata_add(&t, &m, &added) == METADATA_BAD_ID);
    m.id = NETTRACE_METADATA_IDS;
    CHECK(metadata_add(&t, &m, &added) == METADATA_BAD_ID);
    m.id--;
    CHECK(metadata_add(&t, &m, &added) == METADATA_ADDED && t.count == 2);
    CHECK(metadata_find(&t, UINT32_MAX) == NULL);
    metadata_clear(&t);
    CHECK(metadata_find(&t, 3) == NULL && t.count == 0);
}

TEST_SUITE("proto/nettrace/metadata", {"v5", test_v5}, {"v5 cut", test_v5_cut},
           {"memory", test_memory}, {"v6", test_v6}, {"table", test_table})
