/* The console log as programs read it (OUTPUT_CONTRACT sections 2 to 4, docs/log-events.md). */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/fake_runtime.h"
#include "tests/support/files.h"
#include "tests/support/portside.h"
#include "tests/support/world.h"

#define STARTUP "Microsoft.Diagnostics.Tools.Monitor.Startup"
#define DIAG "Microsoft.Diagnostics.Monitoring.WebApi.Controllers.DiagController"
#define STREAM "Microsoft.Diagnostics.Monitoring.WebApi.OutputStreamResult"

enum { LINES_MAX = 256 };

/* As test programs start it. */
static const struct portside_options as_json = {
    .env = {"Logging__Console__FormatterName=json",
            "Logging__LogLevel__Microsoft.AspNetCore=Information",
            "Logging__LogLevel__Microsoft.Diagnostics=Debug", "DotnetMonitor_Audit__Enabled=true"}};

static const cJSON *lines[LINES_MAX];
static int line_count;

/* Every line must be an object with members of the right types. */
static void read_lines(const struct portside *p)
{
    char *copy = world_text("%s", proc_output(p->proc)), *rest = copy, *line;

    line_count = 0;
    while ((line = strsep(&rest, "\n")) != NULL && rest) {
        const cJSON *doc = json_parse(line);
        CHECK_AT(line, doc != NULL && line_count < LINES_MAX);
        if (!doc || line_count >= LINES_MAX)
            continue;
        CHECK_AT(line, cJSON_IsString(json_at(doc, "Category")) &&
                           cJSON_IsNumber(json_at(doc, "EventId")) &&
                           cJSON_IsString(json_at(doc, "Message")) &&
                           cJSON_IsString(json_at(doc, "LogLevel")) &&
                           cJSON_IsObject(json_at(doc, "State")) &&
                           cJSON_IsArray(json_at(doc, "Scopes")));
        lines[line_count++] = doc;
    }
}

/* The only line of that kind; NULL (and a failure when `count` is not 0) otherwise. */
static const cJSON *find(const char *category, int id, int *ret_count)
{
    const cJSON *found = NULL;

    *ret_count = 0;
    for (int i = 0; i < line_count; i++) {
        if (strcmp(json_text(lines[i], "Category"), category) == 0 &&
            json_number(lines[i], "EventId") == id) {
            found = lines[i];
            ++*ret_count;
        }
    }
    return found;
}

static const cJSON *only(const char *category, int id)
{
    int count;
    const cJSON *line = find(category, id, &count);

    CHECK_AT(world_text("%s[%d]: %d times", category, id, count), count == 1);
    return line;
}

static int index_of(const cJSON *line)
{
    int i = 0;

    while (i < line_count && lines[i] != line)
        i++;
    return i;
}

static const char *original(const cJSON *line)
{
    const cJSON *text = cJSON_GetObjectItem(json_at(line, "State"), "{OriginalFormat}");

    return cJSON_IsString(text) ? text->valuestring : "";
}

static const cJSON *with_format(const char *format, int *ret_count)
{
    const cJSON *found = NULL;

    *ret_count = 0;
    for (int i = 0; i < line_count; i++) {
        if (strcmp(original(lines[i]), format) == 0) {
            found = lines[i];
            ++*ret_count;
        }
    }
    return found;
}

