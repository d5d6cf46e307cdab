#include "proto/nettrace/limits.h"
#include "proto/nettrace/spans.h"
#include "tests/support/check.h"

static void add(struct spans *s, uint32_t first, const char *texts)
{
    REQUIRE(spans_begin(s, first));
    for (; *texts; texts++)
        REQUIRE(spans_add(s, (const uint8_t *)texts, 1));
}

static const struct {
    uint32_t id;
    char want; /* 0: none */
} finds[] = {{0, 0}, {1, 'a'},  {2, 'b'},  {3, 'c'}, {4, 'd'},
             {5, 0}, {10, 'Y'}, {11, 'y'}, {12, 0},  {UINT32_MAX, 'z'}};

static void test_find(void)
{
    struct spans s = {0};
    size_t size = 0;

    CHECK(spans_find(&s, 1, &size) == NULL);
    add(&s, 1, "ab");
    add(&s, 3, "cd"); /* goes on */
    add(&s, 10, "xy");
    add(&s, 10, "Y"); /* again: the newest counts */
    add(&s, UINT32_MAX, "z");
    CHECK(s.run_count == 4);
    for (size_t i = 0; i < sizeof finds / sizeof finds[0]; i++) {
        const uint8_t *bytes = spans_find(&s, finds[i].id, &size);
        CHECK((bytes != NULL) == (finds[i].want != 0));
        CHECK(!bytes || (size == 1 && *bytes == (uint8_t)finds[i].want));
    }
    spans_clear(&s);
    CHECK(spans_find(&s, 1, &size) == NULL && s.size_capacity > 0);
    add(&s, 2, "q");
    CHECK(spans_find(&s, 2, &size) && size == 1);
    spans_deinit(&s);
}

static void test_limits(void)
{
    static const uint8_t big[1 << 20];
    struct spans s = {0};
    size_t added = 0;

    CHECK(!spans_add(&s, big, 1)); /* without spans_begin() */
    for (uint32_t run = 0; run < NETTRACE_STACK_RUNS; run++)
        REQUIRE(spans_begin(&s, 2 * run + 10) && spans_add(&s, big, 0));
    CHECK(!spans_begin(&s, 1));
    while (spans_add(&s, big, sizeof big))
        added++;
    CHECK(added == NETTRACE_STACK_BYTES / sizeof big);
    spans_clear(&s);
    CHECK(s.size_capacity == 0); /* unusually much is given back */
    REQUIRE(spans_begin(&s, 1));
    for (uint32_t i = 0; i < NETTRACE_STACKS; i++)
        REQUIRE(spans_add(&s, big, 0));
    CHECK(!spans_add(&s, big, 0));
    spans_deinit(&s);
}

TEST_SUITE("proto/nettrace/spans", {"find", test_find}, {"limits", test_limits})
