#include "proto/wire/arena.h"
#include "proto/wire/utf16.h"
#include "tests/unit/proto/bytes.h"

#define FFFD "\xef\xbf\xbd"

static const struct {
    const char *label, *hex, *text;
} strings[] = {
    {"count 0", "00000000", ""},
    {"only the NUL", "01000000 0000", ""},
    {"ascii", "04000000 6300 6f00 6e00 0000", "con"},
    {"no NUL at the end", "03000000 6300 6f00 6e00", "con"},
    {"largest of one byte", "02000000 7f00 0000", "\x7f"},
    {"smallest of two", "02000000 8000 0000", "\xc2\x80"},
    {"largest of two", "02000000 ff07 0000", "\xdf\xbf"},
    {"smallest of three", "02000000 0008 0000", "\xe0\xa0\x80"},
    {"below the surrogates", "02000000 ffd7 0000", "\xed\x9f\xbf"},
    {"above the surrogates", "02000000 00e0 0000", "\xee\x80\x80"},
    {"smallest pair", "03000000 00d8 00dc 0000", "\xf0\x90\x80\x80"},
    {"largest pair", "03000000 ffdb ffdf 0000", "\xf4\x8f\xbf\xbf"},
    {"emoji", "03000000 3dd8 00de 0000", "\xf0\x9f\x98\x80"},
    {"high alone", "03000000 3dd8 6100 0000", FFFD "a"},
    {"high at the end", "02000000 3dd8 0000", FFFD},
    {"high at the end, no NUL", "01000000 3dd8", FFFD},
    {"low alone", "03000000 00de 6100 0000", FFFD "a"},
    {"low before high", "03000000 00de 3dd8 0000", FFFD FFFD},
    {"two highs and a low", "04000000 3dd8 3dd8 00de 0000", FFFD "\xf0\x9f\x98\x80"},
    {"NUL inside", "04000000 6100 0000 6200 0000", "a" FFFD "b"},
    {"two NULs", "02000000 0000 0000", FFFD},
};

static void test_decode(void)
{
    for (size_t i = 0; i < COUNT_OF(strings); i++) {
        struct bytes b = bytes_of_hex(strings[i].hex);
        struct cursor c = bytes_cursor(&b);
        char *text = NULL;
        REQUIRE(utf16_decode(&c, &text) == WIRE_OK);
        CHECK_AT(strings[i].label, strcmp(text, strings[i].text) == 0);
        CHECK_AT(strings[i].label, c.left == 0);
        free(text);
    }
}

static void test_decode_into_limits(void)
{
    for (size_t i = 0; i < COUNT_OF(strings); i++) {
        struct bytes b = bytes_of_hex(strings[i].hex);
        char text[32];
        for (size_t capacity = 0; capacity <= strlen(strings[i].text) + 1; capacity++) {
            struct cursor c = bytes_cursor(&b);
            bool fits = capacity == strlen(strings[i].text) + 1;
            CHECK_AT(strings[i].label,
                     utf16_decode_into(&c, text, capacity) == (fits ? WIRE_OK : WIRE_BAD));
            CHECK_AT(strings[i].label, !fits || strcmp(text, strings[i].text) == 0);
        }
    }
}

static void test_decode_arena(void)
{
    for (size_t i = 0; i < COUNT_OF(strings); i++) {
        struct bytes b = bytes_of_hex(strings[i].hex);
        struct cursor c = bytes_cursor(&b);
        struct arena arena = {0};
        const char *text = NULL;
        CHECK_AT(strings[i].label, utf16_decode_arena(&c, &arena, &text) == WIRE_BAD && !text);
        REQUIRE(arena_init(&arena, arena_size_of_strings(b.size)));
        c = bytes_cursor(&b);
        REQUIRE(utf16_decode_arena(&c, &arena, &text) == WIRE_OK);
        CHECK_AT(strings[i].label, strcmp(text, strings[i].text) == 0);
        arena_deinit(&arena);
    }
}

static enum wire_status probe_new(struct cursor *in)
{
    char *text = NULL;
    enum wire_status status = utf16_decode(in, &text);

    free(text);
    return status;
}

static enum wire_status probe_into(struct cursor *in)
{
    char text[64];

    return utf16_decode_into(in, text, sizeof text);
}

static enum wire_status probe_arena(struct cursor *in)
{
    struct arena arena;
    const char *text;

    if (!arena_init(&arena, 64))
        return WIRE_BAD;
    enum wire_status status = utf16_decode_arena(in, &arena, &text);
    arena_deinit(&arena);
    return status;
}

