#include <stdlib.h>

#include "src/base/limits.h"
#include "src/base/text.h"
#include "src/metrics/store.h"
#include "tests/support/check.h"
#include "tests/support/measure.h"

static struct metric_series *only_series(struct metric_process *p)
{
    struct metric_instrument *in =
        container_of(p->instruments.next, struct metric_instrument, link);

    REQUIRE(p->series_count == 1);
    return container_of(in->series.next, struct metric_series, link);
}

static void put_at(struct metric_store *store, struct metric_process *p, struct measurement m,
                   int64_t ms)
{
    m.unix_ns = ms * MEASURE_MS;
    metric_store_put(store, p, &m);
}

/* A ring for each set of tags, in order, the oldest goes first. */
static void test_rings(void)
{
    struct metric_store *store = metric_store_new(3);
    struct metric_process *p = metric_process_add(store, 7, "app", "uid");
    const char *tags[] = {"a=1", "a=2", ""};

    for (int i = 0; i < 5; i++)
        for (size_t t = 0; t < 3; t++)
            put_at(store, p, measure(MEASUREMENT_GAUGE, "m", "n", tags[t], i), 1000 + i);
    CHECK(p->series_count == 3 && metric_store_series(store) == 3);
    struct metric_instrument *in =
        container_of(p->instruments.next, struct metric_instrument, link);
    size_t t = 0;
    list_each(s, &in->series, struct metric_series, link)
    {
        CHECK(strcmp(s->tags, tags[t++]) == 0);
        REQUIRE(s->count == 3);
        for (unsigned i = 0; i < 3; i++)
            CHECK(metric_series_point(s, i)->value == 2 + i);
        CHECK(metric_series_last(s)->unix_ns == INT64_C(1004) * MEASURE_MS);
    }
    CHECK(t == 3);
    metric_store_free(store);
}

static void test_ring_grows(void)
{
    static const unsigned sizes[] = {1, 2, 4, 5, 100, LIMIT_METRIC_POINTS};

    for (size_t n = 0; n < sizeof sizes / sizeof sizes[0]; n++) {
        struct metric_store *store = metric_store_new(sizes[n]);
        struct metric_process *p = metric_process_add(store, 7, "app", "uid");
        for (int i = 0; i < 3000; i++)
            put_at(store, p, measure(MEASUREMENT_MEAN, "m", "n", "", i), i);
        struct metric_series *s = only_series(p);
        REQUIRE(s->count == sizes[n]);
        for (unsigned i = 0; i < s->count; i++)
            CHECK(metric_series_point(s, i)->value == 3000 - (double)s->count + i);
        metric_store_free(store);
    }
}

/* Prometheus takes no two points of the same millisecond, and none that is older. */
static void test_times(void)
{
    struct metric_store *store = metric_store_new(3);
    struct metric_process *p = metric_process_add(store, 7, "app", "uid");
    struct measurement m = measure(MEASUREMENT_GAUGE, "m", "n", "", 1);

    put_at(store, p, m, 10);
    m.value = 2;
    put_at(store, p, m, 10);
    CHECK(only_series(p)->count == 1 && metric_series_last(only_series(p))->value == 2);
    put_at(store, p, m, 20);
    m.value = 3;
    put_at(store, p, m, 15);
    CHECK(only_series(p)->count == 1 && metric_series_last(only_series(p))->value == 3);
    metric_store_free(store);
}

