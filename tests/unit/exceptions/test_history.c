#include <stdlib.h>

#include "src/base/limits.h"
#include "src/exceptions/history.h"
#include "tests/support/check.h"

static struct exception_record *record(int64_t ticks, size_t size)
{
    struct exception_record *r = calloc(1, sizeof *r);

    REQUIRE(r != NULL);
    r->refs = 1;
    list_init(&r->link);
    r->ticks = ticks;
    r->size = size;
    return r;
}

/* Ids in order, as digits base 100. */
static uint64_t ids(const struct exception_history *h)
{
    uint64_t all = 0;

    list_each(r, &h->records, const struct exception_record, link)
    {
        all = all * 100 + r->id;
    }
    return all;
}

static void test_eviction(void)
{
    struct exception_history h;

    exception_history_init(&h, 3);
    for (int i = 1; i <= 5; i++)
        exception_history_add(&h, record(i, 10), EXCEPTION_KEPT);
    CHECK(ids(&h) == 30405 && h.kept == 3 && h.bytes == 30);
    exception_history_add(&h, record(9, 10), EXCEPTION_DROPPED);
    CHECK_AT("dropped ones have no id", ids(&h) == 30405 && h.last_id == 5);
    exception_history_set_limit(&h, 1);
    CHECK(ids(&h) == 5 && h.kept == 1);
    exception_history_deinit(&h);
    CHECK(h.kept == 0 && h.bytes == 0 && list_empty(&h.records));
}

static void test_order(void)
{
    static const int64_t ticks[] = {50, 10, 70, 60, 10};
    struct exception_history h;

    exception_history_init(&h, 10);
    for (size_t i = 0; i < sizeof ticks / sizeof ticks[0]; i++)
        exception_history_add(&h, record(ticks[i], 1), EXCEPTION_KEPT);
    CHECK_AT("of time, then of arrival", ids(&h) == 205010403);
    exception_history_deinit(&h);
}

static void test_reference(void)
{
    struct exception_history h;
    struct exception_record *held = exception_record_ref(record(1, 1));

    exception_history_init(&h, 1);
    exception_history_add(&h, held, EXCEPTION_KEPT);
    exception_history_add(&h, record(2, 1), EXCEPTION_KEPT);
    CHECK_AT("out of the history, still there", held->refs == 1 && held->id == 1);
    exception_record_unref(held);
    exception_history_deinit(&h);
}

/* Those that wait do not push others out, and are bounded themselves. */
static void test_undecided(void)
{
    struct exception_history h;

    exception_history_init(&h, 2);
    exception_history_add(&h, record(1, 1), EXCEPTION_KEPT);
    for (int i = 0; i < LIMIT_EXCEPTIONS + 5; i++)
        exception_history_add(&h, record(2 + i, 1), EXCEPTION_UNDECIDED);
    CHECK(h.kept == 1 && h.undecided == LIMIT_EXCEPTIONS);
    CHECK(container_of(h.records.next, struct exception_record, link)->id == 1);
    list_each(r, &h.records, struct exception_record, link)
    {
        exception_history_decide(&h, r, r->id % 2 ? EXCEPTION_KEPT : EXCEPTION_DROPPED);
    }
    CHECK(h.undecided == 0);
    exception_history_set_limit(&h, 2);
    CHECK(h.kept == 2);
    exception_history_deinit(&h);
}

static void test_bytes(void)
{
    struct exception_history h;

    exception_history_init(&h, INT32_MAX);
    for (int i = 0; i < 100; i++)
        exception_history_add(&h, record(i, LIMIT_EXCEPTIONS_BYTES / 10), EXCEPTION_KEPT);
    CHECK(h.kept == 10 && h.bytes <= LIMIT_EXCEPTIONS_BYTES);
    exception_history_add(&h, record(1000, LIMIT_EXCEPTIONS_BYTES + 1), EXCEPTION_KEPT);
    CHECK_AT("one too large for all", h.kept == 0 && h.bytes == 0);
    for (int i = 0; i < LIMIT_EXCEPTIONS + 9; i++)
        exception_history_add(&h, record(i, 1), EXCEPTION_KEPT);
    CHECK_AT("whatever the setting says", h.kept == LIMIT_EXCEPTIONS);
    exception_history_deinit(&h);
}

TEST_SUITE("exceptions/history", {"eviction", test_eviction}, {"order", test_order},
           {"reference", test_reference}, {"undecided", test_undecided}, {"bytes", test_bytes})
