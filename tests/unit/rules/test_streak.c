#include <math.h>

#include "src/rules/streak.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

enum { SAMPLES = 12, MS = 1000000 };

/* Samples: when (ms) and whether in range; `fires`: index of the first sample that satisfies, -1:
 * none. */
static const struct {
    const char *label;
    int64_t interval_ms, window_ms, covers_ms;
    size_t count;
    struct {
        int64_t at;
        bool in;
    } samples[SAMPLES];
    int fires;
} cases[] = {
    {"a window of one interval", 5000, 5000, 5000, 1, {{5000, true}}, 0},
    {"the first of a longer one", 5000, 5001, 5000, 2, {{5000, true}, {10000, true}}, 1},
    {"held for the window", 5000, 15000, 5000, 3, {{5000, true}, {10000, true}, {15000, true}}, 2},
    {"not yet", 5000, 15000, 5000, 2, {{5000, true}, {10000, true}}, -1},
    {"never in range", 5000, 5000, 5000, 3, {{5000, false}, {10000, false}, {15000, false}}, -1},
    {"a dip begins anew",
     5000,
     15000,
     5000,
     6,
     {{5000, true}, {10000, true}, {15000, false}, {20000, true}, {25000, true}, {30000, true}},
     5},
    {"a dip at the end", 5000, 15000, 5000, 3, {{5000, true}, {10000, true}, {15000, false}}, -1},
    {"values of a moment need one more",
     5000,
     15000,
     0,
     4,
     {{5000, true}, {10000, true}, {15000, true}, {20000, true}},
     3},
    {"a gap of one and a half is none",
     5000,
     15000,
     5000,
     3,
     {{5000, true}, {12500, true}, {17500, true}},
     1 + 1},
    {"a longer one begins anew",
     5000,
     15000,
     5000,
     5,
     {{5000, true}, {10000, true}, {17501, true}, {22501, true}, {27501, true}},
     4},
    {"a gap as long as the window does not fire",
     5000,
     15000,
     5000,
     2,
     {{5000, true}, {60000, true}},
     -1},
    {"goes on after it has fired",
     1000,
     1000,
     1000,
     3,
     {{1000, true}, {2000, true}, {3000, true}},
     0},
    {"several samples of one moment",
     1000,
     2000,
     1000,
     3,
     {{1000, true}, {1000, true}, {2000, true}},
     2},
    {"a little early each time",
     1000,
     3000,
     1000,
     4,
     {{1000, true}, {1999, true}, {2998, true}, {3997, true}},
     3},
};

static void test_samples(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct streak_times times = {cases[i].interval_ms * MS, cases[i].window_ms * MS};
        struct streak s = {0};
        int fires = -1;
        for (size_t n = 0; n < cases[i].count; n++) {
            bool now = streak_sample(&s, &times, cases[i].samples[n].at * MS,
                                     cases[i].covers_ms * MS, cases[i].samples[n].in);
            if (now && fires < 0)
                fires = (int)n;
        }
        CHECK_AT(cases[i].label, fires == cases[i].fires);
    }
}

static const struct {
    const char *label;
    struct streak_range range;
    double value;
    bool want;
} values[] = {
    {"above", {.has_above = true, .above = 50}, 50.1, true},
    {"equal to the lower end", {.has_above = true, .above = 50}, 50, false},
    {"below it", {.has_above = true, .above = 50}, 49, false},
    {"below the upper end", {.has_below = true, .below = 50}, 49.9, true},
    {"equal to it", {.has_below = true, .below = 50}, 50, false},
    {"between", {true, true, 10, 20}, 15, true},
    {"at the lower of two", {true, true, 10, 20}, 10, false},
    {"at the upper of two", {true, true, 10, 20}, 20, false},
    {"negative", {.has_above = true, .above = -5}, -4, true},
    {"no number", {.has_below = true, .below = 50}, (double)NAN, false},
    {"endless", {.has_above = true, .above = 50}, (double)INFINITY, true},
    {"nothing between equal ends", {true, true, 10, 10}, 10, false},
};

static void test_range(void)
{
    for (size_t i = 0; i < COUNT_OF(values); i++)
        CHECK_AT(values[i].label,
                 streak_in_range(&values[i].range, values[i].value) == values[i].want);
}

TEST_SUITE("rules/streak", {"samples", test_samples}, {"range", test_range})
