#include <ctype.h>

#include "src/api/request_scopes.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static struct request_scopes s;

static void make(const char *traceparent)
{
    static char path[] = "/info";
    struct http_pair header = {"TraceParent", traceparent};
    struct http_request request = {.path = path,
                                   .headers = &header,
                                   .header_count = traceparent != NULL,
                                   .connection = 639000000000000001,
                                   .number = 26};

    memset(&s, 0, sizeof s);
    request_scopes_init(&s, &request);
}

static const char *message(const struct log_scope *scope)
{
    struct text out = {0};

    log_message(&out, &(struct log_template){scope->template, scope->fields, scope->count});
    const char *copy = world_text("%s", out.data);
    text_deinit(&out);
    return copy;
}

static bool is_hex(const char *id, size_t digits)
{
    return strlen(id) == digits && strspn(id, "0123456789abcdef") == digits;
}

/* Order and shape as in the golden startup-log-json. */
static void test_of_a_request(void)
{
    char first[17];

    make(NULL);
    CHECK(is_hex(s.span, 16) && is_hex(s.trace, 32));
    CHECK(strcmp(s.parent, "0000000000000000") == 0);
    CHECK(strcmp(message(&s.activity_scope),
                 world_text("SpanId:%s, TraceId:%s, ParentId:%s", s.span, s.trace, s.parent)) == 0);
    CHECK(strcmp(message(&s.connection_scope), "ConnectionId:0HNHF3L5NJ001") == 0);
    CHECK(strcmp(message(&s.request_scope), "RequestPath:/info RequestId:0HNHF3L5NJ001:0000001A") ==
          0);
    CHECK(strcmp(s.request_fields[0].key, "RequestId") == 0);
    CHECK(s.innermost == &s.request_scope && s.request_scope.outer == &s.connection_scope &&
          s.connection_scope.outer == &s.activity_scope && !s.activity_scope.outer);
    memcpy(first, s.span, sizeof first);
    make(NULL);
    CHECK_AT("each has its own", strcmp(first, s.span) != 0);
}

static void test_of_an_artifact(void)
{
    static const struct target t = {.pid = 7, .cookie = {.bytes = {1}}};

    make(NULL);
    request_scopes_add_artifact(&s, "dump");
    CHECK(request_scopes_without_source(&s) == &s.artifact_scope);
    request_scopes_add_source(&s, &t);
    CHECK(s.innermost == &s.source_scope && s.source_scope.outer == &s.artifact_scope);
    CHECK(request_scopes_without_source(&s) == &s.artifact_scope);
    CHECK(strcmp(message(&s.artifact_scope), "ArtifactType:dump") == 0);
    CHECK(strcmp(message(&s.source_scope),
                 "ArtifactSource_ProcessId:7 ArtifactSource_RuntimeInstanceCookie:"
                 "00000001000000000000000000000000") == 0);
}

#define TRACE "0af7651916cd43dd8448eb211c80319c"
#define PARENT "b7ad6b7169203331"

static const struct {
    const char *header;
    bool good;
} headers[] = {
    {"00-" TRACE "-" PARENT "-01", true},
    {"01-" TRACE "-" PARENT "-00-more", true},
    {"01-" TRACE "-" PARENT "-00more", false},
    {"00-" TRACE "-" PARENT "-00-more", false},
    {"ff-" TRACE "-" PARENT "-01", false},
    {"00-" TRACE "-" PARENT "-0", false},
    {"00-" TRACE "-" PARENT, false},
    {"00-00000000000000000000000000000000-" PARENT "-01", false},
    {"00-" TRACE "-0000000000000000-01", false},
    {"00-0AF7651916cd43dd8448eb211c80319c-" PARENT "-01", false},
    {"00_" TRACE "-" PARENT "-01", false},
    {"", false},
    {"-", false},
};

static void test_traceparent(void)
{
    for (size_t i = 0; i < COUNT_OF(headers); i++) {
        make(headers[i].header);
        CHECK_AT(headers[i].header, (strcmp(s.trace, TRACE) == 0) == headers[i].good);
        CHECK_AT(headers[i].header, (strcmp(s.parent, PARENT) == 0) == headers[i].good);
        CHECK_AT(headers[i].header, is_hex(s.trace, 32) && is_hex(s.span, 16));
    }
}

WORLD_SUITE("api/request_scopes", {"of a request", test_of_a_request},
            {"of an artifact", test_of_an_artifact}, {"traceparent", test_traceparent})
