#include "src/profile/stack_recorder.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "proto/nettrace/parser.h"
#include "src/base/number_map.h"
#include "src/profile/limits.h"
#include "src/profile/method_map.h"
#include "src/profile/stack_resolver.h"

#define RUNDOWN "Microsoft-Windows-DotNETRuntimeRundown"
#define SAMPLER "Microsoft-DotNETCore-SampleProfiler"

enum {
    SAMPLE_EXTERNAL = 1,  /* not in managed code; 2: in it */
    FILTER_REBUILDS = 64, /* samples come before the rundown; a stream that mixes them gets no
                             filter after so many changes */
};

struct sampled_thread {
    uint64_t id, time;
    uint64_t *addresses; /* leaf first */
    size_t depth, capacity;
    bool truncated, external;
};

struct stack_recorder {
    struct nettrace *parser;
    struct sampled_thread *threads;
    size_t thread_count, thread_capacity;
    struct number_map by_id;
    size_t frames; /* room of all threads */
    struct method_map methods;
    const struct stack_table *others; /* to be named too; NULL: none */
    uint64_t *wanted;                 /* addresses on stacks, sorted */
    size_t wanted_count;
    bool wanted_old;
    unsigned rebuilds;
    uint64_t rundown, dropped;
};

/* What to do with an event; hangs at its metadata. */
struct stack_rule {
    const char *provider;
    uint32_t event_id;
    void (*record)(struct stack_recorder *r, const struct nettrace_event *e);
};

static struct sampled_thread *add_thread(struct stack_recorder *r, uint64_t id)
{
    size_t wanted = r->thread_capacity ? r->thread_capacity * 2 : 64;

    if (r->thread_count >= PROFILE_THREADS)
        return NULL;
    if (r->thread_count == r->thread_capacity) {
        struct sampled_thread *threads = reallocarray(r->threads, wanted, sizeof *threads);
        if (!threads)
            return NULL;
        r->threads = threads;
        r->thread_capacity = wanted;
    }
    if (!number_map_set(&r->by_id, id, (uint32_t)r->thread_count))
        return NULL;
    struct sampled_thread *t = &r->threads[r->thread_count++];
    *t = (struct sampled_thread){.id = id};
    return t;
}

static struct sampled_thread *thread_of(struct stack_recorder *r, const struct nettrace_event *e)
{
    const struct nettrace_thread *info = e->thread_info;
    uint64_t id = info && info->thread_id != NETTRACE_UNKNOWN_ID ? info->thread_id : e->thread;
    uint32_t number = number_map_get(&r->by_id, id);

    return number == NUMBER_MAP_NONE ? add_thread(r, id) : &r->threads[number];
}

static bool make_room(struct stack_recorder *r, struct sampled_thread *t, size_t depth)
{
    if (depth <= t->capacity)
        return true;
    if (r->frames + depth - t->capacity > PROFILE_STACK_FRAMES)
        return false;
    uint64_t *addresses = reallocarray(t->addresses, depth, sizeof *addresses);
    if (!addresses)
        return false;
    t->addresses = addresses;
    r->frames += depth - t->capacity;
    t->capacity = depth;
    return true;
}

static void record_sample(struct stack_recorder *r, const struct nettrace_event *e)
{
    struct nettrace_stack stack = {0};
    struct cursor in = cursor_of(e->payload, e->payload_size);
    struct sampled_thread *t = thread_of(r, e);

    if (!t || !nettrace_stack_find(r->parser, e->stack_id, &stack)) {
        r->dropped += !t;
        return;
    }
    if (t->depth > 0 && e->timestamp < t->time)
        return;
    size_t depth = stack.count < PROFILE_STACK_DEPTH ? stack.count : PROFILE_STACK_DEPTH;
    if (!make_room(r, t, depth)) {
        r->dropped++;
        return;
    }
    for (size_t i = 0; i < depth; i++)
        t->addresses[i] = nettrace_stack_address(&stack, i);
    t->depth = depth;
    t->time = e->timestamp;
    t->truncated = stack.count >= STACK_RUNTIME_DEPTH;
    t->external = cursor_u32(&in) == SAMPLE_EXTERNAL;
    r->wanted_old = true;
}

