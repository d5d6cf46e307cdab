/* Process selection and the routes that only read: replayed recordings of the peer, and tables. */
#include <unistd.h>

#include "tests/support/fake_runtime.h"
#include "tests/support/golden.h"
#include "tests/support/portside.h"
#include "tests/support/world.h"

struct replay {
    const char *golden, *method, *path; /* {pid} and {uid} are those of the first runtime */
};

static const char *fill_in(const char *path, const struct fake_runtime *r)
{
    const char *uid = strstr(path, "{uid}"), *pid = strstr(path, "{pid}");

    if (uid)
        return world_text("%.*s%s%s", (int)(uid - path), path, fake_runtime_uid(r), uid + 5);
    if (pid)
        return world_text("%.*s%d%s", (int)(pid - path), path, (int)getpid(), pid + 5);
    return path;
}

static void replay_all(const struct portside *p, const struct fake_runtime *r,
                       const struct replay *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *path = fill_in(rows[i].path, r);
        const struct http *h = http_run(&(struct http_request){
            .method = rows[i].method, .url = world_text("%s%s", p->base, path)});
        const char *difference = golden_difference(rows[i].golden, h);

        CHECK_AT(world_text("%s %s: %s", rows[i].golden, path, difference), !difference);
    }
}
#define REPLAY(p, r, rows) replay_all(p, r, rows, sizeof(rows) / sizeof(rows)[0])

static struct fake_options dotnet_app(const struct portside *p, uint64_t pid)
{
    return (struct fake_options){.port = p->socket,
                                 .pid = pid,
                                 .command_line = "/usr/share/dotnet/dotnet",
                                 .entry = "sampleapp"};
}

/* Run A of the recordings: two apps, no default process. */
static void test_two_processes(void)
{
    static const struct replay rows[] = {
        {"A-dump-no-default", NULL, "/dump"},
        {"A-process-none", NULL, "/env"},
        {"A-process-none", NULL, "/process"},
        {"A-process-none", NULL, "/process?name="},
        {"A-process-name-multiple", NULL, "/process?name=dotnet"},
        {"A-process-name-multiple", NULL, "/process?name=DOTNET"},
        {"A-process-name-nomatch", NULL, "/process?name=nosuch"},
        {"A-process-name-nomatch", NULL, "/process?name=dotne"},
        {"A-process-pid", NULL, "/process?pid={pid}"},
        {"A-process-pid", NULL, "/PROCESS?PID={pid}"},
        {"A-process-pid", NULL, "/process/?pid={pid}"},
        {"A-process-pid", NULL, "/process?pid={pid}&name=dotnet"},
        {"A-process-pid-nomatch", NULL, "/process?pid=99999999"},
        {"A-process-pid-nomatch", NULL, "/process?pid=-1"},
        {"A-process-pid-empty", NULL, "/process?pid="},
        {"A-process-pid-empty", NULL, "/process?pid=1x"},
        {"A-process-pid-empty", NULL, "/process?pid=99999999999"},
        {"A-process-uid", NULL, "/process?uid={uid}"},
        {"A-process-uid-bad", NULL, "/process?uid=zzz"},
        {"A-process-uid-nomatch", NULL, "/process?uid=00000000-0000-0000-0000-000000000001"},
        {"A-process-pid-and-uid-conflict", NULL,
         "/process?pid={pid}&uid=00000000-0000-0000-0000-000000000001"},
        {"B-env-pid", NULL, "/env?pid={pid}"},
        {"B-processes", NULL, "/processes"},
    };
    struct portside *p = portside_start(NULL);
    struct fake_options first = dotnet_app(p, (uint64_t)getpid());
    struct fake_options second = dotnet_app(p, (uint64_t)getpid() + 100000);

    first.env = second.env =
        (const char *const[]){"SAMPLE_ENV=sample-value", "ASPNETCORE_URLS=x", NULL};
    struct fake_runtime *r = fake_runtime_start(&first);
    (void)fake_runtime_start(&second);
    REQUIRE(portside_wait_count(p, 2, 5000));
    REPLAY(p, r, rows);
}

