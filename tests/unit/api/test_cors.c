/* The answers that ASP.NET 10 gave to the same requests, with the same list of origins. */
#include <string.h>

#include "src/api/cors.h"
#include "tests/unit/api/exchange_pair.h"

#define TWO "https://a.example;http://B.example:8080/; null"

struct user {
    const char *origins;
    int status;
};

static void on_request(void *user, struct http_exchange *x)
{
    const struct user *u = user;

    if (cors_answer_preflight(u->origins, x))
        return;
    cors_add_headers(u->origins, x);
    if (u->status == 0) { /* a stream */
        http_stream_begin(x, 200, NULL, 0);
        http_stream_write(x, "end", 3);
        http_stream_end(x);
    } else {
        http_respond(x, u->status, NULL, 0, "end", 3);
    }
}

/* `head` is what is asked besides Host; `status` what the handler behind would answer. */
static const struct {
    const char *origins, *method, *head;
    int status;
    const char *first_line, *allow_origin, *allow_methods, *allow_headers;
    bool vary;
} rows[] = {
#define ORIGIN(o) "Origin: " o "\r\n"
#define ASKS(m) "Access-Control-Request-Method: " m "\r\n"
#define NAMES(n) "Access-Control-Request-Headers: " n "\r\n"
#define A "https://a.example"
    /* preflights */
    {TWO, "OPTIONS", ORIGIN(A) ASKS("GET"), 401, "204 No Content", A, "GET", NULL, true},
    {TWO, "OPTIONS", ORIGIN(A) ASKS("DELETE") NAMES("X-A, authorization,x-b"), 401,
     "204 No Content", A, "DELETE", "X-A,authorization,x-b", true},
    {TWO, "OPTIONS", ORIGIN(A) ASKS("PUT") NAMES(""), 401, "204 No Content", A, "PUT", NULL, true},
    {TWO, "OPTIONS", ORIGIN(A) ASKS(""), 401, "204 No Content", A, NULL, NULL, true},
    {TWO, "OPTIONS", ORIGIN("https://evil.example") ASKS("GET"), 401, "204 No Content", NULL, NULL,
     NULL, false},
    {TWO, "OPTIONS", ORIGIN(A) ASKS("GET") NAMES(" ,, x ,"), 401, "204 No Content", A, "GET", "x",
     true},
    {A, "OPTIONS", ORIGIN(A) ASKS("GET"), 401, "204 No Content", A, "GET", NULL, false},
    {A, "OPTIONS", ORIGIN("https://evil.example") ASKS("GET"), 401, "204 No Content", NULL, NULL,
     NULL, false},
    {"*", "OPTIONS", ORIGIN(A) ASKS("GET"), 401, "204 No Content", "*", "GET", NULL, false},
    /* no preflights */
    {TWO, "OPTIONS", ORIGIN(A), 405, "405 Method Not Allowed", A, NULL, NULL, true},
    {TWO, "OPTIONS", ASKS("GET"), 405, "405 Method Not Allowed", NULL, NULL, NULL, false},
    {"", "OPTIONS", ORIGIN(A) ASKS("GET"), 405, "405 Method Not Allowed", NULL, NULL, NULL, false},
    {TWO, "GET", ORIGIN(A) ASKS("GET"), 200, "200 OK", A, NULL, NULL, true},
    /* answers */
    {TWO, "GET", ORIGIN(A), 401, "401 Unauthorized", NULL, NULL, NULL, false},
    {TWO, "GET", ORIGIN(A), 403, "403 Forbidden", NULL, NULL, NULL, false},
    {TWO, "GET", ORIGIN(A), 404, "404 Not Found", A, NULL, NULL, true},
    {TWO, "GET", ORIGIN(A), 0, "200 OK", A, NULL, NULL, true},
    {TWO, "GET", ORIGIN("https://evil.example"), 200, "200 OK", NULL, NULL, NULL, false},
    {TWO, "GET", "", 200, "200 OK", NULL, NULL, NULL, false},
    {TWO, "GET", ORIGIN(""), 200, "200 OK", NULL, NULL, NULL, false},
    {TWO, "GET", ORIGIN("HTTP://B.EXAMPLE:8080"), 200, "200 OK", NULL, NULL, NULL, false},
    {TWO, "GET", ORIGIN("https://a.example:443"), 200, "200 OK", NULL, NULL, NULL, false},
    {TWO, "GET", ORIGIN("https://a.exampl"), 200, "200 OK", NULL, NULL, NULL, false},
    {TWO, "GET", ORIGIN("null"), 200, "200 OK", "null", NULL, NULL, true},
    {A, "GET", ORIGIN(A), 200, "200 OK", A, NULL, NULL, false},
    {"*", "GET", ORIGIN(A), 200, "200 OK", "*", NULL, NULL, false},
    {"*;" A, "GET", ORIGIN("https://evil.example"), 200, "200 OK", NULL, NULL, NULL, false},
    {"", "GET", ORIGIN(A), 200, "200 OK", NULL, NULL, NULL, false},
    /* ours: a slash behind an origin in the list does not count */
    {TWO, "GET", ORIGIN("http://b.example:8080"), 200, "200 OK", "http://b.example:8080", NULL,
     NULL, true},
};

/* The header is there with this value, or (NULL) not at all. */
static bool has(const char *answer, const char *name, const char *value)
{
    if (!value)
        return !strstr(answer, world_text("\r\n%s:", name));
    return strstr(answer, world_text("\r\n%s: %s\r\n", name, value)) != NULL;
}

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct user user = {rows[i].origins, rows[i].status};
        const char *request =
            world_text("%s /processes HTTP/1.1\r\nHost: test\r\nConnection: close\r\n%s\r\n",
                       rows[i].method, rows[i].head);
        const char *answer = exchange_raw(request, on_request, &user);
        const char *label = world_text("row %zu: %s%s", i, request, answer);
        CHECK_AT(label, strncmp(answer + 9, rows[i].first_line, strlen(rows[i].first_line)) == 0);
        CHECK_AT(label, has(answer, "Access-Control-Allow-Origin", rows[i].allow_origin));
        CHECK_AT(label, has(answer, "Access-Control-Allow-Methods", rows[i].allow_methods));
        CHECK_AT(label, has(answer, "Access-Control-Allow-Headers", rows[i].allow_headers));
        CHECK_AT(label, has(answer, "Vary", rows[i].vary ? "Origin" : NULL));
        CHECK_AT(label, !strstr(answer, "Allow-Credentials"));
    }
}

WORLD_SUITE("api/cors", {"rows", test_rows})
