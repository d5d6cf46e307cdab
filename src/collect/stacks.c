/*
 * Happy path: session started -> SAMPLING_MS -> stop -> pieces, which the pool feeds to the
 * recorder -> end of the stream -> the pool gives names and writes the document -> facts -> piece
 * -> room ... -> done.
 *
 * Beside it: incomplete -> the same again, once. Silent -> the session is left to end by itself
 * (session_abandon) and what has come is used; when nothing has, what the kernel knows.
 *
 * What the pool works on (collect/feeder) is only its own meanwhile: the recorder, the stacks, the
 * result.
 */
#include "src/collect/stacks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/cleanup.h"
#include "src/base/clock.h"
#include "src/base/limits.h"
#include "src/collect/dump_folder.h"
#include "src/collect/feeder.h"
#include "src/collect/kernel_stacks.h"
#include "src/collect/profile_result.h"
#include "src/collect/stack_names.h"
#include "src/io/timer.h"
#include "src/profile/stack_recorder.h"

#define SAMPLER "Microsoft-DotNETCore-SampleProfiler"

/* Loader, JIT and NGEN, at the session's end: names without IL maps (0x20000), which are half of
 * the whole. Runtimes before 9 can only be asked for all. */
#define RUNDOWN_NAMES UINT64_C(0x138)

enum { ATTEMPTS = 2 };

static const struct attempt_plan {
    uint32_t buffer_mb;
    uint64_t sampling_ms; /* the sampler's pace is 1 ms or 10 ms, by runtime */
} plans[ATTEMPTS] = {{64, LIMIT_STACKS_SAMPLING_MS}, {256, LIMIT_STACKS_SAMPLING_LONG_MS}};

enum { FACT_STACKS, FACT_COMPLETE, FACT_TRUNCATED, FACT_LOST };

struct stacks {
    struct collection base;
    const struct collect_context *context;
    struct collection_events events;
    struct target *target;
    struct feeder feeder;
    struct timer timer;
    unsigned attempt;
    bool told; /* on_started */
    const struct stack_format *format;
    struct stacks_report report; /* `write` is NULL: none */
    char *folder;
    const char *folders[4];

    /* What the pool works on. */
    struct stack_recorder *recorder;
    struct error failure; /* of the document; code 0: none */
    pid_t pid;
    int64_t silent_since;  /* ticks, when it was given up */
    bool again;            /* incomplete, and there is an attempt left */
    size_t kernel_threads; /* described in place of stacks */
    struct thread_stacks found;
    struct profile_result result;
};

static void stacks_free(void *user)
{
    struct stacks *s = user;

    timer_stop(&s->timer);
    feeder_deinit(&s->feeder);
    stack_recorder_free(s->recorder);
    thread_stacks_deinit(&s->found);
    profile_result_deinit(&s->result);
    if (s->report.release)
        s->report.release(s->report.user);
    target_unref(s->target);
    free(s->folder);
    free(s);
}

static void finish(struct stacks *s, const struct error *err)
{
    struct collection_events events = s->events;
    struct error end = err ? *err : (struct error){0};

    stacks_free(s);
    events.on_done(events.user, end.code ? &end : NULL);
}

/* --- the pool's side --- */

static int write_result(void *user, const void *data, size_t size)
{
    struct stacks *s = user;
    struct error err;

    if (feeder_is_left(&s->feeder))
        return -ECANCELED;
    int r = profile_result_write(&s->result, data, size, &err);
    if (r < 0)
        s->failure = err;
    return r;
}

/* Nothing, where the kernel cannot be asked either. */
static void describe_threads(struct stacks *s, struct output *o)
{
    if (s->feeder.end.code == -ETIMEDOUT && kernel_stacks_possible(s->format))
        s->kernel_threads =
            kernel_stacks_write(s->pid, s->format, s->feeder.end.text, s->silent_since, o);
}

static void write_document(struct stacks *s)
{
    struct output o;

    output_init(&o, write_result, s);
    if (s->found.thread_count > 0)
        stack_names_add(&s->found, s->pid);
    if (s->report.write) {
        s->report.write(s->report.user, &s->found, &o);
    } else if (s->found.thread_count == 0) {
        describe_threads(s, &o);
    } else {
        s->format->write(&s->found, &o);
    }
    int r = output_end(&o);
    if (r < 0 && s->failure.code == 0)
        (void)error_set(&s->failure, r, "no memory for the stacks");
}

