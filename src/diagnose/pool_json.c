#include <errno.h>
#include <inttypes.h>
#include <math.h>

#include "src/base/text.h"
#include "src/diagnose/pool_format.h"

static void put_number(struct output *o, const char *name, double value)
{
    if (isfinite(value))
        output_fmt(o, ",\"%s\":%.3f", name, value);
    else
        output_fmt(o, ",\"%s\":null", name);
}

/* As a JSON string; empties it. */
static void put_text(struct output *o, struct text *t)
{
    if (t->failed && o->error == 0)
        o->error = -ENOMEM;
    output_json(o, t->data ? t->data : "");
    t->size = 0;
    if (t->data)
        t->data[0] = '\0';
}

static void put_frame(const struct pool_report *r, uint32_t frame, struct text *line,
                      struct output *o)
{
    if (frame == POOL_NO_FRAME) {
        output_str(o, "null");
        return;
    }
    pool_add_frame(line, r->stacks, frame, true);
    put_text(o, line);
}

static void put_frames(const struct pool_report *r, const struct stack_thread *t, struct text *line,
                       struct output *o)
{
    output_str(o, ",\"frames\":[");
    for (size_t i = 0; i < t->depth; i++) {
        output_str(o, i ? "," : "");
        put_frame(r, r->stacks->stacks[t->first + i], line, o);
    }
    output_str(o, t->truncated ? "],\"truncated\":true" : "]");
}

static void put_counter(const struct pool_report *r, enum pool_counter_kind kind, const char *name,
                        struct output *o)
{
    const struct pool_counter *c = &r->events->counters[kind];

    output_fmt(o, ",\"%s\":{\"samples\":[", name);
    for (size_t i = 0; i < c->count; i++)
        output_fmt(o, "%s%.3f", i ? "," : "", c->samples[i]);
    output_str(o, "]");
    put_number(o, "mean", pool_counter_mean(c));
    put_number(o, "last", pool_counter_last(c));
    output_str(o, "}");
}

static void put_verdict(const struct pool_report *r, struct text *line, struct output *o)
{
    output_fmt(o, "\"verdict\":\"%s\"", pool_verdict_names[r->verdict]);
    if (r->cause != POOL_RUNS)
        output_fmt(o, ",\"cause\":\"%s\"", pool_block_names[r->cause]);
    pool_verdict_add(line, r);
    output_str(o, ",\"text\":");
    put_text(o, line);
}

static void put_threads(const struct pool_report *r, struct output *o)
{
    const struct pool_events *e = r->events;

    put_counter(r, POOL_QUEUE, "queueLength", o);
    put_counter(r, POOL_COMPLETED, "itemsPerSecond", o);
    put_counter(r, POOL_THREADS, "threadCount", o);
    put_counter(r, POOL_CPU, "cpuPercent", o);
    output_fmt(o,
               ",\"threadsStarted\":%" PRIu64 ",\"threadsEnded\":%" PRIu64
               ",\"starvationAdjustments\":%" PRIu64 ",\"blockingAdjustments\":%" PRIu64,
               e->started, e->stopped, e->adjustments[POOL_REASON_STARVATION],
               e->adjustments[POOL_REASON_COOPERATIVE_BLOCKING]);
    output_fmt(o, ",\"workers\":{\"count\":%zu,\"blocked\":%zu,\"running\":%zu,\"idle\":%zu}",
               r->workers, r->blocked, r->running, r->idle);
}

static void put_groups(const struct pool_report *r, struct text *line, struct output *o)
{
    output_str(o, ",\"blocking\":[");
    for (size_t i = 0; i < r->group_count && i < POOL_GROUPS; i++) {
        const struct pool_group *g = &r->groups[i];
        output_fmt(o, "%s{\"workers\":%zu,\"kind\":\"%s\",\"where\":", i ? "," : "", g->threads,
                   pool_block_names[g->place.block]);
        put_frame(r, g->place.where, line, o);
        output_str(o, ",\"call\":");
        put_frame(r, g->place.call, line, o);
        put_frames(r, &r->stacks->threads[g->example], line, o);
        output_str(o, "}");
    }
    output_str(o, "]");
}

static void put_waits(const struct pool_report *r, enum pool_wait kind, const char *name,
                      struct text *line, struct output *o)
{
    const struct pool_waits *w = &r->waits[kind];

    if (kind == POOL_WAIT_HANDLE && !r->subject->tells_waits) {
        output_fmt(o, ",\"%s\":null", name);
        return;
    }
    output_fmt(o, ",\"%s\":{\"count\":%" PRIu64 ",\"totalMs\":%.3f,\"stacks\":[", name, w->waits,
               (double)w->total_ns / 1e6);
    for (size_t i = 0; i < w->count && i < POOL_SITES_SHOWN; i++) {
        const struct pool_site *s = &w->list[i];
        output_fmt(o, "%s{\"count\":%" PRIu64 ",\"totalMs\":%.3f,\"maxMs\":%.3f,\"open\":%" PRIu32,
                   i ? "," : "", s->count, (double)s->total_ns / 1e6, (double)s->max_ns / 1e6,
                   s->open);
        if (s->stack < r->stacks->other_count)
            put_frames(r, &r->stacks->others[s->stack], line, o);
        output_str(o, "}");
    }
    output_str(o, "]}");
}

void pool_write_json(const struct pool_report *r, struct output *o)
{
    char missing[200];
    struct text line = {0};

    output_str(o, "{");
    put_verdict(r, &line, o);
    output_fmt(o, ",\"process\":{\"pid\":%" PRIu64 ",\"name\":", r->subject->pid);
    output_json(o, r->subject->name);
    output_str(o, ",\"runtimeVersion\":");
    output_json(o, r->subject->runtime);
    output_fmt(o, "},\"seconds\":%.1f", r->seconds);
    put_threads(r, o);
    put_groups(r, &line, o);
    put_waits(r, POOL_CONTENTION, "lockWaits", &line, o);
    put_waits(r, POOL_WAIT_HANDLE, "otherWaits", &line, o);
    output_fmt(o, ",\"eventsLost\":%" PRIu64 ",\"waitsDropped\":%" PRIu64, r->subject->lost,
               r->events->dropped);
    if (!thread_stacks_complete(r->stacks)) {
        output_str(o, ",\"incomplete\":");
        output_json(o, thread_stacks_missing(r->stacks, missing, sizeof missing));
    }
    output_str(o, "}");
    text_deinit(&line);
}
