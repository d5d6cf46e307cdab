#include "src/diagnose/pool_events.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RUNTIME "Microsoft-Windows-DotNETRuntime"

enum { SITE_DEPTH = 100 }; /* runtimes tell no more frames */

const char *const pool_counter_names[POOL_COUNTERS] = {
    [POOL_QUEUE] = "threadpool-queue-length",
    [POOL_THREADS] = "threadpool-thread-count",
    [POOL_COMPLETED] = "threadpool-completed-items-count",
    [POOL_CPU] = "cpu-usage",
};

struct pool_waiting {
    uint64_t since; /* ticks; 0: it no longer waits */
    uint32_t site;
};

void pool_events_init(struct pool_events *p)
{
    *p = (struct pool_events){.stacks.limit = POOL_STACK_BYTES};
}

void pool_events_deinit(struct pool_events *p)
{
    stack_table_deinit(&p->stacks);
    for (size_t k = 0; k < POOL_WAITS; k++) {
        free(p->sites[k].list);
        number_map_deinit(&p->sites[k].by_stack);
        free(p->waiting[k]);
        number_map_deinit(&p->by_thread[k]);
    }
    *p = (struct pool_events){0};
}

static void *grow(void *items, size_t count, size_t *capacity, size_t limit, size_t size)
{
    size_t wanted = *capacity ? *capacity * 2 : 64;

    if (count < *capacity)
        return items;
    void *bigger = count < limit ? reallocarray(items, wanted, size) : NULL;
    if (bigger)
        *capacity = wanted;
    return bigger;
}

/* NUMBER_MAP_NONE: no room. */
static uint32_t site_of(struct pool_events *p, enum pool_wait kind, uint32_t stack)
{
    struct pool_sites *s = &p->sites[kind];
    uint32_t number = number_map_get(&s->by_stack, stack);

    if (number != NUMBER_MAP_NONE)
        return number;
    struct pool_site *list = grow(s->list, s->count, &s->capacity, POOL_SITES, sizeof *list);
    if (!list)
        return NUMBER_MAP_NONE;
    s->list = list;
    if (!number_map_set(&s->by_stack, stack, (uint32_t)s->count))
        return NUMBER_MAP_NONE;
    list[s->count] = (struct pool_site){.stack = stack};
    return (uint32_t)s->count++;
}

static uint32_t stack_of(struct pool_events *p, const struct nettrace *stream,
                         const struct nettrace_event *e)
{
    struct nettrace_stack stack = {0};
    uint64_t frames[SITE_DEPTH];
    size_t depth = 0;

    if (nettrace_stack_find(stream, e->stack_id, &stack))
        depth = stack.count < SITE_DEPTH ? stack.count : SITE_DEPTH;
    for (size_t i = 0; i < depth; i++)
        frames[i] = nettrace_stack_address(&stack, i);
    return stack_table_add(&p->stacks, frames, depth);
}

/* NULL: no room. */
static struct pool_waiting *waiting_of(struct pool_events *p, enum pool_wait kind,
                                       const struct nettrace_event *e)
{
    const struct nettrace_thread *info = e->thread_info;
    uint64_t thread = info && info->thread_id != NETTRACE_UNKNOWN_ID ? info->thread_id : e->thread;
    uint32_t number = number_map_get(&p->by_thread[kind], thread);

    if (number != NUMBER_MAP_NONE)
        return &p->waiting[kind][number];
    struct pool_waiting *list =
        grow(p->waiting[kind], p->waiting_count[kind], &p->waiting_capacity[kind],
             POOL_WAITING_THREADS, sizeof *list);
    if (!list)
        return NULL;
    p->waiting[kind] = list;
    if (!number_map_set(&p->by_thread[kind], thread, (uint32_t)p->waiting_count[kind]))
        return NULL;
    list += p->waiting_count[kind]++;
    *list = (struct pool_waiting){0};
    return list;
}

static void begin_wait(struct pool_events *p, enum pool_wait kind, const struct nettrace *stream,
                       const struct nettrace_event *e)
{
    struct pool_waiting *w = waiting_of(p, kind, e);
    uint32_t stack = stack_of(p, stream, e);
    uint32_t site = stack == STACK_NONE ? NUMBER_MAP_NONE : site_of(p, kind, stack);

    if (w && site != NUMBER_MAP_NONE)
        *w = (struct pool_waiting){.since = e->timestamp, .site = site};
    else
        p->dropped++;
}

