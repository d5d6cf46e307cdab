#include "proto/nettrace/fields.h"
#include "proto/nettrace/format.h"
#include "proto/nettrace/known_events.h"
#include "proto/nettrace/parser.h"
#include "tests/support/check.h"
#include "tests/support/nettrace_sample.h"

/* Decodes a definition that the writer wrote, so that sizes and offsets are the decoder's. */
struct world_of_fields {
    struct pool pool;
    struct nettrace_metadata metadata;
    struct nettrace_event event;
};

static void set_up(struct world_of_fields *f, const char *fields, const char *payload, size_t size)
{
    *f = (struct world_of_fields){.pool = {.limit = 1 << 20}};
    REQUIRE(known_fields_parse(fields, 9, 8, &f->pool, &f->metadata.fields));
    f->event = (struct nettrace_event){.metadata = &f->metadata,
                                       .payload = (const uint8_t *)payload,
                                       .payload_size = (uint32_t)size};
}

#define SET_UP(f, fields, payload) set_up(f, fields, payload, sizeof(payload) - 1)

static uint64_t number_at(const struct nettrace_event *e, const char *name)
{
    struct nettrace_value v;

    REQUIRE(nettrace_field_find(e, name, &v));
    return v.u;
}

static void check_text(const struct nettrace_event *e, const char *name, const char *want)
{
    struct nettrace_value v;
    char text[64];

    REQUIRE(nettrace_field_find(e, name, &v));
    CHECK_AT(name, nettrace_value_is_text(&v));
    CHECK_AT(name, nettrace_value_text(&v, text, sizeof text) == strlen(want));
    CHECK_AT(name, strcmp(text, want) == 0);
}

static void check_v4_fields(const struct nettrace_event *e)
{
    struct nettrace_value v;
    char text[GUID_TEXT_SIZE];

    CHECK(number_at(e, "Boolean") == 1 && number_at(e, "Char") == 'c');
    CHECK(number_at(e, "SByte") == UINT64_MAX && number_at(e, "Byte") == 255);
    CHECK((int64_t)number_at(e, "Int16") == -32768 && number_at(e, "UInt16") == 32768);
    CHECK((int64_t)number_at(e, "Int32") == -5 && number_at(e, "UInt32") == 3);
    CHECK(number_at(e, "Int64") == UINT64_MAX && number_at(e, "UInt64") == UINT64_MAX);
    CHECK(nettrace_field_find(e, "Single", &v) && v.f == 1.5);
    CHECK(nettrace_field_find(e, "Double", &v) && v.f == -2.25);
    CHECK(nettrace_field_find(e, "Guid", &v));
    struct guid guid = nettrace_value_guid(&v);
    CHECK(strcmp(guid_format(&guid, text), "03020100-0504-0706-0809-0a0b0c0d0e0f") == 0);
    check_text(e, "String", "text \xE2\x82\xAC");
    CHECK(number_at(e, "Last") == 200);
    CHECK(!nettrace_field_find(e, "Nothing", &v));
    CHECK(!nettrace_field_at(e, 1000, &v));
}

static void check_nested(const struct nettrace_event *e)
{
    struct nettrace_reader all = nettrace_read_event(e);
    struct nettrace_value v, element, inner;

    REQUIRE(nettrace_field_find(e, "Pairs", &v));
    CHECK(v.count == 2);
    struct nettrace_reader pairs = nettrace_read_inside(&all, &v);
    REQUIRE(nettrace_read_element(&pairs, &element));
    struct nettrace_reader pair = nettrace_read_inside(&pairs, &element);
    const struct nettrace_field *f = nettrace_read_next(&pair, &inner);
    CHECK(f && strcmp(f->name, "Key") == 0 && inner.size == 10);
    f = nettrace_read_next(&pair, &inner);
    CHECK(f && strcmp(f->name, "Value") == 0 && inner.u == 1);
    CHECK(nettrace_read_next(&pair, &inner) == NULL && !pair.in.bad);
    CHECK(nettrace_read_element(&pairs, &element));
    CHECK(!nettrace_read_element(&pairs, &element));
    REQUIRE(nettrace_field_find(e, "Lists", &v));
    struct nettrace_reader lists = nettrace_read_inside(&all, &v);
    CHECK(nettrace_read_element(&lists, &element) && element.count == 0);
    CHECK(nettrace_read_element(&lists, &element) && element.count == 1);
    struct nettrace_reader list = nettrace_read_inside(&lists, &element);
    CHECK(nettrace_read_element(&list, &inner) && inner.u == 99);
}

static void check_v6_fields(const struct nettrace_event *e)
{
    struct nettrace_reader all = nettrace_read_event(e);
    struct nettrace_value v, element;

    CHECK((int64_t)number_at(e, "VarInt") == -1000 && number_at(e, "VarUInt") == UINT64_MAX);
    CHECK(number_at(e, "Boolean8") == 1);
    check_text(e, "Utf8", "abc");
    check_text(e, "RelLoc", "xy");
    REQUIRE(nettrace_field_find(e, "Fixed", &v));
    struct nettrace_reader fixed = nettrace_read_inside(&all, &v);
    CHECK(v.count == 2 && nettrace_read_element(&fixed, &element) && element.u == 5);
    CHECK(nettrace_read_element(&fixed, &element) && element.u == 6);
    REQUIRE(nettrace_field_find(e, "DataLoc", &v));
    struct nettrace_reader located = nettrace_read_inside(&all, &v);
    CHECK(v.count == 2 && nettrace_read_element(&located, &element));
    CHECK((int32_t)element.u == -5 && nettrace_read_element(&located, &element) && element.u == 3);
}