/* GUIDs are read in all of .NET's text forms. */
static void test_uid_forms(void)
{
    struct portside *p = portside_start(NULL);
    static const uint8_t cookie[FAKE_COOKIE_SIZE] = {0x3f, 0x74, 0xde, 0xce, 0x93, 0x6e,
                                                     0x03, 0x4a, 0x8f, 0x75, 0x43, 0xb4,
                                                     0x54, 0xe6, 0xe4, 0xa9};
    static const char *const forms[] = {
        "cede743f-6e93-4a03-8f75-43b454e6e4a9",   "CEDE743F-6E93-4A03-8F75-43B454E6E4A9",
        "cede743f6e934a038f7543b454e6e4a9",       "%7Bcede743f-6e93-4a03-8f75-43b454e6e4a9%7D",
        "(cede743f-6e93-4a03-8f75-43b454e6e4a9)",
    };
    struct fake_options o = {.port = p->socket};

    memcpy(o.cookie, cookie, sizeof cookie);
    (void)fake_runtime_start(&o);
    REQUIRE(portside_wait_count(p, 1, 5000));
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        CHECK_AT(forms[i], http_get("%s/process?uid=%s", p->base, forms[i])->status == 200);
}

/* Ours: a sole process is the default, see contract/DIFFERENCES.md. */
static void test_sole_process(void)
{
    static const struct replay rows[] = {
        {"D4-process", NULL, "/process"},
        {"B-processes", NULL, "/processes"},
        {"A-process-pid-nomatch", NULL, "/process?pid=99999999"},
    };
    struct portside *p = portside_start(NULL);
    struct fake_options o = dotnet_app(p, 0);
    struct fake_runtime *r = fake_runtime_start(&o);

    REQUIRE(portside_wait_count(p, 1, 5000));
    REPLAY(p, r, rows);
    const cJSON *it = json_of(portside_get(p, "/processes"));
    CHECK(cJSON_IsTrue(json_at(it, "[0].isDefault")));
    it = json_of(portside_get(p, "/process"));
    CHECK(strcmp(json_text(it, "commandLine"), "/usr/share/dotnet/dotnet") == 0);
    CHECK(strcmp(json_text(it, "operatingSystem"), "Linux") == 0);
    CHECK(strcmp(json_text(it, "processArchitecture"), "x64") == 0);
    CHECK(strcmp(json_text(it, "managedEntryPointAssemblyName"), "sampleapp") == 0);
}

static void test_no_process(void)
{
    static const struct replay rows[] = {
        {"A-processes-after-exit", NULL, "/processes"},
        {"A-process-pid-nomatch", NULL, "/process"},
        {"A-process-pid-nomatch", NULL, "/process?pid=1"},
        {"A-process-pid-nomatch", NULL, "/dump"},
    };
    struct portside *p = portside_start(NULL);

    REPLAY(p, NULL, rows);
}

static void test_default_filters(void)
{
    static const struct {
        const char *label, *key, *value, *match;
        int want; /* index of the default process; -1: none */
    } cases[] = {
        {"name", "ProcessName", "web", "Exact", 0},
        {"name without case", "ProcessName", "WEB", "Exact", 0},
        {"part of a name", "ProcessName", "ork", "Contains", 1},
        {"part, but exact", "ProcessName", "ork", "Exact", -1},
        {"command line", "CommandLine", "--queue", "Contains", 1},
        {"entry assembly", "ManagedEntryPointAssemblyName", "WebApp", "Exact", 0},
        {"both", "CommandLine", "/app", "Contains", -1},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct portside *p = portside_start(&(struct portside_options){
            .env = {
                world_text("DotnetMonitor_DefaultProcess__Filters__0__Key=%s", cases[i].key),
                world_text("DotnetMonitor_DefaultProcess__Filters__0__Value=%s", cases[i].value),
                world_text("DotnetMonitor_DefaultProcess__Filters__0__MatchType=%s",
                           cases[i].match)}});
        struct fake_runtime *r[] = {
            fake_runtime_start(&(struct fake_options){
                .port = p->socket, .command_line = "/app/web -x", .entry = "WebApp"}),
            fake_runtime_start(&(struct fake_options){
                .port = p->socket, .command_line = "/app/worker --queue a", .entry = "Worker"})};

        REQUIRE(portside_wait_count(p, 2, 5000));
        const struct http *h = portside_get(p, "/process");
        if (cases[i].want < 0)
            CHECK_AT(cases[i].label, h->status == 400);
        else
            CHECK_AT(cases[i].label,
                     strcmp(json_text(json_of(h), "uid"), fake_runtime_uid(r[cases[i].want])) == 0);
        (void)portside_stop(p);
    }
}

