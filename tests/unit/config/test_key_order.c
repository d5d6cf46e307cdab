#include "src/config/key_order.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* As dotnet-monitor lists them. */
static const char *const sorted[] = {
    "a",    "a:",   "a:-1",   "a:0",    "a:1",          "a:01",         "a:+3", "a: 4 ",
    "a:9",  "a:10", "a:10:0", "a:10:x", "a:2147483647", "a:2147483648", "a:a1", "a:b",
    "a:B0", "a:_",  "a!:b",   "b",
};

static int sign(int r)
{
    return (r > 0) - (r < 0);
}

static void test_order(void)
{
    for (size_t i = 0; i < COUNT_OF(sorted); i++) {
        for (size_t k = 0; k < COUNT_OF(sorted); k++)
            CHECK_AT(sorted[i],
                     sign(key_order_compare(sorted[i], sorted[k])) == sign((i > k) - (i < k)));
    }
}

static void test_case(void)
{
    CHECK(key_order_compare("Storage:Folder:10", "sTORAGE:fOLDER:10") == 0);
    CHECK(key_order_compare("a:1", "a:01") != 0 && key_order_compare("a:+1", "a:1") != 0);
}

TEST_SUITE("config/key_order", {"order", test_order}, {"case", test_case})
