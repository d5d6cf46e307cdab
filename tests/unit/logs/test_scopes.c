#include <stdio.h>
#include <stdlib.h>

#include "src/base/limits.h"
#include "src/logs/scopes.h"
#include "tests/support/check.h"

enum { CAPACITY = LIMIT_LOGS_SCOPE_DEPTH };

static struct guid guid_of(unsigned number)
{
    struct guid guid = {{0}};

    memcpy(guid.bytes, &number, sizeof number);
    return guid;
}

static void open_one(struct log_scopes *s, unsigned activity, unsigned related)
{
    struct guid a = guid_of(activity), r = guid_of(related);
    char json[64];

    (void)snprintf(json, sizeof json, "{\"n\":\"%u\"}", activity);
    log_scopes_open(s, &a, &r, json);
}

static void close_one(struct log_scopes *s, unsigned activity)
{
    struct guid a = guid_of(activity);

    log_scopes_close(s, &a);
}

/* "1 2 " */
static const char *around(struct log_scopes *s, unsigned activity, unsigned related)
{
    static char text[4096];
    struct app_log_scope scopes[CAPACITY];
    struct guid a = guid_of(activity), r = guid_of(related);
    size_t count = log_scopes_around(s, &a, &r, scopes, CAPACITY), size = 0;

    text[0] = '\0';
    for (size_t i = 0; i < count; i++)
        size += (size_t)snprintf(text + size, sizeof text - size, "%s ", scopes[i].pairs[0].text);
    return text;
}

#define AROUND(activity, related, want) CHECK(strcmp(around(s, activity, related), want) == 0)

static void test_tree(void)
{
    struct log_scopes *s = log_scopes_new();

    open_one(s, 1, 0);
    open_one(s, 2, 1);
    open_one(s, 3, 2);
    open_one(s, 4, 1);
    AROUND(3, 0, "1 2 3 ");
    AROUND(4, 0, "1 4 ");
    AROUND(9, 2, "1 2 "); /* one step that another session's events have caused */
    AROUND(9, 8, "");
    close_one(s, 3);
    AROUND(3, 2, "1 2 ");
    close_one(s, 9);
    close_one(s, 4);
    close_one(s, 2);
    close_one(s, 1);
    AROUND(1, 0, "");
    CHECK(log_scopes_count(s) == 0);
    log_scopes_free(s);
}

/* A flow that was started inside goes on when the scope around it has ended. */
static void test_parent_ends_first(void)
{
    struct log_scopes *s = log_scopes_new();

    open_one(s, 1, 0);
    open_one(s, 2, 1);
    close_one(s, 1);
    AROUND(1, 0, "");
    AROUND(2, 0, "1 2 ");
    open_one(s, 3, 2);
    AROUND(3, 0, "1 2 3 ");
    close_one(s, 2);
    AROUND(3, 0, "1 2 3 ");
    close_one(s, 3);
    CHECK(log_scopes_count(s) == 0);
    log_scopes_free(s);
}

static void test_same_activity(void)
{
    struct log_scopes *s = log_scopes_new();

    open_one(s, 1, 0);
    open_one(s, 1, 1);
    AROUND(1, 0, "1 1 ");
    open_one(s, 0, 1);
    CHECK_AT("no activity, no scope", log_scopes_count(s) == 2);
    close_one(s, 1);
    CHECK(log_scopes_count(s) == 0);
    log_scopes_free(s);
}

static void open_with(struct log_scopes *s, unsigned activity, unsigned related, const char *json)
{
    struct guid a = guid_of(activity), r = guid_of(related);
    char text[128];

    (void)snprintf(text, sizeof text, "%s", json);
    log_scopes_open(s, &a, &r, text);
}

/* Two at once with one id and parent: what differs is not shown, for neither of them. */
static void test_shared_id(void)
{
    struct log_scopes *s = log_scopes_new();
    struct app_log_scope scopes[CAPACITY];
    struct guid two = guid_of(2), none = guid_of(0);

    open_one(s, 1, 0);
    open_with(s, 2, 1, "{\"n\":\"a\",\"kind\":\"x\",\"none\":null}");
    open_with(s, 2, 1, "{\"n\":\"b\",\"none\":null,\"kind\":\"x\"}");
    CHECK(log_scopes_count(s) == 2);
    REQUIRE(log_scopes_around(s, &two, &none, scopes, CAPACITY) == 2);
    CHECK(scopes[1].count == 2 && strcmp(scopes[1].pairs[0].key, "kind") == 0 &&
          strcmp(scopes[1].pairs[1].key, "none") == 0);
    close_one(s, 2);
    CHECK_AT("one is still open", log_scopes_around(s, &two, &none, scopes, CAPACITY) == 2);
    close_one(s, 2);
    CHECK(log_scopes_count(s) == 1 && log_scopes_around(s, &two, &none, scopes, CAPACITY) == 0);
    open_with(s, 2, 1, "{\"n\":\"c\"}");
    AROUND(2, 0, "1 c ");
    log_scopes_free(s);
}

/* Ends that were lost do not keep new scopes out. */
static void test_bounds(void)
{
    struct log_scopes *s = log_scopes_new();

    for (unsigned i = 1; i <= LIMIT_LOGS_SCOPES + 500; i++)
        open_one(s, i, i - 1);
    CHECK(log_scopes_count(s) == LIMIT_LOGS_SCOPES);
    AROUND(500, 0, "");
    CHECK_AT("the innermost", strstr(around(s, LIMIT_LOGS_SCOPES + 500, 0), " 10500 ") != NULL);
    AROUND(502, 0, "501 502 ");
    log_scopes_free(s);
}

static void test_bytes(void)
{
    enum { LONG = 60000, MANY = 1000 };
    struct log_scopes *s = log_scopes_new();
    struct app_log_scope scopes[CAPACITY];
    char *json = malloc(LONG + 32);

    for (unsigned i = 1; i <= MANY; i++) {
        struct guid a = guid_of(i), r = guid_of(i - 1);
        memset(json, 'x', LONG);
        memcpy(json, "{\"n\":\"", 6);
        memcpy(json + LONG, "\"}", 3);
        log_scopes_open(s, &a, &r, json);
    }
    struct guid last = guid_of(MANY);
    CHECK(log_scopes_count(s) * LONG <= LIMIT_LOGS_SCOPE_BYTES && log_scopes_count(s) > 100);
    CHECK(log_scopes_around(s, &last, &last, scopes, CAPACITY) == 1);
    free(json);
    log_scopes_free(s);
}

TEST_SUITE("logs/scopes", {"tree", test_tree}, {"parent ends first", test_parent_ends_first},
           {"same activity", test_same_activity}, {"shared id", test_shared_id},
           {"bounds", test_bounds}, {"bytes", test_bytes})