/* Addresses with their real ports, once each; then the ready line, once. */
static void test_start(void)
{
    struct portside *p = portside_start(&as_json);
    int count;

    read_lines(p);
    const cJSON *api = only(STARTUP, 16), *metrics = only(STARTUP, 17);
    CHECK(strcmp(json_text(api, "State.address"), p->base) == 0);
    CHECK(http_get("%s/healthz", json_text(metrics, "State.address"))->status == 200);
    CHECK(http_get("%s/info", json_text(metrics, "State.address"))->status == 404);
    CHECK(strcmp(json_text(only(STARTUP, 77), "State.path"), p->socket) == 0);
    (void)only(STARTUP, 13);
    const cJSON *ready = with_format("Application started. Press Ctrl+C to shut down.", &count);
    CHECK(count == 1 && index_of(ready) > index_of(api) && index_of(ready) > index_of(metrics));
    CHECK(strcmp(json_text(ready, "Category"), "Microsoft.Hosting.Lifetime") == 0);
    CHECK(json_number(ready, "EventId") == 0);
    CHECK(portside_stop(p) == 0);
    read_lines(p); /* what follows the ready line need not have been written with it */
    (void)with_format("Hosting environment: {EnvName}", &count);
    CHECK(count == 1);
    (void)with_format("Content root path: {ContentRoot}", &count);
    CHECK(count == 1);
    (void)with_format("Application is shutting down...", &count);
    CHECK(count == 1);
    CHECK_AT("no line of standard error", strstr(proc_output(p->proc), "portside:") == NULL);
}

/* The same without any setting: levels of the peer, its layout. */
static void test_defaults(void)
{
    struct portside *p = portside_start(NULL);

    CHECK(portside_get(p, "/info")->status == 200);
    CHECK(portside_stop(p) == 0);
    const char *log = proc_output(p->proc);
    CHECK(strncmp(log + 8, " info: " STARTUP "[77]\n      Connection mode: Listen at '", 78) == 0);
    CHECK_AT("Debug is off", strstr(log, "Bound default address") == NULL);
    CHECK_AT("requests of ASP.NET are off", strstr(log, "Request starting") == NULL);
    const char *line = strstr(log, " info: " DIAG "[5]\n      => SpanId:");
    REQUIRE(line != NULL);
    CHECK(strstr(line, ", ParentId:0000000000000000 => ConnectionId:0") != NULL);
    CHECK(strstr(line, " => RequestPath:/info RequestId:0") != NULL);
    CHECK(strstr(line, ":00000001\n      Written to HTTP stream.\n") != NULL);
}

static void test_requests(void)
{
    struct portside *p = portside_start(&as_json);
    const char *trace = "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    int count;

    (void)fake_runtime_start(&(struct fake_options){.port = p->socket, .pid = 4711});
    REQUIRE(portside_wait_count(p, 1, 5000));
    CHECK(portside_get(p, "/process?pid=1")->status == 400);
    CHECK(portside_get(p, "/operations/11111111-1111-1111-1111-111111111111")->status == 400);
    struct http *h = http_start(&(struct http_request){
        .url = world_text("%s/process?pid=4711", p->base), .headers = {trace}});
    CHECK(http_wait(h, 5000) && h->status == 200);
    CHECK(portside_stop(p) == 0);
    read_lines(p);
    const cJSON *failed = only(DIAG, 1);
    CHECK(strcmp(json_text(failed, "Exception"),
                 "System.ArgumentException: Unable to discover a target process.") == 0);
    CHECK(cJSON_GetArraySize(json_at(failed, "Scopes")) == 3);
    const cJSON *unknown =
        only("Microsoft.Diagnostics.Monitoring.WebApi.Controllers.OperationsController", 1);
    CHECK(strcmp(json_text(unknown, "Exception"),
                 "System.InvalidOperationException: Operation not found.") == 0);
    const cJSON *resolved = only(DIAG, 3);
    CHECK(strcmp(json_text(resolved, "Scopes[0].TraceId"), "0af7651916cd43dd8448eb211c80319c") ==
          0);
    CHECK(strcmp(json_text(resolved, "Scopes[0].ParentId"), "b7ad6b7169203331") == 0);
    CHECK(strcmp(json_text(resolved, "Scopes[2].RequestPath"), "/process") == 0);
    CHECK(strcmp(json_text(resolved, "Scopes[3].ArtifactSource_ProcessId"), "4711") == 0);
    (void)find("Microsoft.AspNetCore.Hosting.Diagnostics", 1, &count);
    int finished;
    const cJSON *last = find("Microsoft.AspNetCore.Hosting.Diagnostics", 2, &finished);
    CHECK(count >= 4 && finished == count);
    CHECK(json_number(last, "State.StatusCode") == 200);
    CHECK(strcmp(json_text(last, "State.QueryString"), "?pid=4711") == 0);
    CHECK_AT("as in the peer", cJSON_GetArraySize(json_at(last, "Scopes")) == 3);
    CHECK(cJSON_IsNumber(json_at(last, "State.ElapsedMilliseconds")));
}