static void test_default_filter_without_match(void)
{
    static const struct replay rows[] = {{"B-process-default-nomatch", NULL, "/process"}};
    struct portside *p = portside_start(&(struct portside_options){
        .env = {"DotnetMonitor_DefaultProcess__Filters__0__ProcessName=nosuch"}});
    struct fake_options o = dotnet_app(p, 0);
    struct fake_runtime *r = fake_runtime_start(&o);

    REQUIRE(portside_wait_count(p, 1, 5000));
    REPLAY(p, r, rows);
}

static void test_env(void)
{
    static const char *const env[] = {"PLAIN=value", "EMPTY=", "EQUALS=a=b", "QUOTE=say \"hi\"\n",
                                      NULL};
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r =
        fake_runtime_start(&(struct fake_options){.port = p->socket, .env = env});

    REQUIRE(portside_wait_count(p, 1, 5000));
    const cJSON *doc = json_of(portside_get(p, "/env"));
    CHECK(cJSON_GetArraySize(doc) == 4);
    CHECK(strcmp(json_text(doc, "PLAIN"), "value") == 0);
    CHECK(cJSON_IsString(json_at(doc, "EMPTY")) && *json_text(doc, "EMPTY") == '\0');
    CHECK(strcmp(json_text(doc, "EQUALS"), "a=b") == 0);
    CHECK(strcmp(json_text(doc, "QUOTE"), "say \"hi\"\n") == 0);
    static const struct fake_rule refuse[FAKE_RULES] = {
        {FAKE_ENV, FAKE_ACT_ERROR, .hresult = FAKE_E_FAIL}};
    fake_runtime_set_rules(r, refuse);
    const struct http *h = portside_get(p, "/env");
    CHECK(h->status == 400);
    CHECK(*json_text(json_of(h), "detail") != '\0');
}

/* Info, unknown routes, wrong methods. */
static void test_plain_routes(void)
{
    static const struct replay rows[] = {
        {"B-info", NULL, "/info"},
        {"B-case-insensitive", NULL, "/INFO"},
        {"B-head-info", "HEAD", "/info"},
        {"B-options-info", "OPTIONS", "/info"},
        {"B-wrong-method-put-info", "PUT", "/info"},
        {"B-wrong-method-post-processes", "POST", "/processes"},
        {"B-op-post", "POST", "/operations"},
        {"D-unknown-noauth", NULL, "/nosuch"},
        {"D-unknown-noauth", NULL, "/processes/1"},
        {"D-wrongmethod-noauth", "POST", "/processes"},
    };
    struct portside *p = portside_start(NULL);

    REPLAY(p, NULL, rows);
    const cJSON *info = json_of(portside_get(p, "/info"));
    CHECK(strcmp(json_text(info, "diagnosticPortMode"), "Listen") == 0);
    CHECK(strcmp(json_text(info, "diagnosticPortName"), p->socket) == 0);
    CHECK(cJSON_GetArraySize(json_at(info, "capabilities")) == 5);
    CHECK_AT("the metrics address has no API", http_get("%s/processes", p->metrics)->status == 404);
}

WORLD_SUITE("component/selection", {"two processes", test_two_processes},
            {"uid forms", test_uid_forms}, {"sole process", test_sole_process},
            {"no process", test_no_process}, {"default filters", test_default_filters},
            {"default filter without match", test_default_filter_without_match}, {"env", test_env},
            {"plain routes", test_plain_routes})
