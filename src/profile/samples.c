/*
 * profile/samples.c - the events that make a profile, one function each.
 *
 * Layouts: the runtime's event manifest (ClrEtwAll.man), see also proto/nettrace/known_*.c. Only
 * the bytes that are needed are read.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "proto/nettrace/known_events.h"
#include "proto/wire/utf16.h"
#include "src/profile/recorder_impl.h"

enum {
    SAMPLE_MANAGED = 2,           /* 1: external, 0: unknown */
    ALLOCATION_MEAN = 100 * 1024, /* bytes between two samples of AllocationSampled */
};

#define RUNTIME "Microsoft-Windows-DotNETRuntime"
#define RUNDOWN "Microsoft-Windows-DotNETRuntimeRundown"
#define SAMPLER "Microsoft-DotNETCore-SampleProfiler"
#define EVENT_PIPE "Microsoft-DotNETCore-EventPipe"

#define BIT(kind) (1U << (kind))
#define TIMES (BIT(PROFILE_WALL) | BIT(PROFILE_CPU))

static struct cursor payload_of(const struct nettrace_event *e)
{
    return cursor_of(e->payload, e->payload_size);
}

/* The UTF-16 text at the cursor as a name; NAMES_NONE: cut, or no room. */
static uint32_t take_name(struct recorder *r, struct cursor *in)
{
    char text[PROFILE_NAME];
    size_t units = 0;

    while (2 * units + 1 < in->left && (in->at[2 * units] || in->at[2 * units + 1]))
        units++;
    if (in->bad || 2 * units + 1 >= in->left)
        return NAMES_NONE;
    (void)utf16_to_utf8(in->at, units, text, sizeof text);
    cursor_skip(in, 2 * units + 2);
    return names_add(&r->profile.names, text, strlen(text));
}

static void add_total(struct recorder *r, struct totals *totals, const struct total *total)
{
    if (total->thread == NUMBER_MAP_NONE || total->stack == STACK_NONE ||
        !totals_add(totals, total))
        r->profile.dropped++;
}

static void add_point_of(struct recorder *r, const struct nettrace_event *e, uint32_t stack,
                         bool managed, bool sampled)
{
    struct timeline_point point = {.time = recorder_time(r, e->timestamp),
                                   .thread = recorder_thread(r, e),
                                   .stack = stack,
                                   .managed = managed,
                                   .sampled = sampled};

    if (point.thread == NUMBER_MAP_NONE || point.stack == STACK_NONE)
        r->profile.dropped++;
    else
        timeline_add(&r->timeline, &point);
}

static void add_point(struct recorder *r, const struct nettrace_event *e, uint32_t stack,
                      bool managed)
{
    add_point_of(r, e, stack, managed, false);
}

static void record_sample(struct recorder *r, const struct nettrace_event *e)
{
    struct cursor in = payload_of(e);
    bool managed = cursor_u32(&in) == SAMPLE_MANAGED;

    add_point_of(r, e, recorder_stack(r, e, NAMES_NONE), managed, true);
    r->samples++;
    r->managed_samples += managed;
}

/* A thread that allocates runs: dotnet-trace counts this as a sample too. */
static void record_allocation(struct recorder *r, const struct nettrace_event *e,
                              struct totals *totals, uint64_t value, struct cursor *name)
{
    if (r->kinds & TIMES)
        add_point(r, e, recorder_stack(r, e, NAMES_NONE), true);
    if (!(r->kinds & BIT(PROFILE_ALLOC)))
        return;
    struct total total = {recorder_thread(r, e), recorder_stack(r, e, take_name(r, name)), 1,
                          value};
    add_total(r, totals, &total);
}

/* u32 amount, u32 kind, u16 instance, from version 2 u64 amount, pointer, type name. */
static void record_tick(struct recorder *r, const struct nettrace_event *e)
{
    struct cursor in = payload_of(e);
    uint64_t amount = cursor_u32(&in);

    cursor_skip(&in, 6);
    if (e->metadata->version >= 2) {
        amount = cursor_u64(&in);
        cursor_skip(&in, r->trace.pointer_size);
    } else {
        in.bad = true;
    }
    record_allocation(r, e, &r->profile.totals[PROFILE_ALLOC], amount, &in);
}