/* What totals become: kind, then value and told total of each measurement. */
static const struct {
    const char *label;
    enum measurement_kind kind;
    double told[4][2];
    double want;
} totals[] = {
    {"increments add up", MEASUREMENT_INCREMENT, {{1, NAN}, {2, NAN}, {3, NAN}, {4, NAN}}, 10},
    {"NaN is nothing", MEASUREMENT_INCREMENT, {{1, NAN}, {NAN, NAN}, {3, NAN}, {4, NAN}}, 8},
    {"rates add up when no total is told",
     MEASUREMENT_COUNTER,
     {{1, NAN}, {2, NAN}, {3, NAN}, {4, NAN}},
     10},
    {"told", MEASUREMENT_COUNTER, {{0, 100}, {5, 105}, {5, 110}, {0, 110}}, 110},
    {"begins anew", MEASUREMENT_COUNTER, {{0, 100}, {5, 105}, {3, 3}, {4, 7}}, 7},
    {"the number", MEASUREMENT_UP_DOWN, {{1, 5}, {1, 6}, {-4, 2}, {-3, -1}}, -1},
};

static void test_totals(void)
{
    for (size_t i = 0; i < sizeof totals / sizeof totals[0]; i++) {
        struct metric_store *store = metric_store_new(3);
        struct metric_process *p = metric_process_add(store, 7, "app", "uid");
        for (int n = 0; n < 4; n++) {
            struct measurement m = measure(totals[i].kind, "m", "n", "", totals[i].told[n][0]);
            m.total = totals[i].told[n][1];
            put_at(store, p, m, n);
        }
        CHECK_AT(totals[i].label, only_series(p)->total == totals[i].want);
        metric_store_free(store);
    }
}

static void test_histogram(void)
{
    struct measurement_quantile q[] = {{0.99, 3}, {0.5, 1}, {0.95, 2}};
    struct metric_store *store = metric_store_new(3);
    struct metric_process *p = metric_process_add(store, 7, "app", "uid");
    struct measurement m = measure(MEASUREMENT_HISTOGRAM, "m", "n", "", NAN);

    m.quantiles = q;
    m.quantile_count = 3;
    put_at(store, p, m, 1);
    struct metric_series *s = only_series(p);
    CHECK(isnan(s->sum) && isnan(s->observations)); /* not told */
    m.sum = 10;
    m.count = 4;
    put_at(store, p, m, 2);
    put_at(store, p, m, 3);
    CHECK(s->sum == 20 && s->observations == 8 && s->count == 1 && !s->quiet);
    REQUIRE(s->quantile_count == 3);
    CHECK(s->quantiles[0].quantile == 0.5 && s->quantiles[2].value == 3);
    m.quantile_count = 0;
    m.sum = m.count = 0;
    put_at(store, p, m, 4);
    CHECK(s->quiet && s->quantile_count == 3 && s->observations == 8);
    metric_store_free(store);
}

static void test_ended(void)
{
    struct metric_store *store = metric_store_new(3);
    struct metric_process *p = metric_process_add(store, 7, "app", "uid");
    struct measurement end = measure(MEASUREMENT_ENDED, "m", "n", "a=1", NAN);

    put_at(store, p, measure(MEASUREMENT_GAUGE, "m", "n", "a=1", 1), 1);
    put_at(store, p, measure(MEASUREMENT_GAUGE, "m", "n", "a=2", 1), 1);
    put_at(store, p, measure(MEASUREMENT_MEAN, "m", "n", "", 1), 1);
    put_at(store, p, measure(MEASUREMENT_ENDED, "m", "unknown", "", 1), 1);
    metric_store_put(store, p, &end);
    unsigned ended = 0;
    list_each(in, &p->instruments, struct metric_instrument, link)
        list_each(s, &in->series, struct metric_series, link)
    {
        ended += s->ended;
        CHECK(s->ended == (strcmp(s->tags, "a=1") == 0));
    }
    CHECK(ended == 1);
    end.tags = NULL;
    metric_store_put(store, p, &end);
    ended = 0;
    list_each(in, &p->instruments, struct metric_instrument, link)
        list_each(s, &in->series, struct metric_series, link) ended += s->ended;
    CHECK(ended == 2); /* an EventCounter is no instrument */
    put_at(store, p, measure(MEASUREMENT_GAUGE, "m", "n", "a=1", 1), 2); /* is back */
    struct metric_instrument *in =
        container_of(p->instruments.next, struct metric_instrument, link);
    CHECK(!container_of(in->series.next, struct metric_series, link)->ended);
    metric_store_free(store);
}

