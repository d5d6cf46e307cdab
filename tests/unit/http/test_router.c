#include <sys/socket.h>
#include <unistd.h>

#include "src/http/conn.h"
#include "src/http/router.h"
#include "tests/support/check.h"

static int kept, released;

static void release(void *data)
{
    ++*(int *)data;
}

/* What a handler keeps is released when it keeps something else, and with the exchange. */
static void keep_twice(struct http_exchange *x)
{
    CHECK(http_exchange_kept(x) == NULL);
    for (int i = 0; i < 2; i++) {
        kept++;
        http_exchange_keep(x, &released, release);
        CHECK(http_exchange_kept(x) == &released && released == kept - 1);
    }
}

static void answer(struct http_exchange *x, const char *route)
{
    const struct http_request *r = http_exchange_request(x);

    CHECK_AT(route, r->route && strcmp(r->route->details, route) == 0);
    keep_twice(x);
    char body[256];
    int n = snprintf(body, sizeof body, "%s[%s|%s]", route, r->params[0] ? r->params[0] : "-",
                     r->params[1] ? r->params[1] : "-");

    http_respond(x, 200, NULL, 0, body, (size_t)n);
}

#define HANDLER(name)                                                                              \
    static void handle_##name(void *user, struct http_exchange *x)                                 \
    {                                                                                              \
        (void)user;                                                                                \
        answer(x, #name);                                                                          \
    }

HANDLER(root)
HANDLER(list)
HANDLER(special)
HANDLER(one)
HANDLER(remove)
HANDLER(two)

static const struct http_route routes[] = {
    {"GET", "/", handle_root, 0, "root"},
    {"GET", "/operations", handle_list, 0, "list"},
    {"GET", "/operations/special", handle_special, 0, "special"},
    {"GET", "/operations/{id}", handle_one, 0, "one"},
    {"DELETE", "/operations/{id}", handle_remove, 7, "remove"},
    {"GET", "/a/{x}/b/{y}", handle_two, 0, "two"},
};

static bool admit(void *user, const struct http_route *route, struct http_exchange *x)
{
    (void)user;
    if (route->flags != 7)
        return true;
    http_respond(x, 401, NULL, 0, "", 0);
    return false;
}

static void ignore_closed(void *user)
{
    (void)user;
}

/* Runs one request through a connection over a socket pair. */
static void ask(const char *method, const char *target, char reply[static 4096])
{
    struct http_router router = {routes, sizeof routes / sizeof routes[0], NULL, admit};
    struct http_conn_owner owner = {
        http_limits_default, {&router, http_router_dispatch}, NULL, ignore_closed};
    uv_loop_t loop;
    int fds[2], n;
    char request[256];

    REQUIRE(uv_loop_init(&loop) == 0);
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) == 0);
    n = snprintf(request, sizeof request, "%s %s HTTP/1.1\r\nHost: a\r\n\r\n", method, target);
    REQUIRE(write(fds[1], request, (size_t)n) == n);
    REQUIRE(shutdown(fds[1], SHUT_WR) == 0);
    struct http_transport *t = http_transport_plain(fds[0]);
    REQUIRE(http_conn_new(&loop, t, 0, &owner) != NULL);
    (void)uv_run(&loop, UV_RUN_DEFAULT); /* ends with the connection */
    ssize_t got = read(fds[1], reply, 4095);
    reply[got > 0 ? got : 0] = '\0';
    (void)close(fds[1]);
    CHECK(uv_loop_close(&loop) == 0);
}

static const struct {
    const char *method, *target, *status, *want; /* the body, or the Allow header */
} rows[] = {
    {"GET", "/", "200", "root[-|-]"},
    {"GET", "/operations", "200", "list[-|-]"},
    {"GET", "/operations/", "200", "list[-|-]"},
    {"GET", "/OPERATIONS", "200", "list[-|-]"},
    {"GET", "/operations?x=1", "200", "list[-|-]"},
    {"GET", "/operat%69ons", "200", "list[-|-]"},
    {"GET", "/operations/special", "200", "special[-|-]"},
    {"GET", "/operations/abc", "200", "one[abc|-]"},
    {"GET", "/operations/abc/", "200", "one[abc|-]"},
    {"GET", "/operations/a%2Fb%20c", "200", "one[a/b c|-]"},
    {"GET", "/operations/%2541", "200", "one[%41|-]"},
    {"GET", "/a/1/b/2", "200", "two[1|2]"},
    {"DELETE", "/operations/abc", "401", ""},
    {"GET", "/operations//", "404", ""},
    {"GET", "//", "404", ""},
    {"GET", "/operationsx", "404", ""},
    {"GET", "/operation", "404", ""},
    {"GET", "/operations/a/b", "404", ""},
    {"GET", "/a//b/2", "404", ""},
    {"GET", "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17", "404", ""},
    {"OPTIONS", "*", "404", ""},
    {"POST", "/operations", "405", "Allow: GET\r\n"},
    {"HEAD", "/operations", "405", "Allow: GET\r\n"},
    {"OPTIONS", "/operations/abc", "405", "Allow: GET, DELETE\r\n"},
    {"POST", "/operations/special", "405", "Allow: GET, DELETE\r\n"},
};

static void test_table(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char reply[4096];
        ask(rows[i].method, rows[i].target, reply);
        CHECK_AT(rows[i].target, strncmp(reply + 9, rows[i].status, 3) == 0);
        const char *body = strstr(reply, "\r\n\r\n");
        REQUIRE(body != NULL);
        bool is_405 = strcmp(rows[i].status, "405") == 0;
        CHECK_AT(rows[i].target, is_405 ? strstr(reply, rows[i].want) != NULL
                                        : strcmp(body + 4, rows[i].want) == 0);
        CHECK_AT(rows[i].target, !is_405 || body[4] == '\0');
    }
    CHECK_AT("all that was kept is released", kept > 0 && released == kept);
}

TEST_SUITE("http/router", {"table", test_table});
