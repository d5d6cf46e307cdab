#include "proto/ipc/path.h"
#include "tests/unit/proto/bytes.h"

static char longest[IPC_PATH_MAX + 1], too_long[IPC_PATH_MAX + 2];

static const struct {
    const char *label, *path;
    bool safe;
} rows[] = {
    {"absolute", "/tmp/core", true},
    {"root", "/", true},
    {"not ASCII", "/tmp/\xc3\xa9\xf0\x9f\x98\x80", true},
    {"4095 bytes", longest, true},
    {"4096 bytes", too_long, false},
    {"null", NULL, false},
    {"empty", "", false},
    {"relative", "core", false},
    {"dot", "./core", false},
    {"not UTF-8", "/tmp/\xff", false},
    {"cut UTF-8", "/tmp/\xc3", false},
    {"surrogate", "/tmp/\xed\xa0\x80", false},
};

static void test_rows(void)
{
    memset(longest, '/', sizeof longest - 1);
    memset(too_long, '/', sizeof too_long - 1);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_AT(rows[i].label, ipc_path_is_safe(rows[i].path) == rows[i].safe);
}

TEST_SUITE("proto/ipc/path", {"rows", test_rows})