static int check_event(void *user, const struct nettrace_event *e)
{
    unsigned version = *(unsigned *)user;

    if (e->metadata_id == SAMPLE_METADATA_RICH && e->timestamp == 1030) {
        check_v4_fields(e);
        check_nested(e);
        if (version >= NETTRACE_V6)
            check_v6_fields(e);
        *(unsigned *)user = 0;
    }
    return 0;
}

static void test_all_types(void)
{
    for (unsigned version = 4; version <= 6; version++) {
        struct nettrace_writer w;
        unsigned seen = version;
        size_t size;
        struct nettrace *n = nettrace_new(
            &(struct nettrace_callbacks){.user = &seen, .on_event = check_event}, NULL);

        REQUIRE(n != NULL);
        sample_write(&w, version, true);
        const uint8_t *data = nettrace_writer_data(&w, &size);
        CHECK(nettrace_feed(n, data, size) == 0);
        CHECK(seen == 0);
        nettrace_free(n);
        nettrace_writer_deinit(&w);
    }
}

/* Payloads that say more or less than their bytes hold. */
static const struct {
    const char *label, *fields, *payload;
    size_t size;
    size_t whole;   /* fields that can be read */
    uint64_t value; /* of the last of them: number, or size of text, or count of elements */
} edges[] = {
    {"whole", "A:u32 B:u16", "\1\0\0\0\2\0", 6, 2, 2},
    {"more than the fields", "A:u8", "\7rest", 5, 1, 7},
    {"cut in a number", "A:u32 B:u32", "\1\0\0\0\2\0", 6, 1, 1},
    {"empty", "A:u32", "", 0, 0, 0},
    {"text", "A:str", "a\0b\0\0\0", 6, 1, 4},
    {"text without its end", "A:str", "a\0b\0", 4, 1, 4},
    {"text with half a unit", "A:str", "a\0b", 3, 1, 2},
    {"no text at all", "A:u8 B:str", "\1", 1, 1, 1},
    {"ansi", "A:ansi B:u8", "hey\0\5", 5, 2, 5},
    {"ansi without its end", "A:ansi", "hey", 3, 1, 3},
    {"counted", "N:u16 V[N]:u32", "\2\0\1\0\0\0\2\0\0\0", 10, 2, 2},
    {"counted too high", "N:u16 V[N]:u32", "\3\0\1\0\0\0\2\0\0\0", 10, 1, 3},
    {"counted far too high", "N:u32 V[N]:u64", "\xFF\xFF\xFF\xFF\1\0\0\0", 8, 1, 0xFFFFFFFF},
    {"texts counted too high", "N:u32 V[N]:str", "\xFF\xFF\xFF\xFF\0\0\0\0", 8, 1, 0xFFFFFFFF},
    {"empty objects", "N:u32 V[N]:{} B:u8", "\xFF\xFF\xFF\x7F\x05", 5, 3, 5},
    {"own count", "V[]:u16 B:u8", "\2\0\1\0\2\0\7", 7, 2, 7},
    {"pointer", "P:ptr B:u8", "\1\0\0\0\0\0\0\0\7", 9, 2, 7},
};

static uint64_t essence(const struct nettrace_value *v)
{
    return v->type->element ? v->count : nettrace_value_is_text(v) ? v->size : v->u;
}

static void test_edges(void)
{
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
        struct world_of_fields f;
        struct nettrace_value v = {0}, again, all[8];
        uint64_t last = 0;
        size_t whole = 0;

        set_up(&f, edges[i].fields, edges[i].payload, edges[i].size);
        struct nettrace_reader r = nettrace_read_event(&f.event);
        for (; nettrace_read_next(&r, &v); whole++) {
            last = essence(&v);
            CHECK_AT(edges[i].label, nettrace_field_at(&f.event, whole, &again));
            CHECK_AT(edges[i].label, essence(&again) == last && again.bytes == v.bytes);
        }
        CHECK_AT(edges[i].label, whole == edges[i].whole && last == edges[i].value);
        CHECK_AT(edges[i].label, nettrace_read_all(&f.event, all, 8) == whole);
        CHECK_AT(edges[i].label, whole == 0 || essence(&all[whole - 1]) == last);
        CHECK_AT(edges[i].label, nettrace_read_all(&f.event, all, 1) == (whole ? 1 : 0));
        CHECK_AT(edges[i].label, r.in.bad == (whole < f.metadata.fields.count));
        CHECK_AT(edges[i].label, !nettrace_field_at(&f.event, whole, &again));
        pool_clear(&f.pool);
    }
}

static void test_text_is_cut_to_fit(void)
{
    struct world_of_fields f;
    struct nettrace_value v;
    char text[4];

    SET_UP(&f, "A:str B:ansi C:u8", "a\0\xAC\x20z\0\0\0h\xFFy\0\7");
    REQUIRE(nettrace_field_at(&f.event, 0, &v));
    CHECK(nettrace_value_text(&v, text, sizeof text) == 5 && strcmp(text, "a") == 0);
    REQUIRE(nettrace_field_at(&f.event, 1, &v));
    CHECK(nettrace_value_text(&v, text, sizeof text) == 5 && strcmp(text, "h") == 0);
    REQUIRE(nettrace_field_at(&f.event, 2, &v));
    CHECK(nettrace_value_text(&v, text, sizeof text) == 0 && text[0] == '\0');
    pool_clear(&f.pool);
}

TEST_SUITE("proto/nettrace/fields", {"all types", test_all_types}, {"edges", test_edges},
           {"text is cut to fit", test_text_is_cut_to_fit})