/* A native app has no sampler and no names: asking again brings nothing. */
static bool is_native(const struct thread_stacks *found)
{
    return found->whole && found->thread_count == 0 && found->rundown == 0;
}

static void conclude(void *user)
{
    struct stacks *s = user;
    struct thread_stacks found = {0};
    struct error err;
    int r = s->recorder ? stack_recorder_finish(s->recorder, &found, &err) : 0;

    stack_recorder_free(take_ptr(s->recorder));
    if (r < 0) {
        s->failure = err;
        return;
    }
    if (found.thread_count > 0 || s->found.thread_count == 0) {
        thread_stacks_deinit(&s->found);
        s->found = found;
    } else {
        thread_stacks_deinit(&found);
    }
    s->again = s->attempt + 1 < ATTEMPTS && s->feeder.end.code == 0 &&
               !thread_stacks_complete(&s->found) && !is_native(&s->found);
    if (!s->again)
        write_document(s);
}

static void feed(void *user, const void *data, size_t size)
{
    struct stacks *s = user;
    struct error err;

    (void)stack_recorder_feed(s->recorder, data, size, &err); /* then not whole */
}

/* --- the loop's side --- */

static int ask(struct stacks *s, struct error *err);

static void send_next(struct stacks *s)
{
    const void *data;
    uint64_t offset, size = profile_result_take(&s->result, &data, &offset);

    if (size && data)
        s->events.on_data(s->events.user, data, size);
    else if (size)
        s->events.on_file(s->events.user, s->result.file.fd, offset, size);
    else
        finish(s, NULL);
}

static void fail_empty(struct stacks *s)
{
    struct error err = s->feeder.end;

    if (err.code == 0 && is_native(&s->found))
        (void)error_set(&err, -ENODATA,
                        "The runtime takes no samples of its threads and tells no names of "
                        "methods: an app compiled to native code (NativeAOT) cannot. A dump has "
                        "its stacks.");
    else if (err.code == 0)
        (void)error_set(&err, -ENODATA,
                        "The runtime took no samples of its threads within %d ms: the process may "
                        "have no CPU left. /dump needs none of its own.",
                        LIMIT_STACKS_SAMPLING_LONG_MS);
    finish(s, &err);
}

static void deliver(struct stacks *s)
{
    const struct thread_stacks *found = &s->found;

    s->events.on_fact(s->events.user, FACT_STACKS, found->thread_count);
    s->events.on_fact(s->events.user, FACT_COMPLETE, thread_stacks_complete(found));
    s->events.on_fact(s->events.user, FACT_TRUNCATED, found->truncated);
    s->events.on_fact(s->events.user, FACT_LOST, found->lost);
    send_next(s);
}

static void after_conclusion(void *user)
{
    struct stacks *s = user;
    struct error err;

    if (s->failure.code) {
        err = s->failure;
        finish(s, &err);
    } else if (s->again) {
        s->attempt++;
        if (ask(s, &err) < 0) {
            s->feeder.end = err;
            feeder_work(&s->feeder, conclude, after_conclusion); /* with what there is */
        }
    } else if (s->found.thread_count == 0 && s->kernel_threads == 0 && !s->report.write) {
        fail_empty(s);
    } else {
        deliver(s);
    }
}

static void on_end(void *user)
{
    struct stacks *s = user;

    timer_stop(&s->timer);
    feeder_work(&s->feeder, conclude, after_conclusion);
}

/* A step has taken too long. What the session still brings is nobody's. */
static void give_up(struct stacks *s, const char *text)
{
    struct error err;

    (void)error_set(&err, -ETIMEDOUT, "%s", text);
    s->silent_since = s->target->unresponsive_since
                          ? s->target->unresponsive_since
                          : clock_now_ticks() - INT64_C(10000) * LIMIT_STACKS_START_MS;
    feeder_give_up(&s->feeder, &err);
}

static void on_late_start(void *user)
{
    give_up(user, "The process does not answer on its diagnostic port (stopped, frozen, or busy "
                  "with a dump?)");
}

static void on_late_end(void *user)
{
    give_up(user, "The process does not end its event session in time.");
}

