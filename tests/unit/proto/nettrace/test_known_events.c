#include "proto/nettrace/known_events.h"
#include "tests/support/check.h"

static const struct known_table *const tables[] = {&known_runtime, &known_private, &known_rundown,
                                                   &known_sampler, &known_tasks};

/* Every row is such a text for every version and pointer size, and bsearch() finds it. */
static void test_tables(void)
{
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
        for (size_t i = 0; i < tables[t]->count; i++) {
            const struct known_event *row = &tables[t]->events[i];
            struct pool pool = {.limit = 1 << 20};
            struct nettrace_fields fields;

            CHECK_AT(tables[t]->provider, i == 0 || row->id > tables[t]->events[i - 1].id);
            for (uint32_t version = 0; row->fields && version < 6; version++) {
                CHECK_AT(row->fields, known_fields_parse(row->fields, version, 4, &pool, &fields));
                CHECK_AT(row->fields, known_fields_parse(row->fields, version, 8, &pool, &fields));
            }
            pool_clear(&pool);
        }
    }
}

static const char runtime[] = "Microsoft-Windows-DotNETRuntime";

static const struct {
    const char *provider, *name;
    uint32_t id, version;
    int opcode;
    const char *title;
    size_t fields;
} events[] = {
    {runtime, "", 1, 2, NETTRACE_NO_OPCODE, "GC/Start", 6},
    {runtime, "", 1, 1, NETTRACE_NO_OPCODE, "GC/Start", 5},
    {runtime, "", 10, 4, NETTRACE_NO_OPCODE, "GC/AllocationTick", 9},
    {runtime, "", 143, 1, NETTRACE_NO_OPCODE, "Method/LoadVerbose", 10},
    {runtime, "", 143, 2, NETTRACE_NO_OPCODE, "Method/LoadVerbose", 11},
    {runtime, "", 200, 0, NETTRACE_NO_OPCODE, "EventID(200)", 2},
    {runtime, "", 9999, 0, NETTRACE_NO_OPCODE, "EventID(9999)", 0},
    {"Microsoft-DotNETCore-SampleProfiler", "", 0, 0, NETTRACE_NO_OPCODE, "Thread/Sample", 1},
    {"System.Threading.Tasks.TplEventSource", "TaskWaitBegin", 10, 0, NETTRACE_NO_OPCODE,
     "TaskWait/Send", 0},
    {"Mine", "RequestStart", 1, 0, NETTRACE_NO_OPCODE, "Request/Start", 0},
    {"Mine", "requestSTOP", 2, 0, NETTRACE_NO_OPCODE, "request/Stop", 0},
    {"Mine", "RequestStart", 1, 0, 0, "RequestStart", 0},
    {"Mine", "RequestStart", 1, 0, 2, "RequestStart/Stop", 0},
    {"Mine", "Begin", 1, 0, 1, "Begin/Start", 0},
    {"Mine", "Mail", 1, 0, 9, "Mail/Transfer", 0},
    {"Mine", "TestEvent3", 1, 0, 24, "TestEvent3/24", 0},
    {"Mine", "Plain", 1, 0, NETTRACE_NO_OPCODE, "Plain", 0},
    {"Mine", "", 7, 0, NETTRACE_NO_OPCODE, "EventID(7)", 0},
    {"Microsoft-Diagnostics-DiagnosticSource", "Activity1Start", 4, 0, NETTRACE_NO_OPCODE,
     "Activity1/Start", 3},
};

static void test_complete(void)
{
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        struct pool pool = {.limit = 1 << 20};
        struct nettrace_metadata m = {
            .provider = events[i].provider,
            .name = events[i].name,
            .event_id = events[i].id,
            .version = events[i].version,
            .opcode = events[i].opcode,
        };

        CHECK_AT(events[i].title, known_event_complete(&m, 8, &pool));
        CHECK_AT(events[i].title, strcmp(m.title, events[i].title) == 0);
        CHECK_AT(events[i].title, m.fields.count == events[i].fields);
        pool_clear(&pool);
    }
}

static void test_own_fields_stay(void)
{
    struct pool pool = {.limit = 1 << 20};
    const struct nettrace_field field = {.name = "X", .type = {.code = NETTRACE_UINT8, .size = 1}};
    struct nettrace_metadata m = {.provider = runtime, .name = "", .event_id = 1};

    m.fields = (struct nettrace_fields){&field, 1};
    CHECK(known_event_complete(&m, 8, &pool));
    CHECK(m.fields.list == &field && strcmp(m.title, "GC/Start") == 0);
    pool_clear(&pool);
}

static const char *const bad_texts[] = {"A", "A:", "A:x32", "A[N]:u8", "A:{B:u8", "A[:u8", ":u8"};

static void test_bad_texts(void)
{
    for (size_t i = 0; i < sizeof bad_texts / sizeof bad_texts[0]; i++) {
        struct pool pool = {.limit = 1 << 20};
        struct nettrace_fields fields;

        CHECK_AT(bad_texts[i], !known_fields_parse(bad_texts[i], 0, 8, &pool, &fields));
        pool_clear(&pool);
    }
}

static void test_no_memory(void)
{
    struct pool pool = {.limit = 0};
    struct nettrace_metadata m = {.provider = "Mine", .name = "Plain", .event_id = 1};

    CHECK(!known_event_complete(&m, 8, &pool));
}

static void test_named_in_payload(void)
{
    static const char payload[] = "C\0o\0m\0m\0i\0t\0t\0e\0d\0U\0s\0a\0g\0e\0\0\0\0\0\0\0\x07\0";
    struct pool pool = {.limit = 1 << 20};
    struct nettrace_metadata m = {.provider = runtime, .name = "", .event_id = 39};
    struct nettrace_event e = {.metadata = &m, .payload = (const uint8_t *)payload};

    CHECK(known_event_complete(&m, 8, &pool));
    e.payload_size = sizeof payload - 1;
    CHECK(strcmp(nettrace_event_title(&e), "GC/CommittedUsage") == 0);
    e.payload_size = 0;
    CHECK(strcmp(nettrace_event_title(&e), "GC/DynamicTraceEvent") == 0);
    pool_clear(&pool);
}

TEST_SUITE("proto/nettrace/known_events", {"tables", test_tables}, {"complete", test_complete},
           {"own fields stay", test_own_fields_stay}, {"bad texts", test_bad_texts},
           {"no memory", test_no_memory}, {"named in payload", test_named_in_payload})