/* u32 kind, u16 instance, pointer, type name, pointer, u64 size, u64 offset. The chance to be
 * sampled grows with the size: each sample stands for size / chance bytes. */
static void record_sampled(struct recorder *r, const struct nettrace_event *e)
{
    struct cursor in = payload_of(e), name;

    cursor_skip(&in, (size_t)6 + r->trace.pointer_size);
    name = in;
    while (!in.bad && cursor_u16(&in) != 0)
        ;
    cursor_skip(&in, r->trace.pointer_size);
    uint64_t size = cursor_u64(&in);
    if (in.bad)
        return;
    double share = -expm1(-(double)size / ALLOCATION_MEAN);
    double bytes = size == 0 ? ALLOCATION_MEAN : (double)size / share;
    record_allocation(r, e, &r->sampled, bytes < 1e18 ? (uint64_t)bytes : 0, &name);
}

/* Type name, message... */
static void record_exception(struct recorder *r, const struct nettrace_event *e)
{
    struct cursor in = payload_of(e);
    struct total total = {recorder_thread(r, e), recorder_stack(r, e, take_name(r, &in)), 1, 1};

    add_total(r, &r->profile.totals[PROFILE_EXCEPTIONS], &total);
}

static void record_contention_start(struct recorder *r, const struct nettrace_event *e)
{
    uint32_t thread = recorder_thread(r, e);

    if (thread != NUMBER_MAP_NONE)
        r->waiting[thread] = (struct waiting_thread){recorder_time(r, e->timestamp),
                                                     recorder_stack(r, e, NAMES_NONE), true};
}

/* u8 flags, u16 instance, from version 1 f64 nanoseconds. */
static void record_contention_stop(struct recorder *r, const struct nettrace_event *e)
{
    struct cursor in = payload_of(e);
    uint32_t thread = recorder_thread(r, e);
    double nanoseconds;

    if (thread == NUMBER_MAP_NONE || !r->waiting[thread].waiting)
        return;
    struct waiting_thread *w = &r->waiting[thread];
    int64_t passed = recorder_time(r, e->timestamp) - w->since;
    cursor_skip(&in, 3);
    uint64_t bits = cursor_u64(&in);
    memcpy(&nanoseconds, &bits, sizeof nanoseconds);
    if (!in.bad && nanoseconds >= 0 && nanoseconds < 1e18)
        passed = (int64_t)nanoseconds;
    struct total total = {thread, w->stack, 1, passed > 0 ? (uint64_t)passed : 0};
    add_total(r, &r->profile.totals[PROFILE_CONTENTION], &total);
    w->waiting = false;
}

static void record_method(struct recorder *r, const struct nettrace_event *e)
{
    method_map_add_method(&r->methods, e->payload, e->payload_size);
}

static void record_module(struct recorder *r, const struct nettrace_event *e)
{
    method_map_add_module(&r->methods, e->payload, e->payload_size);
}

/* The event's stack below a frame of the event's own name. STACK_NONE: no room. */
static uint32_t named_stack(struct recorder *r, const struct nettrace_event *e)
{
    struct cached_stack *cached = &r->cache[(e->stack_id ^ e->metadata_id * 61) % STACK_CACHE];
    char text[PROFILE_NAME];

    if (cached->id == e->stack_id + 1 && cached->leaf == e->metadata)
        return cached->number;
    int n = snprintf(text, sizeof text, "EventName: %s/%s", e->metadata->provider,
                     nettrace_event_title(e));
    uint32_t name = n > 0 ? names_add(&r->profile.names, text, strlen(text)) : NAMES_NONE;
    uint32_t number = recorder_stack(r, e, name);
    if (name != NAMES_NONE && number != STACK_NONE)
        *cached = (struct cached_stack){e->metadata, e->stack_id + 1, number};
    return number;
}

static void record_source(struct recorder *r, const struct nettrace_event *e)
{
    if (r->events_end_samples)
        add_point(r, e, named_stack(r, e), false);
}

/* Any other event with a stack. */
static void record_event(struct recorder *r, const struct nettrace_event *e)
{
    struct nettrace_stack stack;

    if (!nettrace_stack_find(r->parser, e->stack_id, &stack) || stack.count == 0)
        return;
    struct total total = {recorder_thread(r, e), named_stack(r, e), 1, 1};
    add_total(r, &r->profile.totals[PROFILE_EVENTS], &total);
}

