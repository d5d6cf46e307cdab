#include "src/base/hash.h"
#include "tests/support/check.h"

static void test_same(void)
{
    char a[] = "0123456789", b[] = "x0123456789";

    CHECK(hash_bytes(a, 10) == hash_bytes(b + 1, 10)); /* whatever the alignment */
    CHECK(hash_number(5) == hash_number(5));
}

static void test_spread(void)
{
    unsigned slots[64] = {0};

    for (uint64_t i = 0; i < 6400; i++)
        slots[hash_number(i << 12) % 64]++;
    for (size_t i = 0; i < 64; i++)
        CHECK(slots[i] > 40 && slots[i] < 200);
}

static void test_length_counts(void)
{
    static const char zeros[9] = {0};

    CHECK(hash_bytes(zeros, 1) != hash_bytes(zeros, 2));
    CHECK(hash_bytes(zeros, 8) != hash_bytes(zeros, 9));
    CHECK(hash_bytes("a", 1) != hash_bytes("b", 1));
}

TEST_SUITE("base/hash", {"same", test_same}, {"spread", test_spread},
           {"length counts", test_length_counts})
