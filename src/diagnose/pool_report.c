#include "src/diagnose/pool_report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/hash.h"

double pool_counter_mean(const struct pool_counter *c)
{
    double sum = 0;

    for (size_t i = 0; i < c->count; i++)
        sum += c->samples[i];
    return c->count ? sum / (double)c->count : (double)NAN;
}

double pool_counter_last(const struct pool_counter *c)
{
    return c->count ? c->samples[c->count - 1] : (double)NAN;
}

/* --- locks that leave no frame --- */

static bool find_contended(struct pool_report *r)
{
    const struct pool_waits *w = &r->waits[POOL_CONTENTION];

    for (size_t i = 0; i < w->count; i++) {
        if (w->list[i].stack >= r->stacks->other_count)
            continue;
        uint32_t where = pool_place_of(r->stacks, &r->stacks->others[w->list[i].stack]).where;
        if (where != POOL_NO_FRAME && !number_map_set(&r->contended, where, 0))
            return false;
    }
    return true;
}

static struct pool_place place_of(const struct pool_report *r, const struct stack_thread *t)
{
    struct pool_place p = pool_place_of(r->stacks, t);

    if (p.block == POOL_NATIVE && p.call == POOL_NO_FRAME && p.where != POOL_NO_FRAME &&
        number_map_get(&r->contended, p.where) != NUMBER_MAP_NONE)
        p.block = POOL_LOCK;
    return p;
}

/* --- groups --- */

static bool same_place(const struct pool_place *a, const struct pool_place *b)
{
    return a->block == b->block && a->where == b->where;
}

static bool add_to_group(struct pool_report *r, const struct pool_place *place, size_t thread)
{
    for (size_t i = 0; i < r->group_count; i++) {
        if (same_place(&r->groups[i].place, place)) {
            r->groups[i].threads++;
            return true;
        }
    }
    if (r->group_count == r->group_capacity) {
        size_t capacity = r->group_capacity ? r->group_capacity * 2 : 16;
        struct pool_group *groups = reallocarray(r->groups, capacity, sizeof *groups);
        if (!groups)
            return false;
        r->groups = groups;
        r->group_capacity = capacity;
    }
    r->groups[r->group_count++] = (struct pool_group){*place, 1, thread};
    return true;
}

static bool count_thread(struct pool_report *r, size_t number)
{
    const struct stack_thread *t = &r->stacks->threads[number];
    const struct pool_place place = place_of(r, t);
    bool worker = pool_is_worker(r->stacks, t), idle = worker && pool_is_idle(r->stacks, t);

    r->lock_threads += place.block == POOL_LOCK;
    r->workers += worker;
    r->idle += idle;
    if (!worker || idle)
        return true;
    r->by_block[place.block]++;
    r->running += place.block == POOL_RUNS;
    r->blocked += place.block != POOL_RUNS;
    return place.block == POOL_RUNS || add_to_group(r, &place, number);
}

static int compare_groups(const void *a, const void *b)
{
    const struct pool_group *x = a, *y = b;

    if (x->threads != y->threads)
        return x->threads > y->threads ? -1 : 1;
    return x->example < y->example ? -1 : 1;
}

/* --- waits --- */

static int compare_sites(const void *a, const void *b)
{
    const struct pool_site *x = a, *y = b;

    if (x->total_ns != y->total_ns)
        return x->total_ns > y->total_ns ? -1 : 1;
    return x->stack < y->stack ? -1 : x->stack > y->stack;
}

/* Addresses differ where methods do not. What was not named (no look at the stacks) has no frames,
 * and stays apart. */
static uint64_t key_of(const struct thread_stacks *s, uint32_t stack)
{
    const struct stack_thread *t = stack < s->other_count ? &s->others[stack] : NULL;

    return t && t->depth ? hash_bytes(s->stacks + t->first, t->depth * sizeof *s->stacks) : stack;
}

static void add_site(struct pool_site *to, const struct pool_site *more)
{
    to->count += more->count;
    to->total_ns += more->total_ns;
    to->max_ns = more->max_ns > to->max_ns ? more->max_ns : to->max_ns;
    to->open += more->open;
}

/* Is it told elsewhere, or nobody's business? .NET 10 tells the wait for a lock as another one too.
 */
static bool is_noise(const struct thread_stacks *s, enum pool_wait kind, uint32_t stack)
{
    const struct stack_thread *t = stack < s->other_count ? &s->others[stack] : NULL;

    return t && (pool_is_service(s, t) ||
                 (kind == POOL_WAIT_HANDLE && pool_place_of(s, t).block == POOL_LOCK));
}

static bool merge_sites(struct pool_report *r, enum pool_wait kind)
{
    const struct pool_sites *from = &r->events->sites[kind];
    struct pool_waits *to = &r->waits[kind];
    struct number_map known = {0};
    bool ok;

    to->list = calloc(from->count + 1, sizeof *to->list);
    ok = to->list;
    for (size_t i = 0; ok && i < from->count; i++) {
        const struct pool_site *site = &from->list[i];
        uint64_t key = key_of(r->stacks, site->stack);
        uint32_t number = number_map_get(&known, key);
        if (site->count == 0 || is_noise(r->stacks, kind, site->stack))
            continue;
        to->waits += site->count;
        to->total_ns += site->total_ns;
        if (number != NUMBER_MAP_NONE) {
            add_site(&to->list[number], site);
            continue;
        }
        ok = number_map_set(&known, key, (uint32_t)to->count);
        to->list[to->count++] = *site;
    }
    number_map_deinit(&known);
    if (to->count)
        qsort(to->list, to->count, sizeof *to->list, compare_sites);
    return ok;
}

bool pool_report_init(struct pool_report *r, const struct pool_subject *subject,
                      const struct pool_events *events, const struct thread_stacks *stacks,
                      double seconds)
{
    bool ok = true;

    *r = (struct pool_report){
        .subject = subject, .events = events, .stacks = stacks, .seconds = seconds};
    for (size_t k = 0; ok && k < POOL_WAITS; k++)
        ok = merge_sites(r, (enum pool_wait)k);
    ok = ok && find_contended(r);
    for (size_t i = 0; ok && i < stacks->thread_count; i++)
        ok = count_thread(r, i);
    if (!ok) {
        pool_report_deinit(r);
        return false;
    }
    if (r->group_count)
        qsort(r->groups, r->group_count, sizeof *r->groups, compare_groups);
    pool_judge(r);
    return true;
}

void pool_report_deinit(struct pool_report *r)
{
    free(r->groups);
    number_map_deinit(&r->contended);
    for (size_t k = 0; k < POOL_WAITS; k++)
        free(r->waits[k].list);
    *r = (struct pool_report){0};
}
