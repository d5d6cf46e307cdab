#include <stdlib.h>
#include <string.h>

#include "src/collect/trace_tap.h"
#include "tests/support/check.h"
#include "tests/support/nettrace_sample.h"

/* 2026-03-01 12:00 UTC, when the sample's clock stood at 900 ns. */
#define START_TIME UINT64_C(134168400000000000)

static const struct event_match_field number[] = {{"Number", "17"}}, missing[] = {{"Nothing", ""}};
static const struct event_match_need wanted = {"Sample-Provider", "Request/Start", number, 1},
                                     never = {"Sample-Provider", "Request/Start", missing, 1};

struct seen {
    unsigned matches, nevers;
    size_t fed, at; /* bytes fed when it came */
};

static void on_match(void *user, const struct nettrace_metadata *event)
{
    struct seen *s = user;

    CHECK(strcmp(event->title, "Request/Start") == 0);
    s->matches++;
    s->at = s->fed;
}

static void on_never(void *user, const struct nettrace_metadata *event)
{
    struct seen *s = user;

    CHECK(event->fields.count == 2);
    s->nevers++;
}

static struct trace_tap *tap_of(const struct event_match_need *need, struct seen *s)
{
    struct trace_tap *t;
    struct error err;

    REQUIRE(trace_tap_new(need, &(struct trace_tap_events){s, on_match, on_never}, &t, &err) == 0);
    return t;
}

static void feed(struct trace_tap *t, struct seen *s, const uint8_t *data, size_t size, size_t step)
{
    for (size_t at = 0; at < size; at += step) {
        size_t n = size - at < step ? size - at : step;
        s->fed = at + n;
        trace_tap_feed(t, data + at, n);
    }
}

static void test_figures(void)
{
    static const size_t steps[] = {1, 7, 4096, 1 << 20};

    for (unsigned version = 4; version <= 6; version++) {
        struct nettrace_writer w;
        size_t size;
        sample_write(&w, version, true);
        const uint8_t *data = nettrace_writer_data(&w, &size);
        for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
            struct seen s = {0};
            struct trace_tap *t = tap_of(NULL, &s);
            CHECK(!trace_tap_figures(t).known);
            feed(t, &s, data, size - 1, steps[i]);
            struct trace_figures f = trace_tap_figures(t);
            CHECK(f.known && (!f.whole || version == 6)); /* 6: the mark's last byte says nothing */
            trace_tap_feed(t, data + size - 1, 1);
            f = trace_tap_figures(t);
            CHECK(f.known && f.whole && f.events == SAMPLE_EVENTS && f.lost == SAMPLE_LOST);
            CHECK(f.first == START_TIME + 1 && f.last == START_TIME + 4);
            CHECK(s.matches == 0 && s.nevers == 0);
            trace_tap_free(t);
        }
        nettrace_writer_deinit(&w);
    }
}

/* Told while the bytes are fed that have it, and not again. */
static void test_match(void)
{
    for (unsigned version = 4; version <= 6; version++) {
        struct seen s = {0};
        struct trace_tap *t = tap_of(&wanted, &s);
        struct nettrace_writer w;
        size_t size;

        sample_write(&w, version, true);
        const uint8_t *data = nettrace_writer_data(&w, &size);
        feed(t, &s, data, size, 100);
        CHECK(s.matches == 1 && s.nevers == 0 && s.at < size);
        CHECK(trace_tap_figures(t).events == SAMPLE_EVENTS);
        trace_tap_free(t);
        s = (struct seen){0};
        t = tap_of(&never, &s);
        feed(t, &s, data, size, size);
        CHECK(s.matches == 0 && s.nevers == 1 && trace_tap_figures(t).whole);
        trace_tap_free(t);
        nettrace_writer_deinit(&w);
    }
}

/* What is no stream, and one that is damaged in the middle: no figures, then and afterwards. */
static void test_unreadable(void)
{
    struct seen s = {0};
    struct trace_tap *t = tap_of(&wanted, &s);
    struct nettrace_writer w;
    size_t size;

    trace_tap_feed(t, "GET / HTTP/1.1\r\n\r\n and more of that kind", 40);
    CHECK(!trace_tap_figures(t).known);
    trace_tap_feed(t, "Nettrace", 8);
    CHECK(!trace_tap_figures(t).known && !trace_tap_figures(t).whole);
    trace_tap_free(t);
    sample_write(&w, 4, true);
    const uint8_t *data = nettrace_writer_data(&w, &size);
    uint8_t *copy = malloc(size);
    REQUIRE(copy != NULL);
    memcpy(copy, data, size);
    memset(copy + size / 2, 0xFF, size / 4);
    t = tap_of(&wanted, &s);
    trace_tap_feed(t, copy, 300);
    CHECK(trace_tap_figures(t).known);
    trace_tap_feed(t, copy + 300, size - 300);
    CHECK(!trace_tap_figures(t).known && trace_tap_figures(t).events == 0);
    trace_tap_free(t);
    trace_tap_free(NULL);
    free(copy);
    nettrace_writer_deinit(&w);
}

static void test_without_events(void)
{
    struct seen s = {0};
    struct trace_tap *t = tap_of(NULL, &s);
    const struct nettrace_trace trace = {
        .start = {.year = 2026, .month = 3, .day = 1}, .ticks_per_second = 1000, .pointer_size = 8};
    struct nettrace_writer w;
    size_t size;

    nettrace_writer_init(&w, 4, true);
    nettrace_write_trace(&w, &trace);
    nettrace_write_end(&w);
    const uint8_t *data = nettrace_writer_data(&w, &size);
    trace_tap_feed(t, data, size);
    struct trace_figures f = trace_tap_figures(t);
    CHECK(f.known && f.whole && f.events == 0 && f.first == 0 && f.last == 0);
    trace_tap_free(t);
    nettrace_writer_deinit(&w);
}

TEST_SUITE("collect/trace_tap", {"figures", test_figures}, {"match", test_match},
           {"unreadable", test_unreadable}, {"without events", test_without_events});
