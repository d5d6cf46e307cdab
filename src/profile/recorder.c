#include "src/profile/recorder.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/profile/recorder_impl.h"

/* FILETIME counts from 1601. */
#define UNIX_EPOCH_FILE_TIME UINT64_C(116444736000000000)

int64_t recorder_time(const struct recorder *r, uint64_t ticks)
{
    uint64_t rate = r->trace.ticks_per_second, passed = ticks - r->trace.start_ticks;

    if (ticks < r->trace.start_ticks)
        return 0;
    if (rate == 1000000000)
        return passed > INT64_MAX ? 0 : (int64_t)passed;
    double nanoseconds =
        (double)(passed / rate) * 1e9 + (double)(passed % rate) * 1e9 / (double)rate;
    return nanoseconds < 9e18 ? (int64_t)nanoseconds : 0;
}

static bool grow_threads(struct recorder *r)
{
    struct profile *p = &r->profile;
    size_t wanted = p->thread_capacity ? p->thread_capacity * 2 : 64;

    if (p->thread_count >= PROFILE_THREADS)
        return false;
    if (p->thread_count < p->thread_capacity)
        return true;
    struct profile_thread *threads = reallocarray(p->threads, wanted, sizeof *threads);
    if (threads)
        p->threads = threads;
    struct waiting_thread *waiting = reallocarray(r->waiting, wanted, sizeof *waiting);
    if (waiting)
        r->waiting = waiting;
    if (threads && waiting)
        p->thread_capacity = wanted;
    return threads && waiting;
}

static uint32_t add_thread(struct recorder *r, uint64_t id, const char *name)
{
    char text[256];
    struct profile *p = &r->profile;
    bool named = name && name[0];

    if (!grow_threads(r))
        return NUMBER_MAP_NONE;
    (void)snprintf(text, sizeof text,
                   named ? "Thread (%" PRIu64 ") (%.200s)" : "Thread (%" PRIu64 ")", id, name);
    uint32_t text_name = names_add(&p->names, text, strlen(text));
    if (text_name == NAMES_NONE || !number_map_set(&r->threads, id, (uint32_t)p->thread_count))
        return NUMBER_MAP_NONE;
    r->waiting[p->thread_count] = (struct waiting_thread){0};
    p->threads[p->thread_count] = (struct profile_thread){id, text_name};
    return (uint32_t)p->thread_count++;
}

uint32_t recorder_thread(struct recorder *r, const struct nettrace_event *e)
{
    const struct nettrace_thread *info = e->thread_info;
    uint64_t id = info && info->thread_id != NETTRACE_UNKNOWN_ID ? info->thread_id : e->thread;

    if (r->profile.thread_count > 0 && r->last_thread_key == id)
        return r->last_thread;
    uint32_t number = number_map_get(&r->threads, id);
    if (number == NUMBER_MAP_NONE)
        number = add_thread(r, id, info ? info->name : NULL);
    if (number != NUMBER_MAP_NONE) {
        r->last_thread_key = id;
        r->last_thread = number;
    }
    return number;
}

static uint32_t add_stack(struct recorder *r, const struct nettrace_event *e, uint32_t name)
{
    struct nettrace_stack stack = {0};
    size_t depth = 0;

    if (name != NAMES_NONE)
        r->frames[depth++] = FRAME_IS_NAME | name;
    (void)nettrace_stack_find(r->parser, e->stack_id, &stack);
    size_t count = stack.count < PROFILE_DEPTH ? stack.count : PROFILE_DEPTH;
    for (size_t i = 0; i < count; i++)
        r->frames[depth++] = nettrace_stack_address(&stack, i) & ~FRAME_IS_NAME;
    return stack_table_add(&r->stacks, r->frames, depth);
}

uint32_t recorder_stack(struct recorder *r, const struct nettrace_event *e, uint32_t name)
{
    struct cached_stack *cached = &r->cache[e->stack_id % STACK_CACHE];

    if (name != NAMES_NONE)
        return add_stack(r, e, name);
    if (cached->id == e->stack_id + 1 && cached->leaf == NULL)
        return cached->number;
    uint32_t number = add_stack(r, e, name);
    if (number != STACK_NONE)
        *cached = (struct cached_stack){NULL, e->stack_id + 1, number};
    return number;
}

