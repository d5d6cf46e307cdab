/* Stacks and counters into verdicts, and the documents of these. */
#include <stdlib.h>
#include <string.h>

#include "src/diagnose/pool_format.h"
#include "tests/support/json.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define CORE "System.Private.CoreLib.dll!System.Threading."
#define WORKER                                                                                     \
    " " CORE "ThreadPoolWorkQueue.Dispatch " CORE                                                  \
    "PortableThreadPool+WorkerThread.WorkerThreadStart"
#define IDLE                                                                                       \
    CORE "LowLevelLifoSemaphore.Wait " CORE "PortableThreadPool+WorkerThread.WorkerThreadStart"
#define TASK CORE "Monitor.Wait " CORE "Tasks.Task.InternalWait " CORE "Tasks.Task.Wait "
#define LOCK CORE "Monitor.Enter_Slowpath "

enum { FRAMES = 64, THREADS = 32, LINE = 512 };

/* Stacks as text: threads, each "module!Type.Method ..." leaf first. */
static struct thread_stacks *stacks_new(void)
{
    struct thread_stacks *s = world_alloc(sizeof *s);

    *s = (struct thread_stacks){.whole = true, .rundown = 1};
    names_init(&s->names, 0);
    s->frames = calloc(FRAMES, sizeof *s->frames);
    s->modules = calloc(FRAMES, sizeof *s->modules);
    s->threads = calloc(THREADS, sizeof *s->threads);
    s->others = calloc(THREADS, sizeof *s->others);
    s->stacks = calloc((size_t)THREADS * FRAMES, sizeof *s->stacks);
    REQUIRE(s->frames && s->modules && s->threads && s->others && s->stacks);
    return s;
}

static uint32_t name_of(struct thread_stacks *s, const char *text, size_t size)
{
    return names_add(&s->names, text, size);
}

static uint32_t module_of(struct thread_stacks *s, uint32_t file)
{
    for (uint32_t i = 0; i < s->module_count; i++) {
        if (s->modules[i].file == file)
            return i;
    }
    REQUIRE(s->module_count < FRAMES);
    s->modules[s->module_count] = (struct stack_module){.file = file, .path = file};
    return (uint32_t)s->module_count++;
}

static uint32_t frame_of(struct thread_stacks *s, const char *text, size_t size)
{
    const char *bang = memchr(text, '!', size), *dot = memrchr(text, '.', size);
    REQUIRE(bang && dot && dot > bang);
    const struct stack_frame f = {.kind = STACK_METHOD,
                                  .type = name_of(s, bang + 1, (size_t)(dot - bang - 1)),
                                  .method = name_of(s, dot + 1, (size_t)(text + size - dot - 1)),
                                  .arguments = name_of(s, "", 0),
                                  .module = module_of(s, name_of(s, text, (size_t)(bang - text)))};

    for (uint32_t i = 0; i < s->frame_count; i++) {
        if (s->frames[i].type == f.type && s->frames[i].method == f.method)
            return i;
    }
    REQUIRE(s->frame_count < FRAMES);
    s->frames[s->frame_count] = f;
    return (uint32_t)s->frame_count++;
}

static void add_stack(struct thread_stacks *s, struct stack_thread *t, size_t *used,
                      const char *text)
{
    *t = (struct stack_thread){.name = NAMES_NONE, .first = *used, .external = true, .state = 'S'};
    if (text[0] == '*') { /* in managed code, and on a processor */
        t->external = false;
        t->state = 'R';
        text++;
    }
    for (; *text; text += strspn(text, " ")) {
        size_t size = strcspn(text, " ");
        s->stacks[(*used)++] = frame_of(s, text, size);
        t->depth++;
        text += size;
    }
}

static void end_all(void *arg)
{
    thread_stacks_deinit(arg);
}

static void end_pool(void *arg)
{
    pool_events_deinit(arg);
}

struct row {
    const char *label;
    struct {
        size_t count;
        const char *stack;
    } threads[4];
    const char *contended; /* somebody waited 2 s of 1 s for a lock here; NULL: nobody */
    double queue[3];       /* up to the first negative */
    double cpu, completed;
    enum pool_verdict verdict;
    enum pool_block cause;
    const char *says;
};

