#include <stdlib.h>

#include "src/base/limits.h"
#include "src/rules/open_requests.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define SECOND INT64_C(1000000000)

enum { STEPS = 8 };

/* One step: S start; F and L a fast and a long one's stop that may wait, f and l one that may not;
 * H heartbeat that takes those of 5 s; D doubt. `want`: w waits, f fast, s slow, or the number that
 * the heartbeat took. */
static const struct {
    const char *label;
    struct {
        char what;
        uint64_t id;
        int64_t seconds;
        char want;
    } steps[STEPS];
} cases[] = {
    {"fast", {{'S', 1, 0, 'w'}, {'F', 1, 1, 'f'}}},
    {"slow", {{'S', 1, 0, 'w'}, {'L', 1, 9, 's'}}},
    {"two", {{'S', 1, 0, 'w'}, {'S', 2, 0, 'w'}, {'L', 1, 9, 's'}, {'F', 2, 1, 'f'}}},
    {"a fast end first", {{'F', 1, 1, 'w'}, {'S', 1, 1, 'f'}, {'H', 0, 99, 0}}},
    {"a slow end first", {{'L', 1, 9, 'w'}, {'S', 1, 9, 's'}, {'H', 0, 99, 0}}},
    {"an end that may not wait", {{'f', 1, 1, 'w'}, {'S', 1, 1, 'w'}, {'H', 0, 99, 1}}},
    {"an end that nothing began", {{'L', 1, 1, 'w'}, {'H', 0, 99, 0}, {'S', 2, 99, 'w'}}},
    {"an end waits ten seconds only", {{'L', 1, 1, 'w'}, {'S', 2, 99, 'w'}, {'S', 1, 99, 'w'}}},
    {"hung", {{'S', 1, 0, 'w'}, {'H', 0, 4, 0}, {'H', 0, 5, 1}, {'H', 0, 6, 0}}},
    {"hung, and ends", {{'S', 1, 0, 'w'}, {'H', 0, 5, 1}, {'L', 1, 6, 'w'}, {'H', 0, 99, 0}}},
    {"hung beside others",
     {{'S', 1, 0, 'w'}, {'S', 2, 3, 'w'}, {'S', 3, 0, 'w'}, {'H', 0, 6, 2}, {'L', 2, 9, 's'}}},
    {"in doubt", {{'S', 1, 0, 'w'}, {'D', 0, 1, 0}, {'S', 2, 2, 'w'}, {'H', 0, 9, 1}}},
    {"in doubt, and ends", {{'S', 1, 0, 'w'}, {'D', 0, 1, 0}, {'L', 1, 9, 's'}, {'H', 0, 9, 0}}},
    {"started twice", {{'S', 1, 0, 'w'}, {'S', 1, 3, 'w'}, {'F', 1, 4, 'f'}, {'F', 1, 4, 'w'}}},
    {"ended twice", {{'F', 1, 0, 'w'}, {'F', 1, 0, 'w'}, {'S', 1, 0, 'f'}, {'S', 1, 0, 'w'}}},
};

static char name_of(enum open_request_end end)
{
    return end == OPEN_REQUEST_WAITS ? 'w' : end == OPEN_REQUEST_FAST ? 'f' : 's';
}

static char step(struct open_requests *all, char what, uint64_t id, int64_t time)
{
    if (what == 'S')
        return name_of(open_requests_start(all, id, time));
    if (what == 'D') {
        open_requests_doubt(all, time);
        return 0;
    }
    if (what == 'H')
        return (char)open_requests_take_older(all, time - 5 * SECOND);
    return name_of(
        open_requests_stop(all, id, time, what == 'L' || what == 'l', what == 'L' || what == 'F'));
}

static void test_steps(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct open_requests all = {0};
        for (size_t n = 0; n < STEPS && cases[i].steps[n].what; n++)
            CHECK_AT(cases[i].label,
                     step(&all, cases[i].steps[n].what, cases[i].steps[n].id,
                          cases[i].steps[n].seconds * SECOND) == cases[i].steps[n].want);
        open_requests_deinit(&all);
    }
}

/* Against a plain array. */
static void test_random(void)
{
    enum { IDS = 300, TURNS = 200000 };
    struct open_requests all = {0};
    bool open[IDS] = {false};
    size_t count = 0;
    unsigned seed = 1;

    for (int i = 0; i < TURNS; i++) {
        seed = seed * 1664525 + 1013904223;
        unsigned id = (seed >> 8) % IDS;
        if (seed >> 31) {
            (void)open_requests_start(&all, id, i);
            count += !open[id];
            open[id] = true;
        } else {
            bool was = open_requests_stop(&all, id, i, true, false) == OPEN_REQUEST_SLOW;
            CHECK(was == open[id]);
            count -= open[id];
            open[id] = false;
        }
        CHECK(all.count == count);
    }
    CHECK(open_requests_take_older(&all, TURNS) == count && all.count == 0);
    CHECK(all.capacity <= 4 * IDS);
    open_requests_deinit(&all);
}

/* More than there is room for: the first ones are watched, the others counted. */
static void test_limit(void)
{
    enum { MORE = 1000 };
    struct open_requests all = {0};

    for (uint64_t id = 0; id < LIMIT_RULE_REQUESTS + MORE; id++)
        CHECK(open_requests_stop(&all, id + (UINT64_C(1) << 40), 0, true, true) ==
              OPEN_REQUEST_WAITS);
    CHECK_AT("ends leave room for starts",
             all.count == LIMIT_RULE_REQUESTS / 2 && all.dropped == 0);
    for (uint64_t id = 0; id < LIMIT_RULE_REQUESTS + MORE; id++)
        CHECK(open_requests_start(&all, id, 60 * SECOND) == OPEN_REQUEST_WAITS);
    CHECK(all.count == LIMIT_RULE_REQUESTS && all.dropped == MORE);
    CHECK(open_requests_stop(&all, 1, 60 * SECOND, true, false) == OPEN_REQUEST_SLOW);
    CHECK(open_requests_stop(&all, LIMIT_RULE_REQUESTS + 1, 60 * SECOND, true, false) ==
          OPEN_REQUEST_WAITS);
    CHECK(open_requests_start(&all, 1, 60 * SECOND) == OPEN_REQUEST_WAITS && all.dropped == MORE);
    CHECK(open_requests_take_older(&all, 60 * SECOND) == LIMIT_RULE_REQUESTS);
    open_requests_deinit(&all);
}

TEST_SUITE("rules/open_requests", {"steps", test_steps}, {"random", test_random},
           {"limit", test_limit})
