/*
 * profile/resolve.c - addresses become frames, once, when all names are known.
 *
 * Different addresses of one method are one frame; stacks that are equal then are one stack.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/profile/recorder_impl.h"
#include "src/profile/waits.h"

enum { MANAGED_SHARE = 50 }; /* one in so many samples; below, the sampler is not believed */

struct resolver {
    struct recorder *r;
    struct profile *profile;
    struct number_map by_address, by_name; /* to frames */
    struct stack_table stacks;             /* of frames */
    uint32_t *numbers;                     /* new number of each stack */
};

static bool grow_frames(struct profile *p)
{
    size_t wanted = p->frame_capacity ? p->frame_capacity * 2 : 256;

    if (p->frame_count < p->frame_capacity)
        return true;
    struct profile_frame *frames = reallocarray(p->frames, wanted, sizeof *frames);
    if (!frames)
        return false;
    p->frames = frames;
    p->frame_capacity = wanted;
    return true;
}

/* "Module!Method", or what else the address is called. False: no memory. */
static bool describe(struct resolver *v, uint64_t address, struct profile_frame *ret_frame)
{
    char text[2 * PROFILE_NAME];
    struct names *names = &v->profile->names;
    struct method_map *map = &v->r->methods;

    *ret_frame = (struct profile_frame){.module = NAMES_NONE};
    if (address & FRAME_IS_NAME) {
        ret_frame->full = (uint32_t)address;
        return true;
    }
    const struct method *m = method_map_find(map, address);
    const char *module = m ? method_map_module_name(map, m->module) : NULL;
    if (!m) {
        ret_frame->address = address;
        (void)snprintf(text, sizeof text, "0x%" PRIX64, address);
    } else {
        module = module ? module : "ManagedModule"; /* as dotnet-trace */
        ret_frame->module = names_add(names, module, strlen(module));
        ret_frame->skip = (uint32_t)strlen(module) + 1;
        (void)snprintf(text, sizeof text, "%s!%s", module, names_get(&map->names, m->name));
    }
    ret_frame->full = names_add(names, text, strlen(text));
    return ret_frame->full != NAMES_NONE;
}

static uint32_t frame_of(struct resolver *v, uint64_t address)
{
    struct profile *p = v->profile;
    struct profile_frame frame;
    uint32_t number = number_map_get(&v->by_address, address);

    if (number != NUMBER_MAP_NONE)
        return number;
    if (!describe(v, address, &frame))
        return NUMBER_MAP_NONE;
    number = number_map_get(&v->by_name, frame.full);
    if (number == NUMBER_MAP_NONE) {
        number = (uint32_t)p->frame_count;
        if (!grow_frames(p) || !number_map_set(&v->by_name, frame.full, number))
            return NUMBER_MAP_NONE;
        p->frames[p->frame_count++] = frame;
    }
    return number_map_set(&v->by_address, address, number) ? number : NUMBER_MAP_NONE;
}

static bool resolve_stack(struct resolver *v, size_t i)
{
    size_t depth;
    const uint64_t *addresses = stack_table_get(&v->r->stacks, (uint32_t)i, &depth);
    uint64_t *frames = v->r->frames;

    for (size_t k = 0; k < depth; k++) {
        frames[k] = frame_of(v, addresses[k]);
        if (frames[k] == NUMBER_MAP_NONE)
            return false;
    }
    v->numbers[i] = stack_table_add(&v->stacks, frames, depth);
    return v->numbers[i] != STACK_NONE;
}

static bool move_totals(struct resolver *v, struct totals *from, struct totals *to)
{
    struct totals moved = {0};
    bool ok = true;

    for (size_t i = 0; ok && i < from->count; i++) {
        struct total total = from->list[i];
        total.stack = v->numbers[total.stack];
        ok = totals_add(&moved, &total);
    }
    totals_deinit(from);
    totals_sort(&moved);
    *to = moved;
    return ok;
}