/* SHA-256 in lower-case hex. */
static const char *sha256(const void *data, size_t size)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    char *text = world_alloc(EVP_MAX_MD_SIZE * 2 + 1);
    unsigned n = 0;

    REQUIRE(EVP_Digest(data, size, hash, &n, EVP_sha256(), NULL) == 1);
    for (unsigned i = 0; i < n; i++)
        (void)snprintf(text + 2 * (size_t)i, 3, "%02x", hash[i]);
    return text;
}

/* Both ways in which a dump travels: ranges of a file, and what comes through a pipe. */
static void test_audit(void)
{
    static const char *const transports[] = {"File", "Pipe"};

    for (size_t i = 0; i < sizeof transports / sizeof transports[0]; i++) {
        struct portside_options o = as_json;
        o.env[4] = world_text("DotnetMonitor_Storage__DumpTransport=%s", transports[i]);
        struct portside *p = portside_start(&o);
        struct fake_runtime *r = fake_runtime_start(&(struct fake_options){
            .port = p->socket, .pid = 4711, .dump = {.size = 5 << 20, .piece = 1 << 20}});
        REQUIRE(portside_wait_count(p, 1, 5000));
        struct http *h = portside_get(p, "/dump");
        CHECK(h->status == 200 && h->body_size == 5 << 20);
        CHECK(portside_stop(p) == 0);
        read_lines(p);
        const cJSON *line = only("Portside.Audit", 1300);
        CHECK_AT(transports[i],
                 strcmp(json_text(line, "State.sha256"), sha256(h->body, h->body_size)) == 0);
        CHECK(json_number(line, "State.bytes") == (double)h->body_size);
        CHECK(json_number(line, "State.pid") == 4711);
        CHECK(strcmp(json_text(line, "State.subject"), "anonymous") == 0);
        CHECK(strcmp(json_text(line, "State.status"), "Succeeded") == 0);
        CHECK(strcmp(json_text(line, "State.destination"), "http") == 0);
        CHECK(strcmp(json_text(line, "State.uid"), fake_runtime_uid(r)) == 0);
        CHECK(strstr(h->head, json_text(line, "State.artifact")) != NULL);
        CHECK(strstr(h->head, json_text(line, "State.operationId")) != NULL);
        const cJSON *written = only(STREAM, 5);
        CHECK(strcmp(json_text(written, "Scopes[3].ArtifactType"), "dump") == 0);
    }
}

/* A dump that fails, one that is throttled, one whose client leaves. */
static void test_dump_ends(void)
{
    struct portside *p = portside_start(&as_json);
    struct fake_runtime *r = fake_runtime_start(&(struct fake_options){
        .port = p->socket, .dump = {.size = 32 << 20, .hold_after = 256 << 10}});

    REQUIRE(portside_wait_count(p, 1, 5000));
    struct http *h = http_start(
        &(struct http_request){.url = world_text("%s/dump", p->base), .abort_after = 512 << 10});
    REQUIRE(WAIT_UNTIL(5000, atomic_load(&h->received) > 0));
    CHECK(portside_get(p, "/dump")->status == 429);
    fake_runtime_open_gate(r);
    CHECK(portside_wait_operation(p, "Cancelled", 5000));
    CHECK(portside_stop(p) == 0);
    read_lines(p);
    const cJSON *throttled = only("Microsoft.Diagnostics.Monitoring.WebApi.RequestLimitTracker", 6);
    CHECK(json_number(throttled, "State.limit") == 1 &&
          json_number(throttled, "State.requests") == 2);
    CHECK(strcmp(json_text(throttled, "Scopes[3].ArtifactType"), "dump") == 0 &&
          !json_at(throttled, "Scopes[3].ArtifactSource_ProcessId") &&
          json_text(throttled, "Scopes[4].ArtifactSource_ProcessId")[0]);
    CHECK(strcmp(json_text(only(DIAG, 1), "Exception"),
                 "Microsoft.Diagnostics.Monitoring.WebApi.TooManyRequestsException: "
                 "Rate limit reached.") == 0);
    (void)only(STREAM, 2);
    (void)only("Portside.Operations", 1102);
    CHECK(cJSON_IsNull(json_at(only("Portside.Audit", 1300), "State.sha256")));
}

