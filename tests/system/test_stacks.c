/* Stacks of real runtimes: planted chains of calls in all formats, as dotnet-stack shows them, also
 * under load and in Connect mode, and nothing of it stays in the app. */
#include <signal.h>

#include "src/base/cleanup.h"
#include "tests/support/dotnet.h"
#include "tests/support/files.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define T "stacks.dll!Portside.TestApps.Stacks."
#define CORE "System.Private.CoreLib.dll!"

enum {
    BUSY_MS = 1500,
    STOPPED_MS = 8000, /* LIMIT_STACKS_START_MS and a bit; sessions wait 10 s otherwise */
    ROUNDS = 5,
    SESSIONS = 70,
    DEPTH = 100,
    ORACLE_MS = 60 * 1000
};

static const char *const apps[] = {"stacks10", "stacks9", "stacks8"};

/* Frames that must follow each other, of the thread of that name. */
static const struct {
    const char *thread, *frames[4];
} chains[] = {
    {"planted-lock", {T "Locked.WaitForGate", T "Program+<>c.<Main>b__"}},
    {"planted-sleep", {CORE "System.Threading.Thread.Sleep", T "Sleeper.Nap", T "Program+<>c"}},
    {"planted-poll", {T "Native.Wait", T "Program+<>c.<Main>b__"}},
    {"planted-deep", {T "Deep.Down", T "Deep.Down", T "Deep.Down"}},
    {"planted-generic",
     {T "Box`1+Inner+<>c__0`1[System.__Canon,System.Int32].<Hold>b__0_0",
      T "Box`1+Inner[System.__Canon].Hold", T "Program+<>c"}},
    {".NET TP Worker",
     {CORE "System.Threading.WaitHandle.WaitOneNoCheck", T "Asynchronous+<RunAsync>d__0.MoveNext"}},
};

static struct dotnet_app *start_app(const struct portside *p, const char *name, const char *load)
{
    struct dotnet_app *app = dotnet_start(&(struct dotnet_options){
        .name = name, .port = p->socket, .mode = "nosuspend", .arg = load});

    REQUIRE(WAIT_UNTIL(DOTNET_START_MS, strstr(proc_output(app->proc), "stacks: started")));
    REQUIRE(portside_wait_count(p, 1, DOTNET_START_MS));
    return app;
}

static const struct http *ask(const struct portside *p, const char *format)
{
    return http_get("%s/stacks?format=%s", p->base, format);
}

/* The lines of a thread: from its name to the empty line. */
static const char *part_of(const char *text, const char *thread)
{
    const char *at = text;

    while ((at = strstr(at, thread)) && at[strlen(thread)] != '\n')
        at++;
    const char *end = at ? strstr(at, "\n\n") : NULL;
    return end ? world_text("%.*s\n", (int)(end - at), at) : NULL;
}

/* The frames stand in `part`, one below the other; versions of a runtime differ above them. */
static bool has_chain(const char *part, const char *const *frames)
{
    const char *at = part ? strstr(part, world_text("\n  %s", frames[0])) : NULL;

    for (size_t i = 1; at && i < COUNT_OF(chains[0].frames) && frames[i]; i++) {
        at = strchr(at + 1, '\n');
        if (at && strncmp(at, world_text("\n  %s", frames[i]), strlen(frames[i]) + 3) != 0)
            at = NULL;
    }
    return at != NULL;
}

/* Pool threads have one name: the text from there on is looked through. */
static bool thread_has_chain(const char *text, const char *thread, const char *const *frames)
{
    for (const char *at = strstr(text, thread); at; at = strstr(at + 1, thread)) {
        if (has_chain(part_of(at, thread), frames))
            return true;
    }
    return false;
}

static void check_text(const char *app, const struct http *h)
{
    CHECK_AT(app, h->status == 200 && strcmp(http_header(h, "X-Stacks-Complete"), "true") == 0);
    for (size_t i = 0; i < COUNT_OF(chains); i++)
        CHECK_AT(world_text("%s: %s in %.9000s", app, chains[i].thread, h->body),
                 thread_has_chain(h->body, chains[i].thread, chains[i].frames));
    const char *deep = part_of(h->body, "planted-deep");
    CHECK_AT("the rest of 5,000 is said to be missing", deep && strstr(deep, "[... frames below"));
}

static const cJSON *thread_of(const cJSON *json, const char *name)
{
    const cJSON *t;

    cJSON_ArrayForEach(t, json_at(json, "stacks"))
    {
        if (strcmp(json_text(t, "threadName"), name) == 0)
            return t;
    }
    return NULL;
}

static const cJSON *frame_of(const cJSON *thread, const char *method)
{
    const cJSON *f;

    cJSON_ArrayForEach(f, json_at(thread, "frames"))
    {
        if (strcmp(json_text(f, "methodName"), method) == 0)
            return f;
    }
    return NULL;
}

