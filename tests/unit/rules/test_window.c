#include "src/rules/window.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

enum { POINTS = 12, MS = 1000000 };

/* Points in ms, and the count after each. */
static const struct {
    const char *label;
    int64_t window_ms;
    size_t points;
    int64_t at[POINTS];
    uint64_t want[POINTS];
} cases[] = {
    {"one", 10000, 1, {5000}, {1}},
    {"of one bucket", 10000, 4, {0, 1, 500, 999}, {1, 2, 3, 4}},
    {"a second later is the next", 10000, 3, {0, 1000, 2000}, {1, 2, 3}},
    {"none goes within the window", 3000, 4, {0, 1000, 2000, 3000}, {1, 2, 3, 4}},
    {"the first goes", 3000, 5, {0, 1000, 2000, 3000, 4000}, {1, 2, 3, 4, 4}},
    {"exactly as old as the window stays", 3000, 2, {0, 3000}, {1, 2}},
    {"one ms older goes", 3000, 2, {0, 3001}, {1, 1}},
    {"a bucket goes as a whole", 3000, 5, {0, 900, 990, 3500, 4600}, {1, 2, 3, 1, 2}},
    {"a bucket counts from its start", 3000, 3, {0, 999, 3000}, {1, 2, 3}},
    {"nothing goes without a new bucket", 1000, 4, {0, 1000, 1900, 1999}, {1, 2, 3, 4}},
    {"all go after a pause", 5000, 4, {0, 1000, 2000, 60000}, {1, 2, 3, 1}},
    {"earlier points count in the newest", 5000, 4, {5000, 4000, 0, 5999}, {1, 2, 3, 4}},
    {"earlier than the window", 1000, 3, {10000, 1, 11001}, {1, 2, 1}},
    {"a window of a second", 1000, 5, {0, 500, 1000, 2000, 2001}, {1, 2, 3, 2, 3}},
    {"around zero", 2000, 3, {-1500, -500, 600}, {1, 2, 2}},
};

static void test_counts(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct window w;
        window_init(&w, cases[i].window_ms * MS);
        for (size_t p = 0; p < cases[i].points; p++) {
            CHECK(window_add(&w, cases[i].at[p] * MS));
            CHECK_AT(cases[i].label, w.count == cases[i].want[p]);
        }
        window_deinit(&w);
    }
}

/* A day of a point a second: memory has an end, the count is exact. */
static void test_long(void)
{
    enum { WINDOW_S = 3600, DAY_S = 86400 };
    struct window w;

    window_init(&w, (int64_t)WINDOW_S * 1000 * MS);
    for (int64_t s = 0; s < DAY_S; s++)
        REQUIRE(window_add(&w, s * 1000 * MS) && window_add(&w, s * 1000 * MS + MS));
    CHECK(w.count == 2 * (WINDOW_S + 1));
    CHECK(w.used == WINDOW_S + 1 && w.capacity <= 2 * (WINDOW_S + 1));
    window_deinit(&w);
    CHECK(w.count == 0 && !w.buckets);
}

WORLD_SUITE("rules/window", {"counts", test_counts}, {"long", test_long})