/* Everything that tells instruments apart does, what does not is taken over. */
static void test_identity(void)
{
    struct metric_store *store = metric_store_new(3);
    struct metric_process *p = metric_process_add(store, 7, "app", "uid");
    struct metric_process *other = metric_process_add(store, 8, "app", "uid2");
    struct measurement m = measure(MEASUREMENT_GAUGE, "m", "n", "", 1);

    metric_store_put(store, p, &m);
    m.unit = "s";
    m.display_name = "words";
    m.interval = 10;
    metric_store_put(store, p, &m);
    struct metric_instrument *in = only_series(p)->instrument;
    CHECK(strcmp(in->unit, "s") == 0 && strcmp(in->display_name, "words") == 0);
    CHECK(in->interval == 10 && in->is_meter);
    metric_store_put(store, other, &m);
    CHECK(p->series_count == 1 && other->series_count == 1);
    m.meter_tags = "a=1";
    metric_store_put(store, p, &m);
    m.instrument_tags = "a=1";
    metric_store_put(store, p, &m);
    m.meter_version = "2";
    metric_store_put(store, p, &m);
    m.kind = MEASUREMENT_COUNTER;
    metric_store_put(store, p, &m);
    CHECK(p->series_count == 5);
    metric_process_remove(store, p);
    CHECK(metric_store_series(store) == 1);
    metric_process_remove(store, other);
    CHECK(metric_store_series(store) == 0 && metric_store_bytes(store) == 0);
    metric_store_free(store);
}

/* Texts of any size are cut, and found again. */
static void test_long_texts(void)
{
    struct metric_store *store = metric_store_new(3);
    struct metric_process *p = metric_process_add(store, 7, "app", "uid");
    size_t size = 3 * (size_t)LIMIT_METRIC_TAGS;
    char *text = malloc(size + 1);

    for (size_t i = 0; i < size; i += 3)
        memcpy(text + i, "\xE2\x82\xAC", 3); /* of three bytes: cut between two */
    text[size] = '\0';
    struct measurement m = measure(MEASUREMENT_GAUGE, text, text, text, 1);
    m.unit = m.display_name = m.meter_version = m.meter_tags = m.instrument_tags = text;
    metric_store_put(store, p, &m);
    metric_store_put(store, p, &m);
    struct metric_series *s = only_series(p);
    CHECK(strlen(s->instrument->name) == LIMIT_METRIC_TEXT / 3 * 3);
    CHECK(s->count == 1 && p->series_dropped == 0);
    metric_store_free(store);
    free(text);
}

static void fill(struct metric_store *store, struct metric_process *p, int count, int64_t ms)
{
    char tags[64];

    for (int i = 0; i < count; i++) {
        (void)snprintf(tags, sizeof tags, "ms=%d,i=%d", (int)ms, i);
        put_at(store, p, measure(MEASUREMENT_COUNTER, "m", "n", tags, 1), ms);
    }
}

/* Full: counted; what has ended or was silent makes room. */
static void test_limit(void)
{
    enum { MANY = LIMIT_METRIC_SERIES_PER_PROCESS };
    struct metric_store *store = metric_store_new(3);
    struct metric_process *p = metric_process_add(store, 7, "app", "uid");
    struct metric_process *other = metric_process_add(store, 8, "app", "uid");
    int64_t later = 100000 + LIMIT_METRIC_SILENT_MS;

    fill(store, p, MANY, 100000);
    CHECK(p->series_count == MANY && p->series_dropped == 0);
    fill(store, p, 1000, 101000);
    CHECK(p->series_count == MANY && p->series_dropped == 1000);
    fill(store, other, 10, 101000);
    CHECK(other->series_count == 10 && other->series_dropped == 0);
    fill(store, p, 500, 100000); /* known ones go on */
    CHECK(p->series_dropped == 1000);
    fill(store, p, 1000, later + 1);
    CHECK(p->series_count == 1000 && p->series_dropped == 1000);
    CHECK(other->series_count == 10);
    metric_store_free(store);
}

