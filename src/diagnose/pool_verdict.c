/* Whose rules are a table: the first that holds is the verdict. */
#include <math.h>

#include "src/diagnose/pool_report.h"

enum {
    BACKLOG_ITEMS = 5, /* a few are always on their way */
    BUSY_PERCENT = 85, /* of all processors: what is left comes too late */
    IDLE_PERCENT = 5,
    LOCK_THREADS = 2, /* that wait for locks at one moment */
};

/* Threads that wait for a lock, on average, from which on it is worth a word. */
static const double lock_wait_share = 1.0;

const char *const pool_verdict_names[POOL_VERDICTS] = {
    [POOL_UNKNOWN] = "unknown",
    [POOL_STARVED] = "starvation",
    [POOL_BUSY] = "cpu-saturation",
    [POOL_BACKLOG] = "backlog",
    [POOL_CONTENDED] = "lock-contention",
    [POOL_HEALTHY] = "healthy",
    [POOL_IDLE] = "idle",
};

static const struct pool_counter *counter(const struct pool_report *r, enum pool_counter_kind k)
{
    return &r->events->counters[k];
}

static double queue(const struct pool_report *r)
{
    return pool_counter_last(counter(r, POOL_QUEUE));
}

/* --- what holds --- */

/* Without a sample of the queue: the runtime itself has said that nothing was taken from it. */
static bool work_waits(const struct pool_report *r)
{
    double last = queue(r);

    return isnan(last) ? r->events->adjustments[POOL_REASON_STARVATION] > 0 : last >= BACKLOG_ITEMS;
}

static bool knows_nothing(const struct pool_report *r)
{
    return r->stacks->thread_count == 0 && counter(r, POOL_QUEUE)->count == 0;
}

static bool is_starved(const struct pool_report *r)
{
    return work_waits(r) && r->blocked > 0 && r->blocked >= r->running;
}

static bool is_busy(const struct pool_report *r)
{
    return pool_counter_mean(counter(r, POOL_CPU)) >= BUSY_PERCENT ||
           (work_waits(r) && r->running > r->blocked);
}

static double lock_share(const struct pool_report *r)
{
    double waited = (double)r->waits[POOL_CONTENTION].total_ns / 1e9;

    return r->seconds > 0 ? waited / r->seconds : 0;
}

static bool is_contended(const struct pool_report *r)
{
    return lock_share(r) >= lock_wait_share || r->lock_threads >= LOCK_THREADS;
}

static bool is_idle(const struct pool_report *r)
{
    return pool_counter_mean(counter(r, POOL_COMPLETED)) < 1 &&
           !(pool_counter_mean(counter(r, POOL_CPU)) >= IDLE_PERCENT) &&
           r->blocked + r->running == 0;
}

static bool always(const struct pool_report *r)
{
    (void)r;
    return true;
}

static const struct {
    bool (*holds)(const struct pool_report *r);
    enum pool_verdict verdict;
} rules[] = {
    {knows_nothing, POOL_UNKNOWN}, {is_starved, POOL_STARVED},     {is_busy, POOL_BUSY},
    {work_waits, POOL_BACKLOG},    {is_contended, POOL_CONTENDED}, {is_idle, POOL_IDLE},
    {always, POOL_HEALTHY},
};

void pool_judge(struct pool_report *r)
{
    size_t i = 0;

    while (!rules[i].holds(r))
        i++;
    r->verdict = rules[i].verdict;
    for (size_t k = POOL_RUNS + 1; r->verdict == POOL_STARVED && k < POOL_BLOCKS; k++) {
        if (r->by_block[k] > r->by_block[r->cause] || r->cause == POOL_RUNS)
            r->cause = (enum pool_block)k;
    }
}

/* --- in words --- */

static const char *plural(double n)
{
    return n == 1 ? "" : "s";
}

static void add_queue(struct text *out, const struct pool_report *r)
{
    const struct pool_counter *c = counter(r, POOL_QUEUE);
    double last = queue(r);

    if (isnan(last)) {
        text_add_str(out, "the runtime adds threads because work items wait");
        return;
    }
    text_add_fmt(out, "%.0f work item%s %s queued", last, plural(last), last == 1 ? "is" : "are");
    if (c->count > 1 && last >= c->samples[0] + BACKLOG_ITEMS)
        text_add_str(out, " and rising");
}

static void add_growth(struct text *out, const struct pool_report *r)
{
    double grown = (double)r->events->started - (double)r->events->stopped;

    if (r->seconds > 0 && grown > 0)
        text_add_fmt(out, ", the pool adds %.1f threads per second", grown / r->seconds);
}