static void check_json(const char *app, const struct http *h)
{
    static const char *const types[] = {"!0",
                                        "!!0[]",
                                        "System.Int32&",
                                        "System.Collections.Generic.Dictionary`2[!0,!!0[]]",
                                        "System.Int32*",
                                        "System.Char"};
    const cJSON *json = json_of(h), *generic = thread_of(json, "planted-generic");
    const cJSON *hold = frame_of(generic, "Hold"), *deep = thread_of(json, "planted-deep");

    CHECK_AT(h->body, hold && deep && !json_at(json, "incomplete"));
    if (!hold || !deep)
        return;
    CHECK(cJSON_GetArraySize(json_at(hold, "parameterTypes")) == COUNT_OF(types));
    for (size_t i = 0; i < COUNT_OF(types); i++)
        CHECK_AT(app, strcmp(json_text(hold, world_text("parameterTypes[%zu]", i)), types[i]) == 0);
    CHECK(strcmp(json_text(hold, "typeName"),
                 "Portside.TestApps.Stacks.Box`1+Inner[System.__Canon]") == 0);
    CHECK(strcmp(json_text(hold, "moduleName"), "stacks.dll") == 0);
    CHECK_AT("a MethodDef", (int)json_at(hold, "methodToken")->valuedouble >> 24 == 6);
    CHECK(cJSON_GetArraySize(json_at(deep, "frames")) == DEPTH);
    CHECK(cJSON_IsTrue(json_at(deep, "truncated")));
    const char *version = json_text(hold, "moduleVersionId");
    CHECK_AT(version, strlen(version) == 36 && strncmp(version, "00000000-", 9) != 0);
}

/* The MVID that .NET itself reads from the file. */
static void check_version(const struct dotnet_app *app, const struct http *h)
{
    const cJSON *nap = frame_of(thread_of(json_of(h), "planted-sleep"), "Nap");
    const char *version = json_text(nap, "moduleVersionId");

    CHECK_AT(world_text("%s in %s", version, proc_output(app->proc)),
             strstr(proc_output(app->proc), world_text("module %s", version)) != NULL);
}

static void test_formats(void)
{
    for (size_t i = 0; i < COUNT_OF(apps); i++) {
        if (!dotnet_have(apps[i]))
            continue;
        struct portside *p = portside_without_metrics();
        struct dotnet_app *app = start_app(p, apps[i], NULL);
        check_text(apps[i], ask(p, "text"));
        const struct http *h = ask(p, "json");
        check_json(apps[i], h);
        check_version(app, h);
        h = ask(p, "speedscope");
        CHECK(strstr(h->body, "\"name\":\"Thread: (0x") && strstr(h->body, "\"unit\":\"none\""));
        CHECK(strstr(h->body, "stacks.dll!Portside.TestApps.Stacks.Deep.Down\"") != NULL);
        h = ask(p, "merged");
        CHECK_AT(h->body, strstr(h->body, "\n2 threads: (0x") && strstr(h->body, "planted-twin"));
        CHECK(!proc_wait(app->proc, 0));
        proc_kill_group(app->proc);
        (void)portside_stop(p);
    }
}

/* More threads than processors, none of which ever waits; asked more often than a runtime has
 * sessions. */
static void test_load(void)
{
    for (size_t i = 0; i < COUNT_OF(apps); i++) {
        if (!dotnet_have(apps[i]))
            continue;
        struct portside *p = portside_without_metrics();
        struct dotnet_app *app = start_app(p, apps[i], "4");
        int64_t worst = 0, best = INT64_MAX;
        for (int k = 0; k < ROUNDS; k++) {
            int64_t begin = clock_monotonic_ms();
            const struct http *h = ask(p, "text");
            int64_t took = clock_monotonic_ms() - begin;
            worst = took > worst ? took : worst;
            best = took < best ? took : best;
            check_text(apps[i], h);
            CHECK_AT(h->body, strstr(h->body, T "Burner.Burn") != NULL);
        }
        printf("%s with 4 busy threads: %d to %d ms\n", apps[i], (int)best, (int)worst);
        CHECK_AT(world_text("%s: %d ms", apps[i], (int)best), best <= BUSY_MS);
        CHECK_AT(world_text("%s: %d ms", apps[i], (int)worst), worst <= WORLD_PATIENCE * BUSY_MS);
        proc_kill_group(app->proc);
        (void)portside_stop(p);
    }
}

static void test_no_session_left(void)
{
    if (!dotnet_have("stacks10"))
        return;
    struct portside *p = portside_without_metrics();

    (void)start_app(p, "stacks10", NULL);
    for (int i = 0; i < SESSIONS; i++)
        (void)http_run(&(struct http_request){.url = world_text("%s/stacks", p->base),
                                              .timeout_ms = 1 + 3 * i});
    CHECK(WAIT_UNTIL(10000, ask(p, "text")->status == 200));
    check_text("after leavers", ask(p, "text"));
}

