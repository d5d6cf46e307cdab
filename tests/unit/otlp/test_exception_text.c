#include "src/otlp/exception_text.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static const struct {
    const char *text, *type, *message;
} rows[] = {
    {"", "", ""},
    {"System.Exception: boom", "System.Exception", "boom"},
    {"System.Exception: boom\n   at A.B()", "System.Exception", "boom"},
    {"System.Exception: boom\r\n   at A.B()\r\n", "System.Exception", "boom"},
    {"System.Exception: two\nlines\n   at A.B()", "System.Exception", "two\nlines"},
    {"System.Exception", "System.Exception", ""},
    {"System.Exception\n   at A.B()", "System.Exception", ""},
    {"System.Exception: ", "System.Exception", ""},
    {"A.B+C`1[D]: outer\n ---> System.Exception: inner\n   at A", "A.B+C`1[D]", "outer"},
    {"A.B: outer ---> System.Exception: inner\n   at A", "A.B", "outer"},
    {"A.B ---> System.Exception: inner", "A.B", ""},
    {"\xc3\xa9.B: x", "\xc3\xa9.B", "x"},
    {"no type: x", "", ""},
    {": x", "", ""},
    {"\n   at A", "", ""},
    {"A:x", "A", ""},
};

static void test_rows(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct exception_parts p;
        exception_text_parse(rows[i].text, &p);
        CHECK_AT(
            world_text("%s: type '%.*s'", rows[i].text, (int)p.type_size, p.type ? p.type : ""),
            p.type_size == strlen(rows[i].type) &&
                (!p.type_size || memcmp(p.type, rows[i].type, p.type_size) == 0));
        CHECK_AT(world_text("%s: message '%.*s'", rows[i].text, (int)p.message_size,
                            p.message ? p.message : ""),
                 p.message_size == strlen(rows[i].message) &&
                     (!p.message_size || memcmp(p.message, rows[i].message, p.message_size) == 0));
    }
}

WORLD_SUITE("otlp/exception_text", {"rows", test_rows})