static int compare_runs(const void *a, const void *b)
{
    const struct profile_run *x = a, *y = b;

    if (x->thread != y->thread)
        return x->thread < y->thread ? -1 : 1;
    return x->start < y->start ? -1 : x->start > y->start;
}

static void move_runs(struct resolver *v)
{
    struct timeline *t = &v->r->timeline;

    for (size_t i = 0; i < t->run_count; i++)
        t->runs[i].stack = v->numbers[t->runs[i].stack];
    if (t->run_count)
        qsort(t->runs, t->run_count, sizeof *t->runs, compare_runs);
    v->profile->runs = t->runs;
    v->profile->run_count = t->run_count;
    t->runs = NULL;
    t->run_count = t->run_capacity = 0;
}

/* A leaf without a name is a stub on its way to native code; without names at all the sampler has
 * the last word. */
static bool stack_runs(const struct resolver *v, uint32_t stack, bool believed)
{
    size_t depth;
    const uint64_t *frames = stack_table_get(&v->stacks, stack, &depth);
    const struct profile *p = v->profile;

    if (depth == 0 || p->frames[frames[0]].module == NAMES_NONE)
        return believed && (depth < 2 || p->frames[frames[1]].module == NAMES_NONE);
    return !method_waits(profile_frame_name(p, (uint32_t)frames[0]) + p->frames[frames[0]].skip);
}

/* CPU without wall time: what waits is taken out, and put together anew from all samples where the
 * sampler says of hardly any that it was managed code. */
static bool judge_by_methods(struct resolver *v)
{
    struct profile *p = v->profile;
    bool believed = v->r->managed_samples >= v->r->samples / MANAGED_SHARE;
    const struct totals *from = &p->totals[believed ? PROFILE_CPU : PROFILE_WALL];
    struct totals cpu = {0};
    bool ok = true;

    for (size_t i = 0; ok && i < from->count; i++)
        ok = !stack_runs(v, from->list[i].stack, believed) || totals_add(&cpu, &from->list[i]);
    for (size_t i = 0; i < p->run_count; i++)
        p->runs[i].managed =
            (!believed || p->runs[i].managed) && stack_runs(v, p->runs[i].stack, believed);
    totals_sort(&cpu);
    totals_deinit(&p->totals[PROFILE_CPU]);
    p->totals[PROFILE_CPU] = cpu;
    return ok;
}

/* Without the sampler's samples there is no thread time, whatever allocations tell. */
static bool move_all(struct resolver *v)
{
    struct recorder *r = v->r;
    struct totals *totals = v->profile->totals;
    bool ok = true;

    if (r->sampled.count > 0) {
        totals_deinit(&totals[PROFILE_ALLOC]);
        ok = move_totals(v, &r->sampled, &totals[PROFILE_ALLOC]);
    } else {
        ok = move_totals(v, &totals[PROFILE_ALLOC], &totals[PROFILE_ALLOC]);
    }
    for (int i = PROFILE_EXCEPTIONS; ok && i < PROFILE_KINDS; i++)
        ok = move_totals(v, &totals[i], &totals[i]);
    if (r->samples == 0 || !ok)
        return ok;
    move_runs(v);
    ok = move_totals(v, &r->timeline.wall, &totals[PROFILE_WALL]) &&
         move_totals(v, &r->timeline.cpu, &totals[PROFILE_CPU]);
    return ok && (!r->cpu_only || judge_by_methods(v));
}

bool recorder_resolve(struct recorder *r)
{
    struct resolver v = {.r = r, .profile = &r->profile};
    bool ok = true;

    timeline_finish(&r->timeline);
    v.numbers = calloc(r->stacks.count + 1, sizeof *v.numbers);
    for (size_t i = 0; v.numbers && ok && i < r->stacks.count; i++)
        ok = resolve_stack(&v, i);
    ok = ok && v.numbers && move_all(&v);
    r->profile.dropped += r->timeline.dropped + r->methods.dropped;
    r->profile.stacks = v.stacks;
    number_map_deinit(&v.by_address);
    number_map_deinit(&v.by_name);
    free(v.numbers);
    return ok;
}