static void test_truncation(void)
{
    struct bytes b = bytes_of_hex("04000000 6300 3dd8 00de 0000");

    check_truncation("new", b.data, b.size, 0, probe_new);
    check_truncation("into", b.data, b.size, 0, probe_into);
    check_truncation("arena", b.data, b.size, 0, probe_arena);
}

static void test_count_is_bounded(void)
{
    static const char *const lies[] = {"ffffffff 6100", "00000080 6100", "02000000 610000",
                                       "ffffff7f 6100 0000"};

    for (size_t i = 0; i < COUNT_OF(lies); i++) {
        struct bytes b = bytes_of_hex(lies[i]);
        struct cursor c = bytes_cursor(&b);
        char *text = NULL;
        CHECK_AT(lies[i], utf16_decode(&c, &text) == WIRE_MORE && c.bad && !text);
    }
}

static enum wire_status probe_terminated(struct cursor *in)
{
    char *text = NULL;
    enum wire_status status = utf16_decode_terminated(in, &text);

    free(text);
    return status;
}

static void test_terminated(void)
{
    struct bytes b = bytes_of_hex("6300 0001 0000 4142");
    struct cursor c = bytes_cursor(&b);
    char *text = NULL;

    REQUIRE(utf16_decode_terminated(&c, &text) == WIRE_OK);
    CHECK(strcmp(text, "c\xc4\x80") == 0 && c.left == 2);
    free(text);
    check_truncation("terminated", b.data, 6, 0, probe_terminated);
}

static void test_cut_keeps_whole_characters(void)
{
    struct bytes b = bytes_of_hex("6100 ac20 6200");
    char text[8] = "xxxxxxx";

    CHECK(utf16_to_utf8(b.data, 3, text, 4) == 5);
    CHECK(strcmp(text, "a") == 0);
    CHECK(utf16_to_utf8(b.data, 3, text, 5) == 5);
    CHECK(strcmp(text, "a\xe2\x82\xac") == 0);
    CHECK(utf16_to_utf8(b.data, 3, text, 1) == 5 && text[0] == '\0');
    CHECK(utf16_to_utf8(b.data, 3, NULL, 0) == 5);
}

static const struct {
    const char *label, *text;
    bool valid;
    const char *hex;
} utf8_cases[] = {
    {"empty", "", true, ""},
    {"ascii", "a/~", true, "6100 2f00 7e00"},
    {"all lengths", "\xc2\x80\xe0\xa0\x80\xf0\x90\x80\x80", true, "8000 0008 00d8 00dc"},
    {"largest", "\xf4\x8f\xbf\xbf", true, "ffdb ffdf"},
    {"the replacement itself", FFFD, true, "fdff"},
    {"lone continuation", "\x80", false, "fdff"},
    {"lead at the end", "a\xc3", false, "6100 fdff"},
    {"cut three", "\xe2\x82", false, "fdff fdff"},
    {"cut by ascii",
     "\xe2\x82"
     "a",
     false, "fdff fdff 6100"},
    {"overlong two", "\xc0\xaf", false, "fdff fdff"},
    {"overlong three", "\xe0\x80\xaf", false, "fdff fdff fdff"},
    {"overlong four", "\xf0\x80\x80\xaf", false, "fdff fdff fdff fdff"},
    {"surrogate", "\xed\xa0\x80", false, "fdff fdff fdff"},
    {"above the last", "\xf4\x90\x80\x80", false, "fdff fdff fdff fdff"},
    {"five bytes", "\xf8\x88\x80\x80\x80", false, "fdff fdff fdff fdff fdff"},
};

static void test_from_utf8(void)
{
    for (size_t i = 0; i < COUNT_OF(utf8_cases); i++) {
        uint8_t units[64];
        size_t size = 2 * utf16_length(utf8_cases[i].text);
        utf16_from_utf8(utf8_cases[i].text, units);
        CHECK_AT(utf8_cases[i].label, bytes_equal_hex(units, size, utf8_cases[i].hex));
        CHECK_AT(utf8_cases[i].label, utf8_is_valid(utf8_cases[i].text) == utf8_cases[i].valid);
    }
}

TEST_SUITE("proto/wire/utf16", {"decode", test_decode}, {"decode into", test_decode_into_limits},
           {"decode into an arena", test_decode_arena}, {"truncation", test_truncation},
           {"count is bounded", test_count_is_bounded}, {"terminated", test_terminated},
           {"cut keeps whole characters", test_cut_keeps_whole_characters},
           {"from UTF-8", test_from_utf8})