/* "38 of 40 workers block in App!Foo.Bar -> Task.Wait (sync over async)" */
static void add_biggest(struct text *out, const struct pool_report *r)
{
    const struct pool_group *g = &r->groups[0];

    text_add_fmt(out, "%zu of %zu worker%s block", g->threads, r->workers,
                 plural((double)r->workers));
    if (g->place.where != POOL_NO_FRAME) {
        text_add_str(out, " in ");
        pool_add_frame(out, r->stacks, g->place.where, true);
    }
    if (g->place.call != POOL_NO_FRAME) {
        text_add_str(out, " -> ");
        pool_add_frame(out, r->stacks, g->place.call, false);
    }
    text_add_fmt(out, " (%s)", pool_block_texts[g->place.block]);
}

static void say_starved(struct text *out, const struct pool_report *r)
{
    text_add_str(out, "Starvation: ");
    add_queue(out, r);
    add_growth(out, r);
    text_add_str(out, ", ");
    add_biggest(out, r);
    text_add_str(out, ". Look there.");
}

static void say_busy(struct text *out, const struct pool_report *r)
{
    double cpu = pool_counter_mean(counter(r, POOL_CPU));

    text_add_str(out, "Busy: ");
    if (work_waits(r)) {
        add_queue(out, r);
        text_add_str(out, ", ");
    }
    text_add_fmt(out, "%zu of %zu workers run and %zu block", r->running, r->workers, r->blocked);
    if (!isnan(cpu))
        text_add_fmt(out, ", with %.0f %% of the CPU that the process may use%s", cpu,
                     cpu < BUSY_PERCENT ? " (others or a quota take the rest)" : "");
    text_add_str(out, ". It needs less work or more CPU; /trace?format=flamegraph shows where it "
                      "goes.");
}

static void say_backlog(struct text *out, const struct pool_report *r)
{
    text_add_str(out, "Backlog: ");
    add_queue(out, r);
    text_add_fmt(out,
                 ", but at the last look %zu of %zu workers block and %zu run. The cause is "
                 "over, or too short to be seen: ask again while it lasts.",
                 r->blocked, r->workers, r->running);
}

static void say_contended(struct text *out, const struct pool_report *r)
{
    const struct pool_waits *w = &r->waits[POOL_CONTENTION];

    text_add_fmt(out, "Lock contention: %.1f threads wait for a lock on average", lock_share(r));
    if (r->lock_threads)
        text_add_fmt(out, ", %zu at the last look", r->lock_threads);
    if (w->count) {
        uint32_t stack = w->list[0].stack;
        struct pool_place p = {.where = POOL_NO_FRAME};
        if (stack < r->stacks->other_count)
            p = pool_place_of(r->stacks, &r->stacks->others[stack]);
        if (p.where != POOL_NO_FRAME) {
            text_add_str(out, ", most of all in ");
            pool_add_frame(out, r->stacks, p.where, true);
        }
    }
    text_add_str(out, ". The pool's queue does not grow of it.");
}

static void say_healthy(struct text *out, const struct pool_report *r)
{
    double last = queue(r), done = pool_counter_mean(counter(r, POOL_COMPLETED));

    text_add_str(out, "No starvation: ");
    if (isnan(last))
        text_add_str(out, "nothing says that work items wait");
    else if (last > 0)
        text_add_fmt(out, "%.0f work item%s queued", last, plural(last));
    else
        text_add_str(out, "the queue is empty");
    if (!isnan(done))
        text_add_fmt(out, ", %.0f items are done per second", done);
    text_add_fmt(out, ", %zu of %zu workers block.", r->blocked, r->workers);
}

static void say_idle(struct text *out, const struct pool_report *r)
{
    text_add_fmt(out,
                 "Idle: the queue is empty and no worker has anything to do (%zu wait for "
                 "work).",
                 r->idle);
}

static void say_unknown(struct text *out, const struct pool_report *r)
{
    (void)r;
    text_add_str(out, "Unknown: the runtime told neither stacks nor the length of its queue. A "
                      "longer duration may bring counters (their interval is "
                      "GlobalCounter:IntervalSeconds); NativeAOT takes no stacks.");
}

void pool_verdict_add(struct text *out, const struct pool_report *r)
{
    static void (*const say[POOL_VERDICTS])(struct text * out, const struct pool_report *r) = {
        [POOL_UNKNOWN] = say_unknown,     [POOL_STARVED] = say_starved,
        [POOL_BUSY] = say_busy,           [POOL_BACKLOG] = say_backlog,
        [POOL_CONTENDED] = say_contended, [POOL_HEALTHY] = say_healthy,
        [POOL_IDLE] = say_idle,
    };

    say[r->verdict](out, r);
}