/* Of a clock that a stranger tells. */
static uint64_t whole(double value)
{
    return value > 0 ? (uint64_t)(value < 1e18 ? value : 1e18) : 0;
}

static void end_wait(struct pool_events *p, enum pool_wait kind, struct pool_waiting *w,
                     uint64_t now)
{
    struct pool_sites *s = &p->sites[kind];
    struct pool_site *site = &s->list[w->site];
    double ticks = now > w->since ? (double)(now - w->since) : 0;
    uint64_t ns = p->per_second ? whole(ticks * 1e9 / (double)p->per_second) : 0;

    site->count++;
    site->total_ns += ns;
    site->max_ns = ns > site->max_ns ? ns : site->max_ns;
    s->waits++;
    s->total_ns += ns;
    w->since = 0;
}

/* A wait that began before the stream did has no stack: it is not counted. */
static void over(struct pool_events *p, enum pool_wait kind, const struct nettrace_event *e)
{
    struct pool_waiting *w = waiting_of(p, kind, e);

    if (w && w->since)
        end_wait(p, kind, w, e->timestamp);
}

/* f64 throughput, u32 threads, u32 reason, u16 instance */
static void count_adjustment(struct pool_events *p, const struct nettrace_event *e)
{
    struct cursor in = cursor_of(e->payload, e->payload_size);

    cursor_skip(&in, 12);
    uint32_t reason = cursor_u32(&in);
    if (!in.bad && reason < POOL_REASONS)
        p->adjustments[reason]++;
}

void pool_events_add(struct pool_events *p, const struct nettrace *stream,
                     const struct nettrace_event *e)
{
    const struct nettrace_trace *trace = nettrace_trace(stream);

    if (strcmp(e->metadata->provider, RUNTIME) != 0 || !trace)
        return;
    p->per_second = trace->ticks_per_second;
    p->start = trace->start_ticks;
    p->last = e->timestamp > p->last ? e->timestamp : p->last;
    switch (e->metadata->event_id) {
    case 50: /* ThreadPoolWorkerThreadStart */
        p->started++;
        break;
    case 51:
        p->stopped++;
        break;
    case 55:
        count_adjustment(p, e);
        break;
    case 81: /* ContentionStart */
        begin_wait(p, POOL_CONTENTION, stream, e);
        break;
    case 91:
        over(p, POOL_CONTENTION, e);
        break;
    case 301: /* WaitHandleWaitStart */
        begin_wait(p, POOL_WAIT_HANDLE, stream, e);
        break;
    case 302:
        over(p, POOL_WAIT_HANDLE, e);
        break;
    default:
        break;
    }
}

void pool_events_count(struct pool_events *p, const char *name, double value, double interval)
{
    for (size_t k = 0; k < POOL_COUNTERS; k++) {
        struct pool_counter *c = &p->counters[k];
        if (strcmp(pool_counter_names[k], name) != 0 || !isfinite(value))
            continue;
        if (k == POOL_CPU && !p->cpu_measured) {
            p->cpu_measured = true;
            if (value <= 0)
                continue; /* the runtime has just begun to measure */
        }
        if (c->count == POOL_SAMPLES) {
            memmove(c->samples, c->samples + 1, (POOL_SAMPLES - 1) * sizeof c->samples[0]);
            c->count--;
        }
        c->samples[c->count++] = k == POOL_COMPLETED && interval > 0 ? value / interval : value;
    }
}

void pool_events_finish(struct pool_events *p, double seconds)
{
    uint64_t end = p->start + whole(seconds * (double)p->per_second);

    end = end > p->last ? end : p->last;
    for (size_t k = 0; k < POOL_WAITS; k++) {
        for (size_t i = 0; i < p->waiting_count[k]; i++) {
            struct pool_waiting *w = &p->waiting[k][i];
            if (!w->since)
                continue;
            p->sites[k].list[w->site].open++;
            end_wait(p, (enum pool_wait)k, w, end);
        }
    }
}