static void on_sampled(void *user)
{
    struct stacks *s = user;

    feeder_stop(&s->feeder);
    (void)timer_start(&s->timer, s->context->loop, LIMIT_STACKS_END_MS, 0, on_late_end, s);
}

static void on_started(void *user)
{
    struct stacks *s = user;

    (void)timer_start(&s->timer, s->context->loop, plans[s->attempt].sampling_ms, 0, on_sampled, s);
    if (!s->told)
        s->events.on_started(s->events.user);
    s->told = true;
}

/* One attempt. */
static int ask(struct stacks *s, struct error *err)
{
    const struct ipc_trace_provider sampler = {
        .name = SAMPLER, .level = 4, .keywords = UINT64_C(0xF00000000000)};
    const struct session_config config = {.request = {.buffer_mb = plans[s->attempt].buffer_mb,
                                                      .format = IPC_TRACE_NET_TRACE,
                                                      .rundown_keyword = RUNDOWN_NAMES,
                                                      .stackwalk = true,
                                                      .providers = &sampler,
                                                      .provider_count = 1},
                                          .rundown_fallback = IPC_TRACE_RUNDOWN_DEFAULT};

    s->recorder = stack_recorder_new();
    if (!s->recorder)
        return error_set(err, -ENOMEM, "stacks");
    if (s->report.others)
        stack_recorder_name_also(s->recorder, s->report.others);
    /* Set before, because a session that is there must not be lost for want of memory. */
    if (timer_start(&s->timer, s->context->loop, LIMIT_STACKS_START_MS, 0, on_late_start, s) < 0)
        return error_set(err, -ENOMEM, "stacks");
    int r = feeder_start(&s->feeder, s->context->sessions, s->target, &config, err);
    if (r < 0)
        timer_stop(&s->timer);
    return r;
}

static bool set_up(struct stacks *s, const struct stacks_params *params)
{
    const char *folder = dump_folder_path(s->context->dump_folder);

    s->format = params->format;
    feeder_init(&s->feeder, s->context->loop,
                &(struct feeder_events){.user = s,
                                        .on_started = on_started,
                                        .feed = feed,
                                        .on_end = on_end,
                                        .free = stacks_free});
    s->folder = strdup(folder ? folder : "/tmp"); /* of its own: the pool may outlive the server */
    memcpy(s->folders, (const char *[]){s->folder, "/tmp", "/var/tmp", NULL}, sizeof s->folders);
    profile_result_init(&s->result, s->folders);
    return s->folder;
}

static int stacks_start(const struct collect_context *context, struct target *target,
                        const void *params, const struct collection_events *events,
                        struct collection **ret, struct error *err)
{
    const struct stacks_params *wanted = params;
    struct stacks *s = calloc(1, sizeof *s);

    if (!s) {
        if (wanted->report)
            wanted->report->release(wanted->report->user);
        return error_set(err, -ENOMEM, "stacks");
    }
    if (wanted->report)
        s->report = *wanted->report;
    s->base.type = &collection_stacks;
    s->context = context;
    s->events = *events;
    s->target = target_ref(target);
    s->pid = target->host_pid;
    int r = set_up(s, params) ? ask(s, err) : error_set(err, -ENOMEM, "stacks");
    if (r < 0) {
        stacks_free(s);
        return r;
    }
    *ret = &s->base;
    return 0;
}

static void stacks_proceed(struct collection *c)
{
    send_next(container_of(c, struct stacks, base));
}

static void stacks_abandon(struct collection *c)
{
    struct stacks *s = container_of(c, struct stacks, base);

    timer_stop(&s->timer);
    feeder_leave(&s->feeder);
}

const struct collection_type collection_stacks = {
    .name = "stacks",
    .limit = 1,
    .content_type = "text/plain",
    .start = stacks_start,
    .proceed = stacks_proceed,
    .abandon = stacks_abandon,
    .log_category = "Microsoft.Diagnostics.Tools.Monitor.Stacks.StacksOperation",
    .facts = {[FACT_STACKS] = {.name = "Stacks"},
              [FACT_COMPLETE] = {.name = "Stacks-Complete", .is_truth = true},
              [FACT_TRUNCATED] = {.name = "Stacks-Truncated"},
              [FACT_LOST] = {.name = "Events-Lost"}},
};