static struct pool_report *report_of(const struct row *row)
{
    static const struct pool_subject subject = {
        .pid = 7, .name = "a\x1b]p", .runtime = "9.0.1", .tells_waits = true};
    struct thread_stacks *s = stacks_new();
    struct pool_events *p = world_alloc(sizeof *p);
    struct pool_report *r = world_alloc(sizeof *r);
    size_t used = 0;

    pool_events_init(p);
    world_at_end(end_pool, p);
    world_at_end(end_all, s);
    for (size_t i = 0; i < 4 && row->threads[i].stack; i++) {
        for (size_t k = 0; k < row->threads[i].count; k++)
            add_stack(s, &s->threads[s->thread_count++], &used, row->threads[i].stack);
    }
    for (size_t i = 0; i < 3 && row->queue[i] >= 0; i++)
        pool_events_count(p, "threadpool-queue-length", row->queue[i], 0);
    if (row->cpu >= 0)
        pool_events_count(p, "cpu-usage", row->cpu, 0);
    if (row->completed >= 0)
        pool_events_count(p, "threadpool-completed-items-count", row->completed, 1);
    if (row->contended) {
        struct pool_sites *sites = &p->sites[POOL_CONTENTION];
        add_stack(s, &s->others[s->other_count++], &used, row->contended);
        sites->list = calloc(1, sizeof *sites->list);
        REQUIRE(sites->list != NULL);
        sites->list[0] = (struct pool_site){
            .count = 4, .total_ns = UINT64_C(2000000000), .max_ns = UINT64_C(900000000)};
        sites->count = sites->capacity = 1;
    }
    REQUIRE(pool_report_init(r, &subject, p, s, 1));
    return r;
}

static const struct row rows[] = {
    {"sync over async",
     {{3, TASK "app.dll!App.Shop.Load" WORKER}, {1, IDLE}},
     NULL,
     {10, 41, -1},
     3,
     2,
     POOL_STARVED,
     POOL_SYNC_OVER_ASYNC,
     "Starvation: 41 work items are queued and rising, 3 of 4 workers block in "
     "app.dll!App.Shop.Load -> System.Threading.Tasks.Task.Wait (sync over async). Look there."},
    {"a lock",
     {{4, LOCK "app.dll!App.Ledger.Write" WORKER},
      {1, CORE "Thread.Sleep app.dll!App.Ledger.Write" WORKER}},
     LOCK "app.dll!App.Ledger.Write",
     {41, -1},
     3,
     2,
     POOL_STARVED,
     POOL_LOCK,
     "4 of 5 workers block in app.dll!App.Ledger.Write -> System.Threading.Monitor.Enter_Slowpath "
     "(waits for a lock)"},
    {"a lock without a frame",
     {{4, "app.dll!App.Ledger.Write" WORKER}},
     "app.dll!App.Ledger.Write",
     {41, -1},
     3,
     2,
     POOL_STARVED,
     POOL_LOCK,
     "4 of 4 workers block in app.dll!App.Ledger.Write (waits for a lock)"},
    {"native code",
     {{4, "app.dll!App.Native.Call" WORKER}},
     NULL,
     {41, -1},
     3,
     2,
     POOL_STARVED,
     POOL_NATIVE,
     "(in native code)"},
    {"no code of the app's",
     {{2, TASK "System.Net.Http.dll!System.Net.Http.Handler.Send" WORKER}},
     NULL,
     {41, -1},
     3,
     2,
     POOL_STARVED,
     POOL_SYNC_OVER_ASYNC,
     "in System.Net.Http.dll!System.Net.Http.Handler.Send -> "},
    {"all CPUs",
     {{4, "*app.dll!App.Primes.Count" WORKER}},
     NULL,
     {5, 90, -1},
     99,
     50,
     POOL_BUSY,
     POOL_RUNS,
     "Busy: 90 work items are queued and rising, 4 of 4 workers run and 0 block, with "
     "99 % of the CPU that the process may use."},
    {"CPUs of others",
     {{4, "*app.dll!App.Primes.Count" WORKER}},
     NULL,
     {90, -1},
     30,
     50,
     POOL_BUSY,
     POOL_RUNS,
     "(others or a quota take the rest)"},
    {"CPUs, no queue",
     {{1, "*app.dll!App.Primes.Count" WORKER}},
     NULL,
     {0, -1},
     97,
     50,
     POOL_BUSY,
     POOL_RUNS,
     "Busy: 1 of 1 workers run"},
    {"just over", {{4, IDLE}}, NULL, {41, -1}, 3, 50, POOL_BACKLOG, POOL_RUNS, "ask again"},
    {"locks, no queue",
     {{3, LOCK "app.dll!App.Ledger.Write"}},
     LOCK "app.dll!App.Ledger.Write",
     {0, -1},
     3,
     0,
     POOL_CONTENDED,
     POOL_RUNS,
     "Lock contention: 2.0 threads wait for a lock on average, 3 at the last look, most of all in "
     "app.dll!App.Ledger.Write."},
    {"healthy",
     {{4, IDLE}, {1, TASK "app.dll!App.Shop.Load" WORKER}},
     NULL,
     {0, 2, -1},
     20,
     300,
     POOL_HEALTHY,
     POOL_RUNS,
     "No starvation: 2 work items queued, 300 items are done per second, 1 of 5 workers block."},
    {"idle", {{4, IDLE}}, NULL, {0, -1}, 1, 0, POOL_IDLE, POOL_RUNS, "Idle: "},
    {"no counters",
     {{4, IDLE}},
     NULL,
     {-1},
     -1,
     -1,
     POOL_HEALTHY,
     POOL_RUNS,
     "nothing says that work items wait"},
    {"no stacks", {{0, NULL}}, NULL, {0, -1}, 20, 300, POOL_HEALTHY, POOL_RUNS, "No starvation"},
    {"nothing", {{0, NULL}}, NULL, {-1}, -1, -1, POOL_UNKNOWN, POOL_RUNS, "Unknown: "},
};