static void record_both(struct recorder *r, const struct nettrace_event *e)
{
    record_source(r, e);
    record_event(r, e);
}

/* "/app/web --urls x" is process web with arguments "--urls x", as dotnet-trace shows it. */
static void record_process(struct recorder *r, const struct nettrace_event *e)
{
    struct cursor in = payload_of(e);
    char text[PROFILE_COMMAND_LINE + 128];
    uint32_t line_name = take_name(r, &in);

    record_source(r, e);
    if (line_name == NAMES_NONE)
        return;
    const char *line = names_get(&r->profile.names, line_name);
    size_t program = strcspn(line, " ");
    const char *start = memrchr(line, '/', program);
    start = start ? start + 1 : line;
    const char *end = memrchr(start, '.', (size_t)(line + program - start));
    end = end && end != start ? end : line + program;
    int n = snprintf(text, sizeof text, "Process%u %.*s (%llu)%s%.*s", r->trace.pointer_size * 8,
                     (int)(end - start), start, (unsigned long long)r->profile.process_id,
                     line[program] ? " Args: " : "", PROFILE_COMMAND_LINE,
                     line[program] ? line + program + 1 : "");
    if (n > 0 && (size_t)n < sizeof text)
        r->profile.process = names_add(&r->profile.names, text, (size_t)n);
}

static const struct event_rule rules[] = {
    {SAMPLER, 0, TIMES, record_sample},
    {RUNTIME, 10, TIMES | BIT(PROFILE_ALLOC), record_tick},
    {RUNTIME, 303, TIMES | BIT(PROFILE_ALLOC), record_sampled},
    {RUNTIME, 80, BIT(PROFILE_EXCEPTIONS), record_exception},
    {RUNTIME, 81, BIT(PROFILE_CONTENTION), record_contention_start},
    {RUNTIME, 91, BIT(PROFILE_CONTENTION), record_contention_stop},
    {RUNTIME, 143, 0, record_method},
    {RUNTIME, 144, 0, record_method},
    {RUNTIME, 152, 0, record_module},
    {RUNTIME, 153, 0, record_module},
    {RUNDOWN, 143, 0, record_method},
    {RUNDOWN, 144, 0, record_method},
    {RUNDOWN, 153, 0, record_module},
    {RUNDOWN, 154, 0, record_module},
    {EVENT_PIPE, 1, 0, record_process},
};
static const struct event_rule others[] = {
    {NULL, 0, 0, NULL}, /* not needed */
    {NULL, 0, 0, record_event},
    {NULL, 0, 0, record_source},
    {NULL, 0, 0, record_both},
};

/* The runtime's own providers. What an EventSource of the framework does for itself says nothing
 * about the app's code either. */
static bool is_source(const char *provider)
{
    static const char *const not_sources[] = {
        RUNTIME,
        "Microsoft-Windows-DotNETRuntimePrivate",
        "System.Threading.Tasks.TplEventSource",
        "System.Diagnostics.Eventing.FrameworkEventSource",
    };

    for (size_t i = 0; i < sizeof not_sources / sizeof not_sources[0]; i++) {
        if (strcmp(not_sources[i], provider) == 0)
            return false;
    }
    return true;
}

/* The first match; the rundown's and the sampler's other events say nothing about the app. */
const struct event_rule *event_rule_find(const struct recorder *r,
                                         const struct nettrace_metadata *metadata)
{
    const char *provider = metadata->provider;
    unsigned events = r->kinds & BIT(PROFILE_EVENTS) ? 1 : 0;
    unsigned source = r->kinds & TIMES && r->events_end_samples && is_source(provider) ? 2 : 0;

    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (rules[i].event_id == metadata->event_id && strcmp(rules[i].provider, provider) == 0)
            return rules[i].kinds == 0 || rules[i].kinds & r->kinds ? &rules[i] : NULL;
    }
    if (strcmp(provider, RUNDOWN) == 0 || strcmp(provider, SAMPLER) == 0 || events + source == 0)
        return NULL;
    return &others[events + source];
}
