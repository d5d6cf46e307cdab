#include <errno.h>
#include <fcntl.h>

#include "src/api/request_log.h"
#include "tests/unit/api/exchange_pair.h"

static const struct {
    int code;
    const char *want;
} exceptions[] = {
    {-EBUSY, "Microsoft.Diagnostics.Monitoring.WebApi.TooManyRequestsException: why"},
    {-EINVAL, "System.ArgumentException: why"},
    {-ESRCH, "System.ArgumentException: why"},
    {-ENOTUNIQ, "System.ArgumentException: why"},
    {-ECANCELED, "System.OperationCanceledException: why"},
    {-EIO, "Microsoft.Diagnostics.Monitoring.MonitoringException: why"},
};

static void test_exceptions(void)
{
    char text[REQUEST_LOG_EXCEPTION_SIZE];
    struct error err;

    for (size_t i = 0; i < COUNT_OF(exceptions); i++) {
        (void)error_set(&err, exceptions[i].code, "why");
        CHECK_AT(exceptions[i].want,
                 strcmp(request_log_exception(&err, text), exceptions[i].want) == 0);
    }
}

static void (*act)(struct http_exchange *x);

static void on_request(void *user, struct http_exchange *x)
{
    (void)user;
    request_log_begin(x);
    act(x);
    http_respond(x, 200, NULL, 0, "", 0);
}

enum { LINES_MAX = 8 };

static char *lines[LINES_MAX];
static int line_count;

static bool has(int line, const char *part)
{
    return line < line_count && strstr(lines[line], part) != NULL;
}

static int scopes_of(int line)
{
    int n = 0;

    for (const char *at = strstr(lines[line], "\"Scopes\":");
         at && (at = strstr(at, "{\"Message\":")); at++)
        n++;
    return n;
}

/* The lines of log that a request to `target` leaves when `run` acts in between. */
static void log_lines_of(const char *target, void (*run)(struct http_exchange *x))
{
    struct log_settings settings = {
        .stderr_level = LOG_LEVEL_NONE,
        .format = {.formatter = LOG_FORMATTER_JSON, .include_scopes = true}};
    const char *path = world_text("%s/log", files_tmpdir());
    int console = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    struct error err;

    REQUIRE(log_levels_add(&settings.levels, "Default", LOG_LEVEL_TRACE, false, &err) == 0);
    log_configure(&settings);
    REQUIRE(console >= 0 && fd >= 0 && dup2(fd, STDOUT_FILENO) >= 0);
    act = run;
    (void)exchange_answer(target, on_request, NULL);
    (void)dup2(console, STDOUT_FILENO);
    (void)close(console);
    (void)close(fd);
    char *rest = files_read(path, NULL);
    for (line_count = 0; rest && *rest && line_count < LINES_MAX; line_count++)
        lines[line_count] = strsep(&rest, "\n");
}

static void do_nothing(struct http_exchange *x)
{
    CHECK(strcmp(request_log_subject(x), "anonymous") == 0);
    http_exchange_identify(x, "joe");
    CHECK(strcmp(request_log_subject(x), "joe") == 0);
}

static void test_start_and_end(void)
{
    log_lines_of("/x?a=1&b=c", do_nothing);
    REQUIRE(line_count == 2);
    CHECK(has(0, "\"Request starting HTTP/1.1 GET http://test/x?a=1\\u0026b=c - - -\""));
    CHECK(has(1, "\"StatusCode\":200,\"ContentType\":null,\"ContentLength\":0,"));
    CHECK_AT("the same ids", scopes_of(0) == 3 && has(1, strstr(lines[0], "\"Scopes\":")));
}

/* A value cannot look like a parameter, whatever it holds. */
static void test_query(void)
{
    log_lines_of("/x?a=1%26pid%3D2+%7Bx%7D&%23=%C3%A9", do_nothing);
    REQUIRE(line_count == 2);
    for (int i = 0; i < 2; i++)
        CHECK(has(i, "\"QueryString\":\"?a=1%26pid=2%20%7Bx%7D\\u0026%23=%C3%A9\""));
}

static void do_artifact(struct http_exchange *x)
{
    static const struct target t = {.pid = 5};
    struct error err;

    request_log_artifact(x, "dump");
    request_log_target(x, &t);
    (void)error_set(&err, -EBUSY, "Rate limit reached.");
    request_log_failed(x, &err);
    request_log_written(x);
    request_log_canceled(x);
}

/* A failure is told outside the scope of the process. */
static void test_artifact(void)
{
    static const struct {
        int id, scopes;
    } want[] = {{3, 5}, {1, 4}, {5, 5}, {2, 5}};

    log_lines_of("/dump", do_artifact);
    REQUIRE(line_count == 6);
    CHECK_AT("the end is outside of all that", scopes_of(5) == 3);
    for (int i = 0; i < 4; i++) {
        CHECK(has(i + 1, world_text("\"EventId\":%d,", want[i].id)));
        CHECK(scopes_of(i + 1) == want[i].scopes);
        CHECK(has(i + 1, "Monitoring.WebApi.Controllers.DiagController\""));
    }
}

static void do_refusal(struct http_exchange *x)
{
    struct error err;

    (void)error_set(&err, -EPERM, "HTTP egress is not enabled.");
    request_log_failed(x, &err);
    (void)error_set(&err, -EPERM, "not allowed");
    request_log_failed(x, &err);
}

static void test_no_egress(void)
{
    log_lines_of("/dump", do_refusal);
    CHECK(has(1, "\"Microsoft.Diagnostics.Monitoring.WebApi.EgressValidationFilter\""));
    CHECK(!has(1, "\"Exception\":") && has(2, "\"Exception\":"));
}

static void do_operations(struct http_exchange *x)
{
    struct error err;

    request_log_written(x);
    (void)error_set(&err, -ENOENT, "Operation not found.");
    request_log_failed(x, &err);
}

/* The peer's controller of operations says nothing of what it has written. */
static void test_operations(void)
{
    log_lines_of("/Operations/1", do_operations);
    REQUIRE(line_count == 3);
    CHECK(has(1, "\"System.InvalidOperationException: Operation not found.\""));
}

/* Without a log there are no scopes; the lines come all the same. */
static void on_bare_request(void *user, struct http_exchange *x)
{
    (void)user;
    log_set_level(LOG_LEVEL_NONE);
    CHECK(request_log_scope(x) == NULL);
    CHECK(strcmp(request_log_subject(x), "anonymous") == 0);
    http_exchange_identify(x, "joe");
    do_artifact(x);
    http_respond(x, 200, NULL, 0, "", 0);
}

static void test_without(void)
{
    CHECK(strncmp(exchange_answer("/", on_bare_request, NULL), "HTTP/1.1 200", 12) == 0);
}

WORLD_SUITE("api/request_log", {"exceptions", test_exceptions},
            {"start and end", test_start_and_end}, {"query", test_query},
            {"artifact", test_artifact}, {"no egress", test_no_egress},
            {"operations", test_operations}, {"without", test_without})