/* The client leaves before there is an answer. */
static void test_client_gone(void)
{
    struct portside *p = portside_start(&as_json);
    struct fake_runtime *r = fake_runtime_start(&(struct fake_options){
        .port = p->socket, .rules = {{.command = FAKE_ANY_DUMP, .act = FAKE_ACT_SILENT}}});

    REQUIRE(portside_wait_count(p, 1, 5000));
    struct http *h = http_start(&(struct http_request){.url = world_text("%s/dump", p->base)});
    REQUIRE(fake_runtime_wait(r, FAKE_ANY_DUMP, 1, 5000));
    http_leave(h);
    CHECK(h->status == 0);
    CHECK(portside_wait_operation(p, "Cancelled", 5000));
    CHECK(portside_stop(p) == 0);
    read_lines(p);
    (void)only(STREAM, 2);
    const cJSON *gone = NULL;
    for (int i = 0; i < line_count; i++) {
        if (json_number(lines[i], "State.StatusCode") == 499)
            gone = lines[i];
    }
    REQUIRE(gone != NULL);
    CHECK(strcmp(json_text(gone, "State.Path"), "/dump") == 0);
    CHECK(cJSON_IsNull(json_at(gone, "State.ContentLength")));
}

/* What a process says of itself cannot break a line, whichever formatter is used. */
static void test_hostile_names(void)
{
    static const char hostile[] = "/app/x\x1b[2J\ninfo: X[1] \"},{\xff";
    static const char *const formatters[] = {"json", "systemd", "simple"};

    for (size_t i = 0; i < 3; i++) {
        struct portside_options o = {
            .env = {world_text("Logging__Console__FormatterName=%s", formatters[i])}};
        struct portside *p = portside_start(&o);
        (void)fake_runtime_start(&(struct fake_options){
            .port = p->socket, .pid = 4711, .command_line = hostile, .entry = hostile});
        REQUIRE(portside_wait_count(p, 1, 5000));
        CHECK(portside_stop(p) == 0);
        const char *log = proc_output(p->proc);
        CHECK_AT(formatters[i], strchr(log, '\x1b') == NULL && strchr(log, '\xff') == NULL);
        CHECK_AT(formatters[i], strstr(log, "\ninfo: X[1]") == NULL);
        CHECK_AT(formatters[i], strstr(log, "4711") != NULL);
        if (i == 0)
            read_lines(p);
    }
}

/* Standard error from Warning on, standard output for the rest. */
static void test_threshold(void)
{
    struct portside_options o = {
        .env = {"Logging__Console__LogToStandardErrorThreshold=Warning",
                "DotnetMonitor_Logging__LogLevel__Microsoft.Hosting.Lifetime=None"}};
    o.errors = true;
    struct portside *p = portside_spawn(&o);

    REQUIRE(WAIT_UNTIL(PORTSIDE_READY_MS,
                       strstr(proc_output(p->proc), "[77]") != NULL && files_size(p->errors) > 0));
    CHECK(portside_stop(p) == 0);
    const char *errors = files_read(p->errors, NULL);
    REQUIRE(errors != NULL);
    CHECK(strstr(errors, "warn: " STARTUP "[13]") && !strstr(errors, "info:"));
    CHECK(!strstr(proc_output(p->proc), "warn:"));
    CHECK_AT("a category that is off", !strstr(proc_output(p->proc), "Application started"));
}

