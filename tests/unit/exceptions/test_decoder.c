#include <stdlib.h>
#include <string.h>

#include "src/exceptions/decoder.h"
#include "tests/support/check.h"

/* "A.B", a message, the rest: HRESULT 0x80131500, flags 3. */
#define TYPE "A\0.\0B\0\0\0"
#define REST8 "\1\2\3\4\5\6\7\10\0\x15\x13\x80\3\0\0\0"
#define REST4 "\1\2\3\4\0\x15\x13\x80\3\0\0\0"

static const struct {
    const char *label, *bytes;
    size_t size;
    uint32_t pointer_size;
    size_t message; /* units */
} rows[] = {
    {"a message", TYPE "h\0i\0\0\0" REST8, 30, 8, 2},
    {"32 bits", TYPE "h\0i\0\0\0" REST4, 26, 4, 2},
    {"empty", TYPE "\0\0" REST8, 26, 8, 0},
    {"null", TYPE "N\0U\0L\0L\0\0\0" REST8, 34, 8, 0},
    {"not null", TYPE "N\0U\0L\0L\0S\0\0\0" REST8, 36, 8, 5},
};

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct exception_payload p;

        CHECK_AT(rows[i].label, exception_payload_decode((const uint8_t *)rows[i].bytes,
                                                         rows[i].size, rows[i].pointer_size, &p));
        CHECK_AT(rows[i].label, p.type.count == 3 && p.message.count == rows[i].message);
        CHECK_AT(rows[i].label, p.hresult == 0x80131500 && p.flags == 3);
    }
}

/* Every prefix is refused, also when what lies behind it would complete it; ClrInstanceID may be
 * missing. */
static void test_cut(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (size_t size = 0; size < rows[i].size - 2; size++) {
            struct exception_payload p;
            uint8_t *copy = malloc(size + 1);
            REQUIRE(copy != NULL);
            memcpy(copy, rows[i].bytes, size);
            CHECK_AT(rows[i].label,
                     !exception_payload_decode(copy, size, rows[i].pointer_size, &p));
            free(copy);
        }
    }
}

TEST_SUITE("exceptions/decoder", {"rows", test_rows}, {"cut", test_cut})
