/* Events of a stream into totals: per stack, per thread, and what is not over at the end. */
#include <math.h>

#include "src/diagnose/pool_events.h"
#include "tests/support/trace_maker.h"
#include "tests/support/world.h"

#define MS 1000000u /* ticks of the maker's clock are nanoseconds */

struct reading {
    struct nettrace *stream;
    struct pool_events pool;
};

static int on_event(void *user, const struct nettrace_event *event)
{
    struct reading *r = user;

    pool_events_add(&r->pool, r->stream, event);
    return 0;
}

static void end_reading(void *arg)
{
    struct reading *r = arg;

    nettrace_free(r->stream);
    pool_events_deinit(&r->pool);
}

static struct pool_events *read_all(struct trace_maker *m, double seconds)
{
    struct reading *r = world_alloc(sizeof *r);
    const struct nettrace_callbacks callbacks = {.user = r, .on_event = on_event};
    size_t size;
    const uint8_t *data = trace_maker_end(m, &size);

    pool_events_init(&r->pool);
    r->stream = nettrace_new(&callbacks, NULL);
    REQUIRE(r->stream && nettrace_feed(r->stream, data, size) == 0);
    world_at_end(end_reading, r);
    pool_events_finish(&r->pool, seconds);
    return &r->pool;
}

static void wait_for(struct trace_maker *m, uint64_t thread, uint32_t stack, uint64_t from,
                     uint64_t to)
{
    static const uint8_t nothing[11];

    trace_maker_event(m, MAKER_CONTENTION_START, thread, from * MS, stack, nothing, 3);
    if (to)
        trace_maker_event(m, MAKER_CONTENTION_STOP, thread, to * MS, 0, nothing, sizeof nothing);
}

static void test_waits(void)
{
    static const uint64_t first[] = {0x1010, 0x2010}, second[] = {0x3010};
    struct trace_maker *m = trace_maker_new();

    trace_maker_stack(m, 1, first, 2);
    trace_maker_stack(m, 2, second, 1);
    wait_for(m, 7, 1, 100, 150);
    wait_for(m, 7, 1, 200, 210);
    wait_for(m, 8, 1, 100, 400);
    wait_for(m, 8, 2, 500, 0);
    const struct pool_events *p = read_all(m, 1);
    const struct pool_sites *s = &p->sites[POOL_CONTENTION];

    REQUIRE(s->count == 2 && s->waits == 4 && p->dropped == 0);
    CHECK(s->list[0].count == 3 && s->list[0].total_ns == UINT64_C(360) * MS);
    CHECK(s->list[0].max_ns == UINT64_C(300) * MS && s->list[0].open == 0);
    CHECK_AT("until the time was over",
             s->list[1].open == 1 && s->list[1].total_ns == UINT64_C(500) * MS);
    CHECK(p->sites[POOL_WAIT_HANDLE].count == 0 && p->stacks.count == 2);
}

/* What began before the stream has no beginning here. */
static void test_end_alone(void)
{
    static const uint8_t nothing[11];
    struct trace_maker *m = trace_maker_new();

    trace_maker_event(m, MAKER_CONTENTION_STOP, 7, 5 * MS, 0, nothing, sizeof nothing);
    const struct pool_events *p = read_all(m, 1);
    CHECK(p->sites[POOL_CONTENTION].waits == 0 && p->dropped == 0);
}

static void test_many_stacks(void)
{
    struct trace_maker *m = trace_maker_new();

    for (uint32_t i = 1; i <= POOL_SITES + 10; i++) {
        const uint64_t frame[] = {i};
        trace_maker_stack(m, i, frame, 1);
        wait_for(m, 7, i, 10 * (uint64_t)i, 10 * (uint64_t)i + 1);
    }
    const struct pool_events *p = read_all(m, 1);
    CHECK(p->sites[POOL_CONTENTION].count == POOL_SITES && p->dropped == 10);
}

static void test_counters(void)
{
    struct pool_events p;

    pool_events_init(&p);
    pool_events_count(&p, "threadpool-queue-length", 7, 5);
    pool_events_count(&p, "threadpool-completed-items-count", 50, 5);
    pool_events_count(&p, "cpu-usage", (double)NAN, 5);
    pool_events_count(&p, "gen-0-size", 1, 5);
    CHECK(p.counters[POOL_QUEUE].count == 1 && p.counters[POOL_CPU].count == 0);
    CHECK_AT("per second", fabs(p.counters[POOL_COMPLETED].samples[0] - 10) < 1e-9);
    pool_events_count(&p, "cpu-usage", 0, 5);
    CHECK_AT("not yet measured", p.counters[POOL_CPU].count == 0);
    pool_events_count(&p, "cpu-usage", 0, 5);
    CHECK_AT("nothing used", p.counters[POOL_CPU].count == 1);
    for (int i = 0; i < POOL_SAMPLES + 5; i++)
        pool_events_count(&p, "threadpool-queue-length", i, 5);
    CHECK(p.counters[POOL_QUEUE].count == POOL_SAMPLES);
    CHECK_AT("the newest stay",
             fabs(p.counters[POOL_QUEUE].samples[POOL_SAMPLES - 1] - POOL_SAMPLES - 4) < 1e-9);
    pool_events_deinit(&p);
}

WORLD_SUITE("diagnose/pool_events", {"waits", test_waits}, {"end alone", test_end_alone},
            {"many stacks", test_many_stacks}, {"counters", test_counters})
