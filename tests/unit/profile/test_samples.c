#include <math.h>

#include "src/profile/recorder_impl.h"
#include "tests/support/trace_maker.h"
#include "tests/support/world.h"

static void test_contention(void)
{
    struct trace_maker *m = trace_maker_new();
    static const uint64_t frames[] = {0x1001};
    uint8_t stop[11] = {0};
    double duration = 1234;

    memcpy(stop + 3, &duration, sizeof duration);
    trace_maker_stack(m, 1, frames, 1);
    trace_maker_event(m, MAKER_CONTENTION_STOP, 5, 50, 0, stop, sizeof stop); /* no start */
    trace_maker_event(m, MAKER_CONTENTION_START, 5, 100, 1, "\0\0\0", 3);
    trace_maker_event(m, MAKER_CONTENTION_START, 6, 110, 1, "\0\0\0", 3);
    trace_maker_event(m, MAKER_CONTENTION_STOP, 5, 9999, 0, stop, sizeof stop);
    trace_maker_event(m, MAKER_CONTENTION_STOP, 6, 610, 0, "\0\0\0", 3); /* without DurationNs */
    const struct profile *p = trace_maker_profile(m);
    CHECK(trace_maker_value(p, PROFILE_CONTENTION, "0x1001") == 1234 + 500);
}

/* One sample of a large object stands for itself, one of a small object for many. */
static void test_sampled_allocations(void)
{
    static const struct {
        uint64_t size;
        double want;
    } rows[] = {{24, 102412}, {1 << 30, 1 << 30}, {100 * 1024, 161993}, {0, 102400}};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct trace_maker *m = trace_maker_new();
        static const uint64_t frames[] = {0x1001};
        uint8_t before[14] = {0}, after[24] = {0};
        memcpy(after + 8, &rows[i].size, sizeof rows[i].size);
        trace_maker_stack(m, 1, frames, 1);
        trace_maker_text(m, MAKER_SAMPLED, 5, 1, 1, before, sizeof before, "T", after,
                         sizeof after);
        double got = (double)trace_maker_value(trace_maker_profile(m), PROFILE_ALLOC, "T");
        CHECK_AT("size", fabs(got - rows[i].want) <= 2);
    }
}

static void test_other_events(void)
{
    struct trace_maker *m = trace_maker_new();
    static const uint64_t frames[] = {0x1001};

    trace_maker_stack(m, 1, frames, 1);
    trace_maker_event(m, MAKER_SOURCE, 5, 1, 1, "", 0);
    trace_maker_event(m, MAKER_SOURCE, 5, 2, 0, "", 0); /* without a stack */
    const struct profile *p = trace_maker_profile(m);
    CHECK(trace_maker_value(p, PROFILE_EVENTS, "EventName: My-Source/Hello") == 1);
    CHECK(profile_first_kind(p) == PROFILE_EVENTS);
}

/* dotnet-trace's topN lets an event of an EventSource end what the sample before began. */
static void test_events_end_samples(void)
{
    for (int option = 0; option < 2; option++) {
        const struct recorder_options options = {.events_end_samples = option};
        struct trace_maker *m = trace_maker_new();
        static const uint64_t frames[] = {0x1001};
        struct recorder *r = recorder_new(&options);
        struct profile p;
        struct error err;
        size_t size;
        trace_maker_stack(m, 1, frames, 1);
        trace_maker_sample(m, 5, 0, 1, 2);
        trace_maker_event(m, MAKER_SOURCE, 5, 40, 1, "", 0);
        trace_maker_sample(m, 5, 100, 1, 2);
        const uint8_t *data = trace_maker_end(m, &size);
        REQUIRE(r && recorder_feed(r, data, size, &err) == 0 && recorder_finish(r, &p, &err) == 0);
        CHECK(trace_maker_value(&p, PROFILE_WALL, "0x1001") == (option ? 40 : 100));
        CHECK(trace_maker_value(&p, PROFILE_WALL, "EventName: My-Source/Hello") ==
              (option ? 60 : 0));
        CHECK(profile_sum(&p, PROFILE_CPU) == (option ? 40 : 100));
        recorder_free(r);
        profile_deinit(&p);
    }
}

static void test_process(void)
{
    static const struct {
        const char *line, *want;
    } rows[] = {
        {"/app/web --urls x", "Process64 web (42) Args: --urls x"},
        {"dotnet app.dll", "Process64 dotnet (42) Args: app.dll"},
        {"/a/b/My.App", "Process64 My (42)"},
        {"", "Process64  (42)"},
        {"/a/.hidden ", "Process64 .hidden (42) Args: "},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct trace_maker *m = trace_maker_new();
        trace_maker_text(m, MAKER_PROCESS, 1, 0, 0, NULL, 0, rows[i].line, NULL, 0);
        const struct profile *p = trace_maker_profile(m);
        CHECK_AT(rows[i].line, strcmp(names_get(&p->names, p->process), rows[i].want) == 0);
    }
}

/* Every payload cut at every length: nothing is read behind its end. */
static void test_cut_payloads(void)
{
    static const uint8_t zeros[64];

    for (int event = 1; event < MAKER_EVENTS; event++) {
        for (size_t size = 0; size < 64; size += event == MAKER_METHOD ? 7 : 3) {
            struct trace_maker *m = trace_maker_new();
            trace_maker_event(m, (enum maker_event)event, 5, 1, 0, zeros, size);
            CHECK(trace_maker_profile(m)->events == 1);
        }
    }
}

static void test_rules(void)
{
    static const struct {
        const char *provider;
        uint32_t id;
        unsigned kinds;
        bool wanted;
    } rows[] = {
        {"Microsoft-DotNETCore-SampleProfiler", 0, 1U << PROFILE_CPU, true},
        {"Microsoft-DotNETCore-SampleProfiler", 0, 1U << PROFILE_ALLOC, false},
        {"Microsoft-Windows-DotNETRuntimeRundown", 144, 1U << PROFILE_ALLOC, true},
        {"Microsoft-Windows-DotNETRuntimeRundown", 187, PROFILE_ALL_KINDS, false},
        {"Microsoft-Windows-DotNETRuntime", 80, 1U << PROFILE_EXCEPTIONS, true},
        {"Microsoft-Windows-DotNETRuntime", 80, 1U << PROFILE_WALL, false},
        {"Any", 3, 1U << PROFILE_EVENTS, true},
        {"Any", 3, 1U << PROFILE_WALL, false},
    };
    static struct recorder r;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct nettrace_metadata metadata = {.provider = rows[i].provider,
                                                   .event_id = rows[i].id};
        r.kinds = rows[i].kinds;
        CHECK_AT(rows[i].provider, (event_rule_find(&r, &metadata) != NULL) == rows[i].wanted);
    }
}

WORLD_SUITE("profile/samples", {"contention", test_contention},
            {"sampled allocations", test_sampled_allocations}, {"other events", test_other_events},
            {"events end samples", test_events_end_samples}, {"process", test_process},
            {"cut payloads", test_cut_payloads}, {"rules", test_rules})
