#include <string.h>

#include "src/config/file_encoding.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define BYTES(bytes) bytes, sizeof(bytes) - 1

static const struct {
    const char *label, *data;
    size_t size;
    const char *want; /* NULL: left as it is */
} rows[] = {
    {"UTF-8", BYTES("{}"), NULL},
    {"mark of UTF-8", BYTES("\xEF\xBB\xBF{}"), NULL},
    {"nothing", BYTES(""), NULL},
    {"one byte", BYTES("\xFF"), NULL},
    {"no mark", BYTES("{\0}\0"), NULL},
    {"little", BYTES("\xFF\xFE{\0\xE9\0\xAC\x20}\0"), "{\xC3\xA9\xE2\x82\xAC}"},
    {"big", BYTES("\xFE\xFF\0{\0\xE9\x20\xAC\0}"), "{\xC3\xA9\xE2\x82\xAC}"},
    {"mark alone", BYTES("\xFF\xFE"), ""},
    {"pair", BYTES("\xFF\xFE\x3D\xD8\x00\xDE"), "\xF0\x9F\x98\x80"},
    {"high half alone", BYTES("\xFF\xFE\x3D\xD8x\0"), "\xEF\xBF\xBDx"},
    {"high half at the end", BYTES("\xFF\xFE\x3D\xD8"), "\xEF\xBF\xBD"},
    {"low half alone", BYTES("\xFF\xFE\x00\xDE"), "\xEF\xBF\xBD"},
    {"half a unit", BYTES("\xFF\xFEx\0y"), "x\xEF\xBF\xBD"},
    {"UTF-32 little", BYTES("\xFF\xFE\0\0\x00\xF6\x01\x00x\0\0\0"), "\xF0\x9F\x98\x80x"},
    {"UTF-32 big", BYTES("\0\0\xFE\xFF\x00\x01\xF6\x00"), "\xF0\x9F\x98\x80"},
    {"beyond Unicode", BYTES("\xFF\xFE\0\0\x00\x00\x11\x00"), "\xEF\xBF\xBD"},
    {"surrogate in UTF-32", BYTES("\xFF\xFE\0\0\x00\xD8\x00\x00"), "\xEF\xBF\xBD"},
};

static void test_rows(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct text text = {0};
        bool taken = file_encoding_add(&text, rows[i].data, rows[i].size);
        CHECK_AT(rows[i].label, taken == (rows[i].want != NULL));
        if (rows[i].want)
            CHECK_AT(rows[i].label,
                     text.size == strlen(rows[i].want) &&
                         memcmp(text.size ? text.data : "", rows[i].want, text.size) == 0);
        else
            CHECK_AT(rows[i].label, text.size == 0);
        text_deinit(&text);
    }
}

TEST_SUITE("config/file_encoding", {"rows", test_rows})