/* Started before us, by itself. */
static void test_connect(void)
{
    if (!dotnet_have("stacks10"))
        return;
    struct portside *p = portside_start(&(struct portside_options){.connect = true});
    struct dotnet_app *app =
        dotnet_start(&(struct dotnet_options){.name = "stacks10", .tmp = p->tmp});

    REQUIRE(WAIT_UNTIL(DOTNET_START_MS, strstr(proc_output(app->proc), "stacks: started")));
    REQUIRE(portside_wait_count(p, 1, DOTNET_START_MS));
    check_text("connect", ask(p, "text"));
}

/* SIGSTOP: true without a long wait, and stacks again once it goes on. */
static void test_stopped(void)
{
    if (!dotnet_have("stacks10"))
        return;
    struct portside *p = portside_without_metrics();
    struct dotnet_app *app = start_app(p, "stacks10", NULL);

    REQUIRE(kill(app->proc->pid, SIGSTOP) == 0);
    int64_t begin = clock_monotonic_ms();
    const struct http *h = ask(p, "text");
    int64_t took = clock_monotonic_ms() - begin;
    printf("stopped: %d ms\n", (int)took);
    CHECK_AT(h->body, h->status == 200 && took <= STOPPED_MS);
    CHECK_AT(h->body, strstr(h->body, "# No stacks: The process does not answer") &&
                          strstr(h->body, ") planted-lock\n  T (stopped)"));
    REQUIRE(kill(app->proc->pid, SIGCONT) == 0);
    CHECK(WAIT_UNTIL(10000, strstr(ask(p, "text")->body, T "Locked.WaitForGate")));
}

static void test_native(void)
{
    if (!dotnet_have("aot9"))
        return;
    struct portside *p = portside_without_metrics();
    struct dotnet_app *app =
        dotnet_start(&(struct dotnet_options){.name = "aot9", .port = p->socket, .arg = "120000"});

    REQUIRE(portside_wait_count(p, 1, DOTNET_START_MS));
    const struct http *h = ask(p, "text");
    CHECK_AT(h->body, h->status == 400 && strstr(h->body, "NativeAOT"));
    CHECK(!proc_wait(app->proc, 0));
}

/* Their frame "Module!Type.Method(arguments)" as ours: without arguments, with the file's name. */
static const char *as_ours(const char *line)
{
    size_t module = strcspn(line, "!"), method = strcspn(line, "(");

    return world_text("%.*s.dll%.*s", (int)module, line, (int)(method - module), line + module);
}

/* One of their threads: its frames without what stands for native code and for time. */
static const char *read_oracle_thread(const char **at)
{
    const char *all = "\n";

    while (**at && **at != '\n') {
        size_t size = strcspn(*at, "\n");
        const char *line = world_text("%.*s", (int)size, *at);
        if (strncmp(line, "  ", 2) == 0 && strchr(line, '!'))
            all = world_text("%s  %s\n", all, as_ours(line + 2));
        *at += (*at)[size] == '\n' ? size + 1 : size;
    }
    return all;
}

/* Every stack that dotnet-stack reports is one of ours, frame for frame. */
static void test_oracle(void)
{
    const char *oracle = getenv("PORTSIDE_DOTNET_STACK"), *said;

    if (!oracle) {
        world_skip("PORTSIDE_DOTNET_STACK does not name dotnet-stack: stacks are not compared");
        return;
    }
    for (size_t i = 0; i < COUNT_OF(apps); i++) {
        if (!dotnet_have(apps[i]))
            continue;
        struct portside *p = portside_start(&(struct portside_options){.connect = true});
        struct dotnet_app *app =
            dotnet_start(&(struct dotnet_options){.name = apps[i], .tmp = p->tmp});
        const char *pid = NULL, *const env[] = {world_text("TMPDIR=%s", p->tmp), NULL};
        size_t compared = 0;

        REQUIRE(WAIT_UNTIL(DOTNET_START_MS, strstr(proc_output(app->proc), "stacks: started")));
        REQUIRE(portside_wait_count(p, 1, DOTNET_START_MS));
        pid = world_text("%d", (int)app->proc->pid);
        const char *const argv[] = {oracle, "report", "-p", pid, NULL};
        int code = proc_run(
            &(struct proc_options){.argv = argv,
                                   .env = env,
                                   .output = world_text("%s/oracle-%s", files_tmpdir(), apps[i])},
            ORACLE_MS, &said);
        CHECK_AT(said, code == 0);
        const char *ours = ask(p, "text")->body;
        for (const char *at = strstr(said, "Thread ("); at; at = strstr(at, "Thread (")) {
            const char *stack = read_oracle_thread(&at);
            if (strstr(stack, "LowLevelLifoSemaphore"))
                continue; /* the pool gives its idle threads up */
            CHECK_AT(world_text("%s: %s in %s", apps[i], stack, ours), strstr(ours, stack) != NULL);
            compared++;
        }
        CHECK_AT(said, compared >= 8);
        proc_kill_group(app->proc);
        (void)portside_stop(p);
    }
}

WORLD_SUITE("system/stacks", {"formats", test_formats}, {"load", test_load},
            {"no session left", test_no_session_left}, {"connect", test_connect},
            {"stopped", test_stopped}, {"native", test_native}, {"oracle", test_oracle})