static int compare_addresses(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

/* False: no filter. */
static bool build_filter(struct stack_recorder *r)
{
    size_t count = r->others ? r->others->frame_count : 0;

    if (!r->wanted_old)
        return true;
    if (r->rebuilds >= FILTER_REBUILDS)
        return false;
    for (size_t i = 0; i < r->thread_count; i++)
        count += r->threads[i].depth;
    uint64_t *wanted = reallocarray(r->wanted, count + 1, sizeof *wanted);
    if (!wanted)
        return false;
    r->wanted = wanted;
    r->wanted_count = 0;
    for (size_t i = 0; i < r->thread_count; i++) {
        const struct sampled_thread *t = &r->threads[i];
        if (t->depth)
            memcpy(wanted + r->wanted_count, t->addresses, t->depth * sizeof *wanted);
        r->wanted_count += t->depth;
    }
    if (r->others && r->others->frame_count) {
        memcpy(wanted + r->wanted_count, r->others->frames,
               r->others->frame_count * sizeof *wanted);
        r->wanted_count += r->others->frame_count;
    }
    qsort(wanted, r->wanted_count, sizeof *wanted, compare_addresses);
    r->wanted_old = false;
    r->rebuilds++;
    return true;
}

/* Does an address of a stack lie in this method? */
static bool is_wanted(const struct stack_recorder *r, uint64_t start, uint32_t size)
{
    size_t low = 0, high = r->wanted_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (r->wanted[middle] < start)
            low = middle + 1;
        else
            high = middle;
    }
    return low < r->wanted_count && r->wanted[low] - start < size;
}

static void record_method(struct stack_recorder *r, const struct nettrace_event *e)
{
    struct cursor in = cursor_of(e->payload, e->payload_size);

    r->rundown++;
    cursor_skip(&in, 16); /* MethodID, ModuleID */
    uint64_t start = cursor_u64(&in);
    uint32_t size = cursor_u32(&in);
    if (in.bad || (build_filter(r) && !is_wanted(r, start, size)))
        return;
    method_map_add_method(&r->methods, e->payload, e->payload_size);
}

static void record_module(struct stack_recorder *r, const struct nettrace_event *e)
{
    r->rundown++;
    method_map_add_module(&r->methods, e->payload, e->payload_size);
}

static const struct stack_rule rules[] = {
    {SAMPLER, 0, record_sample},   {RUNDOWN, 143, record_method}, {RUNDOWN, 144, record_method},
    {RUNDOWN, 153, record_module}, {RUNDOWN, 154, record_module},
};

static int on_metadata(void *user, struct nettrace_metadata *metadata)
{
    (void)user;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (rules[i].event_id == metadata->event_id &&
            strcmp(rules[i].provider, metadata->provider) == 0)
            metadata->user = (void *)(uintptr_t)&rules[i];
    }
    return 0;
}

static int on_event(void *user, const struct nettrace_event *event)
{
    const struct stack_rule *rule = event->metadata->user;

    if (rule)
        rule->record(user, event);
    return 0;
}

struct stack_recorder *stack_recorder_new(void)
{
    struct stack_recorder *r = calloc(1, sizeof *r);
    const struct nettrace_callbacks callbacks = {
        .user = r, .on_metadata = on_metadata, .on_event = on_event};

    if (!r)
        return NULL;
    r->parser = nettrace_new(&callbacks, NULL);
    if (r->parser)
        return r;
    stack_recorder_free(r);
    return NULL;
}

void stack_recorder_free(struct stack_recorder *r)
{
    if (!r)
        return;
    nettrace_free(r->parser);
    for (size_t i = 0; i < r->thread_count; i++)
        free(r->threads[i].addresses);
    free(r->threads);
    number_map_deinit(&r->by_id);
    method_map_deinit(&r->methods);
    free(r->wanted);
    free(r);
}

void stack_recorder_name_also(struct stack_recorder *r, const struct stack_table *others)
{
    r->others = others;
    r->wanted_old = true;
}

