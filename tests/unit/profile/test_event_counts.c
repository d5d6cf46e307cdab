#include <errno.h>

#include "src/profile/event_counts.h"
#include "tests/support/files.h"
#include "tests/support/trace_maker.h"
#include "tests/support/world.h"

static void test_counts(void)
{
    struct trace_maker *m = trace_maker_new();
    struct event_counts c;
    struct error err;
    size_t size;

    for (uint32_t i = 0; i < 5; i++)
        trace_maker_sample(m, 1, 1000 + i, 0, 2);
    m->sequence += 3; /* lost */
    trace_maker_event(m, MAKER_SOURCE, 1, 3000, 0, "abcd", 4);
    const uint8_t *data = trace_maker_end(m, &size);
    REQUIRE(event_counts_init(&c, &err) == 0);
    CHECK(event_counts_feed(&c, data, size, &err) == 0);
    CHECK(event_counts_finish(&c, &err) == 0);
    event_counts_sort(&c);
    CHECK(c.events == 6 && c.lost == 3 && c.bytes == 24);
    CHECK(c.first_ticks == MAKER_START_TICKS + 1000 && c.last_ticks == MAKER_START_TICKS + 3000);
    REQUIRE(c.count >= 2);
    CHECK(c.list[0].count == 5 && c.list[0].bytes == 20);
    CHECK(strcmp(names_get(&c.names, c.list[0].title), "Thread/Sample") == 0);
    CHECK(strcmp(names_get(&c.names, c.list[1].provider), "My-Source") == 0);
    event_counts_deinit(&c);
}

static void test_bad(void)
{
    struct event_counts c;
    struct error err;

    REQUIRE(event_counts_init(&c, &err) == 0);
    CHECK(event_counts_feed(&c, "no trace of anything", 20, &err) == -EBADMSG);
    CHECK(event_counts_finish(&c, &err) == -EBADMSG);
    event_counts_deinit(&c);
}

WORLD_SUITE("profile/event_counts", {"counts", test_counts}, {"bad", test_bad})
