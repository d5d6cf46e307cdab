/*
 * component/trigger_host.h - one trigger on a fake runtime: its settings from pairs, what it tells.
 */
#pragma once

#include "src/rules/trigger.h"
#include "tests/component/feed_host.h"
#include "tests/support/metrics_maker.h"

enum { TRIGGER_PID = 101, TRIGGER_SETTINGS = 8 };

/* Keys below "T" are its settings, below "D" the defaults; others as they are. */
struct trigger_row {
    const char *type;
    const char *pairs[TRIGGER_SETTINGS][2];
};

struct watched {
    struct feed_host *host;
    const struct trigger_type *type;
    struct config_keys keys;
    struct trigger_settings *settings;
    struct trigger *trigger;
    int armed, fired, failed;
    struct error err;
};

static inline void watched_armed(void *user)
{
    struct watched *w = user;

    CHECK(w->trigger && !w->armed && !w->fired && !w->failed);
    w->armed++;
}

static inline void watched_fired(void *user)
{
    struct watched *w = user;

    CHECK(w->trigger && w->armed && !w->fired && !w->failed);
    w->trigger = NULL;
    w->fired++;
}

static inline void watched_failed(void *user, const struct error *err)
{
    struct watched *w = user;

    CHECK(w->trigger && !w->fired && !w->failed);
    w->trigger = NULL;
    w->failed++;
    w->err = *err;
}

/* Settings read; `ret` of the reading. */
static inline int watched_read(struct watched *w, const struct trigger_row *row)
{
    for (size_t i = 0; i < TRIGGER_SETTINGS && row->pairs[i][0]; i++)
        CHECK(config_keys_set(&w->keys, row->pairs[i][0], row->pairs[i][1], "test", &w->err) == 0);
    const struct section settings = section_find(&w->keys, "T"),
                         defaults = section_find(&w->keys, "D");
    w->type = trigger_type_find(row->type);
    REQUIRE(w->type && w->type->read);
    return w->type->read(&settings, &defaults, &w->settings, &w->err);
}

static inline void watched_free(struct watched *w)
{
    if (w->trigger)
        w->type->stop(w->trigger);
    w->type->free_settings(w->settings);
    config_keys_deinit(&w->keys);
}

static inline struct watched *watched_start(struct feed_host *h, struct target *target,
                                            const struct trigger_row *row)
{
    struct watched *w = world_alloc(sizeof *w);
    const struct trigger_events events = {w, watched_armed, watched_fired, watched_failed};

    w->host = h;
    if (watched_read(w, row) < 0) {
        (void)printf("%s: %s\n", row->type, w->err.text);
        REQUIRE(false);
    }
    const struct trigger_context context = {h->loop, h->feeds, &w->keys};
    CHECK(w->type->start(&context, target, w->settings, &events, &w->trigger, &w->err) == 0);
    CHECK(w->trigger && w->trigger->type == w->type);
    CHECK_AT("nothing from inside", !w->armed && !w->fired && !w->failed);
    return w;
}

/* Streams that were made after the runtime are freed before it: no thread of it may read them. */
static inline void trigger_host_end(struct feed_host *h, struct fake_runtime *r)
{
    feed_host_end(h);
    fake_runtime_stop(r);
}

/* A stream made of a script: events with ';' between, each a letter, its time in ms, and
 *   S id path | P id path status ms         start, stop of a request (ms: how long it took)
 *   L n                                     n events are lost
 *   B n                                     heartbeat: n requests in the interval
 *   C name value                            counter of System.Runtime, every 5 s
 *   G|K|U|H tags value                      gauge, counter's rate, up-down, histogram of M/i */
static inline void script_event(struct metrics_maker *m, const char *text)
{
    char what, a[256] = "", b[256] = "", c[64] = "", d[64] = "";
    unsigned ms;

    int n = sscanf(text, " %c %u %255s %255s %63s %63s", &what, &ms, a, b, c, d);
    REQUIRE(n >= 3);
    uint64_t time = (uint64_t)ms * 1000000;
    const char *head = "SHARED|M||i||";
    switch (what) {
    case 'S':
        metrics_maker_activity(m, "Activity1Start", time,
                               world_text("Path=%s|ActivityId=%s", b, a));
        break;
    case 'P':
        metrics_maker_activity(
            m, "Activity1Stop", time,
            world_text("ActivityId=%s|Path=%s|StatusCode=%s|ActivityDuration=%s0000", a, b, c, d));
        break;
    case 'L':
        metrics_maker_lose(m, (uint32_t)strtoul(a, NULL, 10));
        break;
    case 'B':
        metrics_maker_counter(m, "Microsoft.AspNetCore.Hosting", time,
                              world_text("Name=requests-per-second|DisplayName=r|Increment=%%%s|"
                                         "IntervalSec=%%5|Metadata=|Series=Interval=5000|"
                                         "CounterType=Sum|DisplayUnits=",
                                         a));
        break;
    case 'C':
        metrics_maker_counter(m, "System.Runtime", time,
                              world_text("Name=%s|DisplayName=c|Mean=%%%s|Count=#1|IntervalSec=%%5|"
                                         "Series=Interval=5000|CounterType=Mean|Metadata=|"
                                         "DisplayUnits=",
                                         a, b));
        break;
    case 'G':
        metrics_maker_meter(m, METER_GAUGE, time, world_text("%s%s|%s|#1", head, a, b));
        break;
    case 'K':
        metrics_maker_meter(m, METER_COUNTER, time, world_text("%s%s|%s|1000000|#1", head, a, b));
        break;
    case 'U':
        metrics_maker_meter(m, METER_UP_DOWN, time, world_text("%s%s|999999|%s|#1", head, a, b));
        break;
    case 'H': /* quantiles with ',' between */
        for (char *comma = b; (comma = strchr(comma, ',')) != NULL;)
            *comma = ';';
        metrics_maker_meter(m, METER_HISTOGRAM, time,
                            world_text("%s%s|%s|#3|%%1|#1", head, a, b[0] == '-' ? "" : b));
        break;
    default:
        REQUIRE(false);
    }
}

static inline void script_play(struct metrics_maker *m, const char *script)
{
    char *rest = world_text("%s", script), *part;

    while ((part = strsep(&rest, ";")) != NULL) {
        if (part[strspn(part, " ")])
            script_event(m, part);
    }
}

/* `ends`: then the process ends. */
static inline struct fake_trace script_trace(const char *script, bool ends)
{
    struct metrics_maker *m = metrics_maker_new();
    size_t size;

    script_play(m, script);
    const uint8_t *bytes = metrics_maker_end(m, &size);
    return (struct fake_trace){.bytes = bytes, .size = size, .ends = ends};
}
