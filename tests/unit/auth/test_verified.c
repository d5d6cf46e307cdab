/* The memory of good signatures: per key, bounded, forgotten as a whole. */
#include "src/auth/verified.h"
#include "tests/support/check.h"

static void test_memory(void)
{
    static struct verified v;
    int one = 0, other = 0;

    CHECK(!verified_has(&v, "token", &one));
    verified_add(&v, "token", &one);
    CHECK(verified_has(&v, "token", &one));
    CHECK(!verified_has(&v, "token", &other));
    CHECK(!verified_has(&v, "tokenx", &one));
    verified_clear(&v);
    CHECK(!verified_has(&v, "token", &one));
}

static void test_bound(void)
{
    static struct verified v;
    char token[32];
    int key = 0;

    for (int i = 0; i <= LIMIT_AUTH_CACHE; i++) {
        (void)snprintf(token, sizeof token, "token %d", i);
        verified_add(&v, token, &key);
    }
    CHECK(!verified_has(&v, "token 0", &key));
    CHECK(verified_has(&v, "token 1", &key));
    CHECK(verified_has(&v, token, &key));
}

TEST_SUITE("auth/verified", {"memory", test_memory}, {"bound", test_bound})