int stack_recorder_feed(struct stack_recorder *r, const void *data, size_t size, struct error *err)
{
    int code = nettrace_feed(r->parser, data, size);
    const struct nettrace_error *e = nettrace_error(r->parser);

    return code < 0 ? error_set(err, code, "at byte %" PRIu64 ": %s", e->offset, e->text) : 0;
}

/* --- the end: addresses become frames --- */

/* The frames of one stack, at the end of all. */
static bool add_frames(struct stack_resolver *v, const uint64_t *addresses, size_t depth,
                       struct stack_thread *t, size_t *used)
{
    struct thread_stacks *s = v->s;
    /* With all names there, code without one is a stub of the runtime. */
    bool all_names = s->whole && s->lost == 0 && s->dropped == 0 && s->rundown > 0;
    enum stack_frame_kind nameless = all_names ? STACK_NATIVE : STACK_UNKNOWN;

    t->first = *used;
    for (size_t i = 0; i < depth; i++) {
        uint32_t frame = stack_resolver_frame(v, addresses[i], nameless);
        if (frame == NUMBER_MAP_NONE)
            return false;
        if (frame == v->native && t->depth > 0 && s->stacks[*used - 1] == frame)
            continue;
        s->stacks[(*used)++] = frame;
        t->depth++;
    }
    return true;
}

static bool add_stack(struct stack_resolver *v, const struct sampled_thread *from, size_t *used)
{
    struct thread_stacks *s = v->s;
    struct stack_thread *t = &s->threads[s->thread_count++];

    *t = (struct stack_thread){.id = from->id,
                               .name = NAMES_NONE,
                               .truncated = from->truncated,
                               .external = from->external};
    s->truncated += from->truncated;
    if (!add_frames(v, from->addresses, from->depth, t, used))
        return false;
    for (size_t i = 0; i < t->depth; i++)
        s->unknown += s->frames[s->stacks[t->first + i]].kind == STACK_UNKNOWN;
    return true;
}

static bool add_others(struct stack_resolver *v, const struct stack_table *others, size_t *used)
{
    struct thread_stacks *s = v->s;

    for (size_t i = 0; i < others->count; i++) {
        struct stack_thread *t = &s->others[s->other_count++];
        size_t depth;
        const uint64_t *addresses = stack_table_get(others, (uint32_t)i, &depth);
        *t = (struct stack_thread){.name = NAMES_NONE, .truncated = depth >= STACK_RUNTIME_DEPTH};
        if (!add_frames(v, addresses, depth, t, used))
            return false;
    }
    return true;
}

static int compare_threads(const void *a, const void *b)
{
    const struct sampled_thread *x = a, *y = b;

    return x->id < y->id ? -1 : x->id > y->id;
}

static bool resolve(struct stack_recorder *r, struct thread_stacks *s)
{
    struct stack_resolver v;
    const struct stack_table nothing = {0}, *others = r->others ? r->others : &nothing;
    size_t frames = others->frame_count, used = 0;
    bool ok;

    stack_resolver_init(&v, &r->methods, s);
    for (size_t i = 0; i < r->thread_count; i++)
        frames += r->threads[i].depth;
    s->threads = calloc(r->thread_count + 1, sizeof *s->threads);
    s->stacks = calloc(frames + 1, sizeof *s->stacks);
    s->others = calloc(others->count + 1, sizeof *s->others);
    ok = s->threads && s->stacks && s->others;
    if (r->thread_count)
        qsort(r->threads, r->thread_count, sizeof *r->threads, compare_threads);
    for (size_t i = 0; ok && i < r->thread_count; i++) {
        if (r->threads[i].depth > 0)
            ok = add_stack(&v, &r->threads[i], &used);
    }
    ok = ok && add_others(&v, others, &used);
    stack_resolver_deinit(&v);
    return ok;
}

int stack_recorder_finish(struct stack_recorder *r, struct thread_stacks *ret, struct error *err)
{
    *ret = (struct thread_stacks){.whole = nettrace_finish(r->parser) == 0};
    ret->lost = nettrace_stats(r->parser)->loss.events;
    ret->rundown = r->rundown;
    ret->dropped = r->dropped + r->methods.dropped;
    if (resolve(r, ret))
        return 0;
    thread_stacks_deinit(ret);
    return error_set(err, -ENOMEM, "no memory for the stacks");
}
