#include "src/api/accept.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

enum { NONE = ACCEPT_NONE, ABSENT = ACCEPT_ABSENT };

static const char *const logs[] = {"text/plain", "application/x-ndjson", "application/json-seq",
                                   NULL};
static const char *const stacks[] = {"text/plain", "application/json",
                                     "application/speedscope+json", NULL};

static const struct {
    const char *accept;
    int logs, stacks; /* index, NONE or ABSENT */
} rows[] = {
    {"", ABSENT, ABSENT},
    {" , ,", ABSENT, ABSENT},
    {"nonsense", ABSENT, ABSENT},
    {"/", ABSENT, ABSENT},
    {"text/", ABSENT, ABSENT},
    {"*/*", 0, 0},
    {"*/plain", NONE, NONE},
    {"text/plain", 0, 0},
    {"TEXT/Plain", 0, 0},
    {" text/plain ", 0, 0},
    {"text/*", 0, 0},
    {"text/html", NONE, NONE},
    {"text/plainer", NONE, NONE},
    {"application/json", NONE, 1},
    {"application/x-ndjson", 1, NONE},
    {"application/json-seq", 2, NONE},
    {"application/speedscope+json", NONE, 2},
    {"application/*+json", NONE, 2},
    {"application/+json", NONE, NONE},
    {"application/*", 1, 1},
    /* Exact ones come first, whatever their place in the list. */
    {"*/*, application/json-seq", 2, 0},
    {"text/*, application/x-ndjson", 1, 0},
    {"application/json-seq, application/x-ndjson", 1, NONE},
    {"application/json, text/plain", 0, 0},
    {"text/html, application/xhtml+xml, */*", 0, 0},
    /* Quality does not rank, but an entry with it is not exact. */
    {"text/plain;q=0", 0, 0},
    {"text/plain;q=0.1, application/json-seq;q=1", 0, 0},
    {"text/plain;q=0.5, application/json-seq", 2, 0},
    {"application/json;q=0.5", NONE, 1},
    {"*/*;q=0.8", 0, 0},
    {"*/* ; q = 0.8", 0, 0},
    {"*/*;Q=0.8;ext=1", 0, 0},
    {"text/plain;", 0, 0},
    /* Other parameters make a type that we do not have. */
    {"text/plain;charset=utf-8", NONE, NONE},
    {"text/plain;charset=utf-8, */*", 0, 0},
    {"*/*;level=1;q=0.5", NONE, NONE},
    /* Commas and semicolons in quotes. */
    {"text/html;a=\"x,text/plain\"", NONE, NONE},
    {"text/html;a=\"x\\\",text/plain;y\"", NONE, NONE},
    {"text/html;a=\"open, text/plain", NONE, NONE},
    {"text/html;a=\"x;y\", text/plain", 0, 0},
    {"text/html;a=\"\\", NONE, NONE},
};

static void test_rows(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct http_pair header = {"accept", rows[i].accept};
        const struct http_request request = {.headers = &header, .header_count = 1};

        CHECK_AT(rows[i].accept, accept_choose(&request, logs) == rows[i].logs);
        CHECK_AT(rows[i].accept, accept_choose(&request, stacks) == rows[i].stacks);
    }
}

static void test_several_headers(void)
{
    const struct http_pair headers[] = {
        {"Accept", "text/html"}, {"Host", "x"}, {"ACCEPT", "application/json-seq"}};
    const struct http_request request = {.headers = headers, .header_count = 3};

    CHECK(accept_choose(&request, logs) == 2);
    CHECK_AT("no header", accept_choose(&(struct http_request){0}, logs) == ACCEPT_ABSENT);
}

TEST_SUITE("api/accept", {"rows", test_rows}, {"several headers", test_several_headers})
