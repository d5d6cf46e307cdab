#include "tests/support/trace_maker.h"

#include <stdlib.h>

#include "src/base/text.h"
#include "src/profile/format.h"
#include "src/profile/recorder.h"
#include "tests/support/world.h"

enum { MODULE_ID = 0x77, PAYLOAD_MAX = 64 * 1024 };

static const struct {
    const char *provider;
    uint32_t id, version;
} events[MAKER_EVENTS] = {
    [MAKER_SAMPLE] = {"Microsoft-DotNETCore-SampleProfiler", 0, 0},
    [MAKER_TICK] = {"Microsoft-Windows-DotNETRuntime", 10, 4},
    [MAKER_SAMPLED] = {"Microsoft-Windows-DotNETRuntime", 303, 0},
    [MAKER_EXCEPTION] = {"Microsoft-Windows-DotNETRuntime", 80, 1},
    [MAKER_CONTENTION_START] = {"Microsoft-Windows-DotNETRuntime", 81, 2},
    [MAKER_CONTENTION_STOP] = {"Microsoft-Windows-DotNETRuntime", 91, 1},
    [MAKER_METHOD] = {"Microsoft-Windows-DotNETRuntime", 143, 2},
    [MAKER_UNLOAD] = {"Microsoft-Windows-DotNETRuntime", 144, 2},
    [MAKER_RUNDOWN] = {"Microsoft-Windows-DotNETRuntimeRundown", 144, 2},
    [MAKER_MODULE] = {"Microsoft-Windows-DotNETRuntimeRundown", 154, 2},
    [MAKER_PROCESS] = {"Microsoft-DotNETCore-EventPipe", 1, 0},
    [MAKER_SOURCE] = {"My-Source", 5, 0},
};

static void end_maker(void *arg)
{
    struct trace_maker *m = arg;

    nettrace_writer_deinit(&m->w);
}

static void introduce_threads(struct trace_maker *m)
{
    for (uint64_t i = 1; i < 10; i++) {
        const struct nettrace_thread thread = {
            .key = i, .thread_id = 100 * i, .process_id = 42, .name = "worker"};
        nettrace_write_thread(&m->w, &thread);
    }
}

struct trace_maker *trace_maker_new(void)
{
    return trace_maker_new_version(4);
}

struct trace_maker *trace_maker_new_version(unsigned version)
{
    struct trace_maker *m = world_alloc(sizeof *m);
    const struct nettrace_trace trace = {.version = version,
                                         .start = {2026, 11, 0, 22, 4, 5, 6, 7},
                                         .start_ticks = MAKER_START_TICKS,
                                         .ticks_per_second = 1000000000,
                                         .pointer_size = 8,
                                         .process_id = 42,
                                         .processors = 2,
                                         .sampling_rate = 1000000};

    nettrace_writer_init(&m->w, version, true);
    world_at_end(end_maker, m);
    nettrace_write_trace(&m->w, &trace);
    for (uint32_t i = 1; i < MAKER_EVENTS; i++) {
        struct nettrace_metadata metadata = {.id = i,
                                             .event_id = events[i].id,
                                             .provider = events[i].provider,
                                             .name = i == MAKER_SOURCE ? "Hello" : "",
                                             .title = "",
                                             .version = events[i].version,
                                             .opcode = NETTRACE_NO_OPCODE,
                                             .message = "",
                                             .description = ""};
        nettrace_write_metadata(&m->w, &metadata);
    }
    if (version == 6)
        introduce_threads(m);
    return m;
}

void trace_maker_stack(struct trace_maker *m, uint32_t id, const uint64_t *frames, size_t count)
{
    nettrace_write_stack(&m->w, id, frames, count, 8);
}

void trace_maker_event(struct trace_maker *m, enum maker_event event, uint64_t thread,
                       uint64_t time, uint32_t stack, const void *payload, size_t size)
{
    struct nettrace_event e = {.payload = payload,
                               .payload_size = (uint32_t)size,
                               .timestamp = MAKER_START_TICKS + time,
                               .thread = thread,
                               .capture_thread = 1,
                               .metadata_id = event,
                               .sequence = ++m->sequence,
                               .stack_id = stack};

    nettrace_write_event(&m->w, &e);
}

void trace_maker_sample(struct trace_maker *m, uint64_t thread, uint64_t time, uint32_t stack,
                        uint32_t type)
{
    trace_maker_event(m, MAKER_SAMPLE, thread, time, stack, &type, sizeof type);
}

void trace_maker_text(struct trace_maker *m, enum maker_event event, uint64_t thread, uint64_t time,
                      uint32_t stack, const void *before, size_t before_size, const char *text,
                      const void *after, size_t after_size)
{
    struct bytes b = {0};

    bytes_raw(&b, before, before_size);
    bytes_utf16(&b, text);
    bytes_raw(&b, after, after_size);
    trace_maker_event(m, event, thread, time, stack, b.data, b.size);
    bytes_deinit(&b);
}

void trace_maker_exception(struct trace_maker *m, uint64_t thread, uint64_t time, uint32_t stack,
                           const char *type, const char *message, uint16_t flags)
{
    const uint64_t address = 0;
    const uint32_t hresult = 0x80131500;
    const uint16_t rest[] = {flags, 0};
    struct bytes b = {0};

    bytes_utf16(&b, type);
    bytes_utf16(&b, message);
    bytes_raw(&b, &address, sizeof address);
    bytes_raw(&b, &hresult, sizeof hresult);
    bytes_raw(&b, rest, sizeof rest);
    trace_maker_event(m, MAKER_EXCEPTION, thread, time, stack, b.data, b.size);
    bytes_deinit(&b);
}

