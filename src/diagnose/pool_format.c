#include "src/diagnose/pool_format.h"

#include <errno.h>
#include <inttypes.h>

#include "src/base/text.h"

/* A line of names that the app has chosen: for a terminal, and emptied. */
static void put_line(struct output *o, struct text *line)
{
    if (line->failed && o->error == 0)
        o->error = -ENOMEM;
    output_shown(o, line->data ? line->data : "");
    output_str(o, "\n");
    line->size = 0;
    if (line->data)
        line->data[0] = '\0';
}

static void put_frames(const struct pool_report *r, const struct stack_thread *t, struct text *line,
                       struct output *o)
{
    for (size_t i = 0; i < t->depth; i++) {
        text_add_str(line, "    ");
        pool_add_frame(line, r->stacks, r->stacks->stacks[t->first + i], true);
        put_line(o, line);
    }
    if (t->truncated)
        output_str(o, "    [... frames below are not told by the runtime]\n");
    output_str(o, "\n");
}

static void add_counter(struct text *line, const struct pool_report *r, enum pool_counter_kind kind,
                        const char *name, int digits, const char *unit)
{
    const struct pool_counter *c = &r->events->counters[kind];

    text_add_fmt(line, "%-12s ", name);
    for (size_t i = 0; i < c->count; i++)
        text_add_fmt(line, "%s%.*f", i ? ", " : "", digits, c->samples[i]);
    text_add_fmt(line, "%s%s", c->count ? " " : "", c->count ? unit : "not told in this time");
}

static void put_counters(const struct pool_report *r, struct text *line, struct output *o)
{
    add_counter(line, r, POOL_QUEUE, "Queue:", 0, "items");
    put_line(o, line);
    add_counter(line, r, POOL_COMPLETED, "Throughput:", 1, "items per second");
    put_line(o, line);
    add_counter(line, r, POOL_THREADS, "Threads:", 0, "in the pool");
    text_add_fmt(line,
                 "; %" PRIu64 " started, %" PRIu64 " ended; added for starvation %" PRIu64
                 " times, for blocking tasks %" PRIu64,
                 r->events->started, r->events->stopped,
                 r->events->adjustments[POOL_REASON_STARVATION],
                 r->events->adjustments[POOL_REASON_COOPERATIVE_BLOCKING]);
    put_line(o, line);
    add_counter(line, r, POOL_CPU, "CPU:", 0, "% of what the process may use");
    put_line(o, line);
}

static void put_waits(const struct pool_report *r, enum pool_wait kind, const char *name,
                      struct text *line, struct output *o)
{
    const struct pool_waits *w = &r->waits[kind];

    if (kind == POOL_WAIT_HANDLE && !r->subject->tells_waits)
        text_add_fmt(line, "%-12s not told by this runtime (.NET 9 and newer do)", name);
    else
        text_add_fmt(line, "%-12s %" PRIu64 ", %.0f ms in all", name, w->waits,
                     (double)w->total_ns / 1e6);
    put_line(o, line);
}

static void put_summary(const struct pool_report *r, struct text *line, struct output *o)
{
    pool_verdict_add(line, r);
    put_line(o, line);
    output_str(o, "\n");
    text_add_fmt(line, "%-12s %s (%" PRIu64 "), .NET %s, %.1f s", "Process:", r->subject->name,
                 r->subject->pid, r->subject->runtime, r->seconds);
    put_line(o, line);
    put_counters(r, line, o);
    text_add_fmt(line, "%-12s %zu: %zu blocked, %zu running, %zu without work",
                 "Workers:", r->workers, r->blocked, r->running, r->idle);
    put_line(o, line);
    put_waits(r, POOL_CONTENTION, "Lock waits:", line, o);
    put_waits(r, POOL_WAIT_HANDLE, "Other waits:", line, o);
    output_str(o, "\n");
}

static void put_groups(const struct pool_report *r, struct text *line, struct output *o)
{
    if (r->group_count)
        output_str(o, "Where the pool's workers block\n\n");
    for (size_t i = 0; i < r->group_count && i < POOL_GROUPS; i++) {
        const struct pool_group *g = &r->groups[i];
        output_fmt(o, "  %zu worker%s, %s:\n", g->threads, g->threads == 1 ? "" : "s",
                   pool_block_texts[g->place.block]);
        put_frames(r, &r->stacks->threads[g->example], line, o);
    }
    if (r->group_count > POOL_GROUPS)
        output_fmt(o, "  ... and %zu more places\n\n", r->group_count - POOL_GROUPS);
}

static void put_sites(const struct pool_report *r, enum pool_wait kind, const char *title,
                      struct text *line, struct output *o)
{
    const struct pool_waits *w = &r->waits[kind];

    if (w->count)
        output_fmt(o, "%s\n\n", title);
    for (size_t i = 0; i < w->count && i < POOL_SITES_SHOWN; i++) {
        const struct pool_site *s = &w->list[i];
        output_fmt(o, "  %" PRIu64 " time%s, %.0f ms in all, %.0f ms at most", s->count,
                   s->count == 1 ? "" : "s", (double)s->total_ns / 1e6, (double)s->max_ns / 1e6);
        if (s->open)
            output_fmt(o, ", %" PRIu32 " not over yet", s->open);
        output_str(o, ":\n");
        if (s->stack < r->stacks->other_count)
            put_frames(r, &r->stacks->others[s->stack], line, o);
    }
}

static void write_text(const struct pool_report *r, struct output *o)
{
    char missing[200];
    struct text line = {0};

    put_summary(r, &line, o);
    put_groups(r, &line, o);
    put_sites(r, POOL_CONTENTION, "The longest waits for locks, of all threads", &line, o);
    put_sites(r, POOL_WAIT_HANDLE, "The longest other waits, of all threads", &line, o);
    if (!thread_stacks_complete(r->stacks))
        output_fmt(o, "# Incomplete: %s\n",
                   thread_stacks_missing(r->stacks, missing, sizeof missing));
    if (r->subject->lost || r->events->dropped)
        output_fmt(o,
                   "# Incomplete: %" PRIu64 " events were lost in the process, %" PRIu64
                   " waits had no room here\n",
                   r->subject->lost, r->events->dropped);
    text_deinit(&line);
}

const struct pool_format pool_formats[] = {
    [POOL_FORMAT_TEXT] = {"text", "text/plain", "threadpool.txt", write_text},
    [POOL_FORMAT_JSON] = {"json", "application/json", "threadpool.json", pool_write_json},
    {0},
};

const struct pool_format *pool_format_find(const char *name)
{
    for (const struct pool_format *f = pool_formats; f->name; f++) {
        if (text_equal_nocase(f->name, name))
            return f;
    }
    return NULL;
}
