/* One text for one value. */
#include <stdlib.h>

#include "src/auth/base64url.h"
#include "tests/support/check.h"

static const struct row {
    const char *text, *bytes; /* NULL: refused */
} rows[] = {
    {"", ""},           {"Zg", "f"},
    {"Zm8", "fo"},      {"Zm9v", "foo"},
    {"Zm9vYg", "foob"}, {"_-__", "\xff\xef\xff"},
    {"Zg==", NULL},     {"Zg=", NULL},
    {"Zm9vY", NULL},    {"+/", NULL},
    {"Zm 9v", NULL},    {"Zm9v\n", NULL},
    {"Zh", NULL},       {"Zm9", NULL},
    {"Z", NULL},        {"Zm9\xc3\xa9", NULL},
};

static void test_decode(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t bytes[32];
        size_t size = 0;
        bool good = base64url_decode(rows[i].text, strlen(rows[i].text), bytes, &size);
        CHECK_AT(rows[i].text, good == (rows[i].bytes != NULL));
        CHECK_AT(rows[i].text, !good || (size == strlen(rows[i].bytes) &&
                                         memcmp(bytes, rows[i].bytes, size) == 0));
        CHECK_AT(rows[i].text, size <= base64url_decoded_max(strlen(rows[i].text)));
    }
}

static void test_encode(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!rows[i].bytes)
            continue;
        char *text = base64url_encode(rows[i].bytes, strlen(rows[i].bytes));
        CHECK_AT(rows[i].text, text && strcmp(text, rows[i].text) == 0);
        free(text);
    }
}

TEST_SUITE("auth/base64url", {"decode", test_decode}, {"encode", test_encode})