static int on_trace(void *user, const struct nettrace_trace *trace)
{
    struct recorder *r = user;
    char text[64];
    uint64_t start = nettrace_trace_file_time(trace, trace->start_ticks);

    r->trace = *trace;
    if (trace->process_id != NETTRACE_UNKNOWN_ID)
        r->profile.process_id = trace->process_id;
    if (start > UNIX_EPOCH_FILE_TIME && start < UNIX_EPOCH_FILE_TIME + INT64_MAX / 100)
        r->profile.start_unix_ns = (int64_t)(start - UNIX_EPOCH_FILE_TIME) * 100;
    (void)snprintf(text, sizeof text, "Process%u (%" PRIu64 ")", trace->pointer_size * 8,
                   r->profile.process_id);
    r->profile.process = names_add(&r->profile.names, text, strlen(text));
    return r->profile.process == NAMES_NONE ? -ENOMEM : 0;
}

static int on_metadata(void *user, struct nettrace_metadata *metadata)
{
    struct recorder *r = user;
    const struct event_rule *rule = event_rule_find(r, metadata);

    metadata->user = (void *)(uintptr_t)rule;
    return 0;
}

static int on_event(void *user, const struct nettrace_event *event)
{
    struct recorder *r = user;
    const struct event_rule *rule = event->metadata->user;

    if (event->timestamp > r->last_ticks)
        r->last_ticks = event->timestamp;
    if (rule)
        rule->record(r, event);
    return 0;
}

/* Ids of stacks and of metadata may mean others from here on. */
static int on_sequence_point(void *user, const struct nettrace_sequence_point *point)
{
    struct recorder *r = user;

    (void)point;
    timeline_flush(&r->timeline);
    memset(r->cache, 0, sizeof r->cache);
    return 0;
}

struct recorder *recorder_new(const struct recorder_options *options)
{
    struct recorder *r = calloc(1, sizeof *r);
    const struct nettrace_callbacks callbacks = {.user = r,
                                                 .on_trace = on_trace,
                                                 .on_metadata = on_metadata,
                                                 .on_event = on_event,
                                                 .on_sequence_point = on_sequence_point};

    if (!r)
        return NULL;
    r->kinds = options && options->kinds ? options->kinds : PROFILE_ALL_KINDS;
    r->events_end_samples = options && options->events_end_samples;
    r->cpu_only = r->kinds & 1U << PROFILE_CPU && !(r->kinds & 1U << PROFILE_WALL);
    r->timeline.may_leave = r->cpu_only;
    names_init(&r->profile.names, PROFILE_METHOD_BYTES);
    r->parser = nettrace_new(&callbacks, NULL);
    if (r->parser)
        return r;
    recorder_free(r);
    return NULL;
}

void recorder_free(struct recorder *r)
{
    if (!r)
        return;
    nettrace_free(r->parser);
    profile_deinit(&r->profile);
    number_map_deinit(&r->threads);
    stack_table_deinit(&r->stacks);
    method_map_deinit(&r->methods);
    timeline_deinit(&r->timeline);
    totals_deinit(&r->sampled);
    free(r->waiting);
    free(r);
}

static int fail(const struct recorder *r, int code, struct error *err)
{
    const struct nettrace_error *e = nettrace_error(r->parser);

    return error_set(err, code, "at byte %" PRIu64 ": %s", e->offset, e->text);
}

int recorder_feed(struct recorder *r, const void *data, size_t size, struct error *err)
{
    int code = nettrace_feed(r->parser, data, size);

    return code < 0 ? fail(r, code, err) : 0;
}

int recorder_finish(struct recorder *r, struct profile *ret_profile, struct error *err)
{
    int code = nettrace_finish(r->parser);
    const struct nettrace_stats *stats = nettrace_stats(r->parser);

    *ret_profile = (struct profile){0};
    if (!recorder_resolve(r))
        return error_set(err, -ENOMEM, "no memory for the profile");
    r->profile.events = stats->events;
    r->profile.lost = stats->loss.events;
    if (r->trace.ticks_per_second > 0)
        r->profile.duration = recorder_time(r, r->last_ticks);
    *ret_profile = r->profile;
    r->profile = (struct profile){0};
    return code < 0 ? fail(r, code, err) : 0;
}