static const char *text_of(const struct pool_report *r)
{
    struct text t = {0};

    pool_verdict_add(&t, r);
    const char *copy = world_text("%s", t.data);
    text_deinit(&t);
    return copy;
}

static void test_verdicts(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct pool_report *r = report_of(&rows[i]);
        const char *label =
            world_text("%s: %s, %s: %s", rows[i].label, pool_verdict_names[r->verdict],
                       pool_block_names[r->cause], text_of(r));
        CHECK_AT(label, r->verdict == rows[i].verdict && r->cause == rows[i].cause);
        CHECK_AT(label, strstr(text_of(r), rows[i].says) != NULL);
        pool_report_deinit(r);
    }
}

static int take(void *user, const void *data, size_t size)
{
    text_add(user, data, size);
    return 0;
}

static const char *document(const struct pool_format *f, const struct pool_report *r)
{
    struct output o;
    struct text t = {0};

    output_init(&o, take, &t);
    f->write(r, &o);
    REQUIRE(output_end(&o) == 0 && t.data);
    const char *copy = world_text("%s", t.data);
    text_deinit(&t);
    return copy;
}

static void test_documents(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct pool_report *r = report_of(&rows[i]);
        const char *text = document(pool_format_find("TEXT"), r);
        const char *json = document(&pool_formats[POOL_FORMAT_JSON], r);
        const cJSON *parsed = json_parse(json);
        CHECK_AT(text, strncmp(text, text_of(r), strlen(text_of(r))) == 0);
        CHECK_AT("no escape sequence", !strchr(text, 0x1b) && !strchr(json, 0x1b));
        CHECK_AT(json,
                 strcmp(json_text(parsed, "verdict"), pool_verdict_names[rows[i].verdict]) == 0);
        CHECK_AT(json, strcmp(json_text(parsed, "text"), text_of(r)) == 0);
        CHECK_AT(json, (json_at(parsed, "cause") != NULL) == (rows[i].cause != POOL_RUNS));
        pool_report_deinit(r);
    }
    struct pool_report *r = report_of(&rows[1]);
    const cJSON *json = json_parse(document(&pool_formats[POOL_FORMAT_JSON], r));
    CHECK(json_at(json, "blocking[0].workers")->valueint == 4);
    CHECK(strcmp(json_text(json, "blocking[0].kind"), "lock") == 0);
    CHECK(strcmp(json_text(json, "blocking[1].kind"), "sleep") == 0);
    CHECK(json_at(json, "lockWaits.stacks[0].count")->valueint == 4);
    CHECK(json_at(json, "workers.blocked")->valueint == 5);
    pool_report_deinit(r);
    CHECK(pool_format_find("xml") == NULL);
}

WORLD_SUITE("diagnose/pool_report", {"verdicts", test_verdicts}, {"documents", test_documents})