void trace_maker_method(struct trace_maker *m, enum maker_event event, uint64_t start,
                        uint32_t size, const char *space, const char *name, const char *signature)
{
    const uint64_t head[] = {1, MODULE_ID, start};
    const uint32_t rest[] = {size, 0, 0};
    struct bytes b = {0};

    bytes_raw(&b, head, sizeof head);
    bytes_raw(&b, rest, sizeof rest);
    bytes_utf16(&b, space);
    bytes_utf16(&b, name);
    bytes_utf16(&b, signature);
    trace_maker_event(m, event, 1, 0, 0, b.data, b.size);
    bytes_deinit(&b);
}

void trace_maker_module(struct trace_maker *m, const char *path)
{
    const uint64_t head[] = {MODULE_ID, 0, 0};

    trace_maker_text(m, MAKER_MODULE, 1, 0, 0, head, sizeof head, path, "\0\0", 2);
}

const uint8_t *trace_maker_end(struct trace_maker *m, size_t *ret_size)
{
    nettrace_write_end(&m->w);
    return nettrace_writer_data(&m->w, ret_size);
}

static void end_profile(void *arg)
{
    profile_deinit(arg);
}

struct profile *trace_maker_profile(struct trace_maker *m)
{
    struct profile *p = world_alloc(sizeof *p);
    struct recorder *r = recorder_new(NULL);
    struct error err;
    size_t size;
    const uint8_t *data = trace_maker_end(m, &size);

    if (!r || recorder_feed(r, data, size, &err) < 0 || recorder_finish(r, p, &err) < 0) {
        (void)fprintf(stderr, "trace_maker: %s\n", r ? err.text : "no memory");
        abort();
    }
    recorder_free(r);
    world_at_end(end_profile, p);
    return p;
}

struct trace_maker *trace_maker_example_trace(void)
{
    struct trace_maker *m = trace_maker_new();
    static const uint64_t work[] = {0x2010, 0x1010}, wait[] = {0x3010, 0x1020}, other[] = {0x9999};
    const uint64_t amount[] = {200000, 0};
    uint8_t tick[26] = {0};

    trace_maker_module(m, "/app/My.App.dll");
    trace_maker_method(m, MAKER_METHOD, 0x1000, 0x100, "My.App.Program", "Main",
                       "void  (class System.String[])");
    trace_maker_method(m, MAKER_METHOD, 0x2000, 0x100, "My.App.Program", "Work", "int32  (int32)");
    trace_maker_method(m, MAKER_RUNDOWN, 0x3000, 0x100, "My.App", "Wait</script>\"\\;x",
                       "void  ()");
    trace_maker_text(m, MAKER_PROCESS, 1, 0, 0, NULL, 0, "/app/My.App --urls x", NULL, 0);
    trace_maker_stack(m, 1, work, 2);
    trace_maker_stack(m, 2, wait, 2);
    trace_maker_stack(m, 3, other, 1);
    trace_maker_sample(m, 7, 1000000, 1, 2);
    trace_maker_sample(m, 8, 1000000, 3, 2);
    trace_maker_sample(m, 7, 2500000, 1, 2);
    trace_maker_sample(m, 7, 4000000, 2, 1);
    trace_maker_sample(m, 8, 5000000, 3, 2);
    trace_maker_sample(m, 7, 6000000, 1, 2);
    trace_maker_sample(m, 7, 7000000, 1, 2);
    memcpy(tick + 10, amount, sizeof amount);
    trace_maker_text(m, MAKER_TICK, 7, 6500000, 1, tick, sizeof tick, "System.String", tick, 20);
    trace_maker_text(m, MAKER_EXCEPTION, 7, 6600000, 2, NULL, 0, "My.Exception", tick, 20);
    return m;
}

struct profile *trace_maker_example(void)
{
    return trace_maker_profile(trace_maker_example_trace());
}

uint64_t trace_maker_value(const struct profile *p, enum profile_kind kind, const char *leaf)
{
    uint64_t value = 0;

    for (size_t i = 0; i < p->totals[kind].count; i++) {
        size_t depth;
        const uint64_t *frames = stack_table_get(&p->stacks, p->totals[kind].list[i].stack, &depth);
        if (depth && strcmp(profile_frame_name(p, (uint32_t)frames[0]), leaf) == 0)
            value += p->totals[kind].list[i].value;
    }
    return value;
}

static int take(void *user, const void *data, size_t size)
{
    struct text *t = user;

    text_add(t, data, size);
    return t->failed ? -1 : 0;
}

static void end_text(void *arg)
{
    free(arg);
}

char *trace_maker_format(const char *format, const struct profile *p, enum profile_kind kind,
                         size_t *ret_size, int *ret_code)
{
    struct format_options options = {.kind = kind, .name = "example.nettrace"};
    struct text t = {0};
    struct error err;

    *ret_code = format_write(format_find(format), p, &options, take, &t, &err);
    *ret_size = t.size;
    char *data = text_take(&t);
    world_at_end(end_text, data);
    return *ret_code < 0 ? NULL : data;
}