/* Told, and passed over. */
static void test_bad_setting(void)
{
    struct portside *p = portside_start(&(struct portside_options){
        .env = {"Logging__Console__FormatterName=xml",
                "DotnetMonitor_Logging__Console__FormatterOptions__TimestampFormat=x"}});

    CHECK(portside_stop(p) == 0);
    const char *log = proc_output(p->proc);
    CHECK(strstr(log, "warn: Portside.Settings[1203]\n      A setting of the log is ignored: "
                      "Logging:Console:FormatterName") != NULL);
    CHECK(strstr(log, "TimestampFormat (DotnetMonitor_* environment): 'x' is not") != NULL);
}

/* golden startup-listen-noname: the reason in two lines of the log, and code 255. */
static void test_cannot_run(void)
{
    struct portside *p = portside_spawn(&(struct portside_options){
        .connect = true, .env = {"DotnetMonitor_DiagnosticPort__ConnectionMode=Listen"}});

    REQUIRE(proc_wait(p->proc, PORTSIDE_STOP_MS) && proc_exit_code(p->proc) == 255);
    const char *log = proc_output(p->proc);
    CHECK(strstr(log, "fail: Microsoft.Extensions.Hosting.Internal.Host[11]\n"
                      "      Hosting failed to start\n"
                      "      Microsoft.Extensions.Options.OptionsValidationException: In 'Listen' "
                      "mode, the diagnostic port endpoint name must be specified.\n") != NULL);
    CHECK(strstr(log,
                 "crit: Microsoft.Diagnostics.Tools.Monitor.Commands.CollectCommandHandler[18]\n"
                 "      In 'Listen' mode, the diagnostic port endpoint name must be "
                 "specified.\n") != NULL);
    CHECK(strstr(log, "Application started") == NULL);
}

/* golden cli-bad-url: named, and the other address is served. */
static void test_bad_url(void)
{
    struct portside *p = portside_start(&(struct portside_options){.urls = "notaurl"});

    CHECK(portside_stop(p) == 0);
    CHECK(strstr(proc_output(p->proc), "fail: " STARTUP "[15]\n"
                                       "      Unable to listen to notaurl. Dotnet-monitor "
                                       "functionality will be limited.\n"
                                       "      System.FormatException: ") != NULL);
}

/* Values of /env whose names say that they are secret. */
static void test_redaction(void)
{
    static const char *const variables[] = {"DB_PASSWORD=hunter2", "PATH=/bin", NULL};

    for (int on = 0; on < 2; on++) {
        struct portside *p = portside_start(&(struct portside_options){
            .env = {on ? "DotnetMonitor_Redaction__Enabled=true" : "X=y"}});
        (void)fake_runtime_start(&(struct fake_options){.port = p->socket, .env = variables});
        REQUIRE(portside_wait_count(p, 1, 5000));
        const cJSON *env = json_of(portside_get(p, "/env"));
        CHECK(strcmp(json_text(env, "DB_PASSWORD"), on ? ":REDACTED:" : "hunter2") == 0);
        CHECK(strcmp(json_text(env, "PATH"), "/bin") == 0);
        (void)portside_stop(p);
    }
}

WORLD_SUITE("component/log", {"start", test_start}, {"defaults", test_defaults},
            {"requests", test_requests}, {"audit", test_audit}, {"dump ends", test_dump_ends},
            {"client gone", test_client_gone}, {"hostile names", test_hostile_names},
            {"threshold", test_threshold}, {"bad setting", test_bad_setting},
            {"cannot run", test_cannot_run}, {"bad url", test_bad_url},
            {"redaction", test_redaction})