static void test_limit_of_all(void)
{
    struct metric_store *store = metric_store_new(1);
    uint64_t dropped = 0;

    for (int i = 0; i < 5; i++) {
        struct metric_process *p = metric_process_add(store, (uint64_t)i, "app", "uid");
        fill(store, p, LIMIT_METRIC_SERIES_PER_PROCESS, 1000);
        dropped += p->series_dropped;
    }
    CHECK(metric_store_series(store) == LIMIT_METRIC_SERIES);
    CHECK(dropped == LIMIT_METRIC_SERIES_PER_PROCESS);
    CHECK(metric_store_bytes(store) <= LIMIT_METRIC_BYTES);
    metric_store_free(store);
}

/* Large tags: the bytes end before the number does. */
static void test_limit_of_bytes(void)
{
    struct metric_store *store = metric_store_new(3);
    struct metric_process *p = metric_process_add(store, 7, "app", "uid");
    struct text tags = {0};

    for (int i = 0; i < LIMIT_METRIC_SERIES_PER_PROCESS; i++) {
        tags.size = 0;
        text_add_fmt(&tags, "i=%d,k=%04000d", i, 0);
        put_at(store, p, measure(MEASUREMENT_GAUGE, "m", "n", tags.data, 1), 1000);
    }
    CHECK(p->series_dropped > 0 && p->series_count > 500);
    CHECK(p->bytes < LIMIT_METRIC_BYTES_PER_PROCESS + 3 * LIMIT_METRIC_TAGS);
    text_deinit(&tags);
    metric_store_free(store);
}

/* An app with 60 series of usual size. */
static void test_small(void)
{
    struct metric_store *store = metric_store_new(3);
    struct metric_process *p = metric_process_add(store, 7, "app", "uid");
    char name[64];

    for (int i = 0; i < 60; i++) {
        (void)snprintf(name, sizeof name, "threadpool-completed-items-%d", i);
        struct measurement m = measure(MEASUREMENT_MEAN, "System.Runtime", name, "", 1);
        m.display_name = "ThreadPool Completed Work Item Count";
        m.unit = "count";
        metric_store_put(store, p, &m);
    }
    CHECK(p->bytes < 60 * 600);
    metric_store_free(store);
}

/* Whoever keeps what it made of the store must hear of each change. */
static void test_changes(void)
{
    struct metric_store *store = metric_store_new(3);
    uint64_t before = metric_store_changes(store);
    struct metric_process *p = metric_process_add(store, 1, "a", "b");
    struct measurement m = {.kind = MEASUREMENT_GAUGE, .provider = "P", .name = "n", .tags = ""};

    CHECK(metric_store_changes(store) != before);
    for (int kind = 0; kind < 4; kind++) {
        before = metric_store_changes(store);
        switch (kind) {
        case 0: /* the first value, and a further one */
        case 1:
            metric_store_put(store, p, &m);
            break;
        case 2:
            m.kind = MEASUREMENT_ENDED;
            metric_store_put(store, p, &m);
            break;
        case 3:
            metric_store_changed(store);
            break;
        }
        CHECK(metric_store_changes(store) != before);
    }
    before = metric_store_changes(store);
    metric_process_remove(store, p);
    CHECK(metric_store_changes(store) != before);
    metric_store_free(store);
}

TEST_SUITE("metrics/store", {"changes", test_changes}, {"rings", test_rings},
           {"ring grows", test_ring_grows}, {"times", test_times}, {"totals", test_totals},
           {"histogram", test_histogram}, {"ended", test_ended}, {"identity", test_identity},
           {"long texts", test_long_texts}, {"limit of a process", test_limit},
           {"limit of all", test_limit_of_all}, {"limit of bytes", test_limit_of_bytes},
           {"small", test_small})
