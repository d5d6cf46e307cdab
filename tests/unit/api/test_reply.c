#include <errno.h>
#include <stdlib.h>

#include "src/api/reply.h"
#include "tests/unit/api/exchange_pair.h"

static const struct error *problem;
static const struct http_pair *more;
static size_t more_count;

static void on_problem(void *user, struct http_exchange *x)
{
    (void)user;
    if (more_count)
        reply_problem_with(x, problem, more, more_count);
    else
        reply_problem(x, problem);
}

static const char *const texts[][2] = {
    {"A-dump-no-default", "No default process configuration has been set."},
    {"A-process-name-nomatch", "Unable to discover a target process."},
    {"A-process-name-multiple", "Unable to select a single target process because multiple target "
                                "processes have been discovered."},
    {"B-dump-badegress", "Egress provider 'nosuch' does not exist."},
    {"B-op-delete-again", "Operation is not running."},
    {"D4-nohttpegress-dump", "HTTP egress is not enabled."},
    {"B-429-dump", "Rate limit reached."},
    {"F-dump-ptrace-refused",
     "[createdump] Problem suspending thread: ptrace(ATTACH, 12498) FAILED Operation not permitted "
     "(1)\n[createdump] Failure took 1ms\n"},
};

/* Byte for byte as the peer's recordings: status line, media type, body. */
static void test_problems(void)
{
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        const char *label = texts[i][0];
        struct error err;
        const char *golden = files_read(world_text("tests/data/golden/%s.http", label), NULL);
        CHECK_AT(label, golden != NULL);
        if (!golden)
            continue;
        (void)error_set(&err, strncmp(golden + 9, "429", 3) == 0 ? -EBUSY : -EINVAL, "%s",
                        texts[i][1]);
        problem = &err;
        const char *got = exchange_answer("/", on_problem, NULL);
        size_t line = strcspn(golden, "\r");
        CHECK_AT(label, strncmp(got, golden, line + 1) == 0);
        CHECK_AT(label, strstr(got, "\r\nContent-Type: application/problem+json\r\n") != NULL);
        CHECK_AT(label, strcmp(exchange_body(got), exchange_body(golden)) == 0);
    }
}

static const struct {
    int code;
    const char *status;
} statuses[] = {
    {-EBUSY, " 429 "}, {-EINVAL, " 400 "}, {-ESRCH, " 400 "},  {-ENOENT, " 400 "},
    {-EIO, " 400 "},   {-ENOMEM, " 400 "}, {-ENOSPC, " 400 "}, {-ETIMEDOUT, " 400 "},
};

static void test_statuses(void)
{
    for (size_t i = 0; i < COUNT_OF(statuses); i++) {
        struct error err;
        (void)error_set(&err, statuses[i].code, "x");
        problem = &err;
        const char *got = exchange_answer("/", on_problem, NULL);
        CHECK_AT(statuses[i].status, strncmp(got + 8, statuses[i].status, 5) == 0);
    }
}

static void test_more_headers(void)
{
    static const struct http_pair headers[] = {{"Location", "http://x/operations/1"},
                                               {"X-More", "yes"}};
    struct error err;

    (void)error_set(&err, -EINVAL, "x");
    problem = &err;
    more = headers;
    more_count = 2;
    const char *got = exchange_answer("/", on_problem, NULL);
    more_count = 0;
    CHECK(strstr(got, "\r\nLocation: http://x/operations/1\r\n") != NULL);
    CHECK(strstr(got, "\r\nX-More: yes\r\n") && strstr(got, "application/problem+json"));
}

/* Words of a runtime are outside bytes: whatever they hold, the document is JSON. */
static void test_hostile_text(void)
{
    static const char *const hostile[] = {"quote \" and \\ back", "\x01\x1f\x7f", "{}[]<>&'",
                                          "\xc3\xa9\xf0\x9f\x98\x80", ""};

    for (size_t i = 0; i < COUNT_OF(hostile); i++) {
        struct error err;
        (void)error_set(&err, -EINVAL, "%s", hostile[i]);
        problem = &err;
        cJSON *json = cJSON_Parse(exchange_body(exchange_answer("/", on_problem, NULL)));
        CHECK_AT(hostile[i], json != NULL);
        const cJSON *detail = cJSON_GetObjectItem(json, "detail");
        CHECK_AT(hostile[i], detail && strcmp(detail->valuestring, hostile[i]) == 0);
        cJSON_Delete(json);
    }
}

static void on_json(void *user, struct http_exchange *x)
{
    reply_json(x, 202, user);
}

static void test_json(void)
{
    cJSON *json = cJSON_CreateObject();

    (void)cJSON_AddNumberToObject(json, "a", 1);
    const char *got = exchange_answer("/", on_json, json);
    CHECK(strncmp(got, "HTTP/1.1 202 ", 13) == 0);
    CHECK(strstr(got, "\r\nContent-Type: application/json; charset=utf-8\r\n") != NULL);
    CHECK(strcmp(exchange_body(got), "{\"a\":1}") == 0);
    got = exchange_answer("/", on_json, NULL);
    CHECK_AT("out of memory", strncmp(got, "HTTP/1.1 500 ", 13) == 0);
}

static void on_empty(void *user, struct http_exchange *x)
{
    (void)user;
    reply_empty(x, 400);
}

static void test_empty(void)
{
    const char *got = exchange_answer("/", on_empty, NULL);

    CHECK(strncmp(got, "HTTP/1.1 400 Bad Request\r\n", 26) == 0);
    CHECK(strstr(got, "Content-Length: 0\r\n") && !strstr(got, "Content-Type"));
    CHECK(exchange_body(got)[0] == '\0');
}

WORLD_SUITE("api/reply", {"problems", test_problems}, {"statuses", test_statuses},
            {"more headers", test_more_headers}, {"hostile text", test_hostile_text},
            {"json", test_json}, {"empty", test_empty})
