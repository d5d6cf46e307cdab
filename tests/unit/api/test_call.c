#include <errno.h>
#include <stdlib.h>

#include "src/api/call.h"
#include "src/http/query.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define UID "a5a1f078-c687-4775-bab9-ed23d23a740f"

/* A request with this query; lives until the test has ended. */
static struct http_request request_of(const char *query)
{
    char *text = world_text("%s", query);
    struct http_pair *pairs = world_alloc(http_query_bound(text) * sizeof *pairs);
    struct http_request request = {.query = pairs};

    REQUIRE(http_query_split(text, pairs, &request.query_count));
    return request;
}

static const struct {
    enum param param;
    const char *query;
    bool ok, given;
    int32_t number;
} numbers[] = {
    {PARAM_PID, "", true, false, 0},
    {PARAM_PID, "other=1", true, false, 0},
    {PARAM_PID, "pid=12", true, true, 12},
    {PARAM_PID, "PID=12", true, true, 12},
    {PARAM_PID, "pid=%2B12", true, true, 12},
    {PARAM_PID, "pid=+12", true, true, 12},
    {PARAM_PID, "pid=%2012%20", true, true, 12},
    {PARAM_PID, "pid=007", true, true, 7},
    {PARAM_PID, "pid=-1", true, true, -1},
    {PARAM_PID, "pid=2147483647", true, true, INT32_MAX},
    {PARAM_PID, "pid=-2147483648", true, true, INT32_MIN},
    {PARAM_PID, "pid=2147483648", false, true, 0},
    {PARAM_PID, "pid=-2147483649", false, true, 0},
    {PARAM_PID, "pid=", false, true, 0},
    {PARAM_PID, "pid", false, true, 0},
    {PARAM_PID, "pid=x", false, true, 0},
    {PARAM_PID, "pid=12x", false, true, 0},
    {PARAM_PID, "pid=0x10", false, true, 0},
    {PARAM_PID, "pid=5.0", false, true, 0},
    {PARAM_PID, "pid=99999999999999999999999", false, true, 0},
    {PARAM_PID, "pid=1&pid=2", false, true, 0},
    {PARAM_PID, "pid=&pid=12", true, true, 12},
    {PARAM_PID, "pid=12&pid=&pid", true, true, 12},
    {PARAM_PID, "pid=&pid=", false, true, 0},
    {PARAM_DURATION, "", true, false, 30},
    {PARAM_DURATION, "durationSeconds=0", true, true, 0},
    {PARAM_DURATION, "durationseconds=-5", true, true, -5}, /* the range only documents */
    {PARAM_DURATION, "durationSeconds=", false, true, 0},
    {PARAM_TYPE, "", true, false, 3},
    {PARAM_TYPE, "type=Full", true, true, 1},
    {PARAM_TYPE, "type=mini", true, true, 2},
    {PARAM_TYPE, "type=4", true, true, 4},
    {PARAM_TYPE, "type=Nope", false, true, 0},
    {PARAM_TYPE, "type=5", false, true, 0},
    {PARAM_TYPE, "type=", false, true, 0},
    {PARAM_TYPE, "type=Full&type=Mini", true, true, 3},
    {PARAM_PROFILE, "", true, false, 1 | 2 | 8 | 16},
    {PARAM_PROFILE, "profile=cpu,HTTP", true, true, 3},
    {PARAM_PROFILE, "profile=cpu&profile=http&profile=logs", true, true, 7},
    {PARAM_PROFILE, "profile=31", true, true, 31},
    {PARAM_PROFILE, "profile=32", false, true, 0},
    {PARAM_PROFILE, "profile=nope", false, true, 0},
    {PARAM_LEVEL, "", true, false, 0},
    {PARAM_LEVEL, "level=0", true, true, 0},
    {PARAM_LEVEL, "level=warning", true, true, 3},
    {PARAM_LEVEL, "level=Zzz", false, true, 0},
    {PARAM_LEVEL, "level=Debug&level=x", false, true, 0},
    {PARAM_STOP, "", true, false, 0},
    {PARAM_STOP, "stop=TRUE", true, true, 1},
    {PARAM_STOP, "stop=%20false%20", true, true, 0},
    {PARAM_STOP, "stop=1", false, true, 0},
    {PARAM_STOP, "stop=", false, true, 0},
    {PARAM_STOP, "stop=true&stop=true", false, true, 0},
};

static void test_numbers(void)
{
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        enum param p = numbers[i].param;
        const char *label = world_text("%s: %s", schema_params[p].name, numbers[i].query);
        const struct endpoint e = {.params = {p}};
        struct http_request request = request_of(numbers[i].query);
        struct call c = {0};
        int r = call_bind_query(&e, &request, &c);

        CHECK_AT(label, r == (numbers[i].ok ? 0 : -EINVAL));
        CHECK_AT(label, c.at[p].given == numbers[i].given);
        CHECK_AT(label, r < 0 || c.at[p].number == numbers[i].number);
        call_deinit(&c);
    }
}

static const struct {
    const char *query, *text; /* NULL: as if absent */
} texts[] = {
    {"", NULL},
    {"tags=", NULL},
    {"tags", NULL},
    {"tags=a", "a"},
    {"TAGS=a%2Cb", "a,b"},
    {"tags=a&tags=b&Tags=c", "a,b,c"},
    {"tags=&tags=b", "b"},
    {"tags=&tags=", NULL},
    {"name=x&tags=%20a%20&pid=1", " a "},
};

static void test_texts(void)
{
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        const char *label = texts[i].query;
        const struct endpoint e = {.params = {PARAM_TAGS}};
        struct http_request request = request_of(label);
        struct call c = {0};

        CHECK_AT(label, call_bind_query(&e, &request, &c) == 0);
        const char *got = c.at[PARAM_TAGS].text;
        CHECK_AT(label, texts[i].text ? got && strcmp(got, texts[i].text) == 0 : got == NULL);
        call_deinit(&c);
        CHECK_AT(label, !c.at[PARAM_TAGS].text && !c.joined[PARAM_TAGS]);
    }
}

static const struct {
    const char *query;
    bool ok, given;
} uids[] = {
    {"", true, false},
    {"uid=" UID, true, true},
    {"uid=A5A1F078C6874775BAB9ED23D23A740F", true, true},
    {"uid=%7B" UID "%7D", true, true},
    {"uid=%20" UID "%20", true, true},
    {"uid=zzz", false, true},
    {"uid=", false, true},
    {"uid=a5a1f078-c687-4775-bab9-ed23d23a740", false, true},
    {"uid=" UID "&uid=" UID, false, true},
};

static void test_uids(void)
{
    for (size_t i = 0; i < COUNT_OF(uids); i++) {
        const char *label = uids[i].query;
        const struct endpoint e = {.params = {PARAM_UID}};
        struct http_request request = request_of(label);
        struct call c = {0};
        char uid[GUID_TEXT_SIZE];

        CHECK_AT(label, call_bind_query(&e, &request, &c) == (uids[i].ok ? 0 : -EINVAL));
        CHECK_AT(label, c.at[PARAM_UID].given == uids[i].given);
        if (uids[i].ok && uids[i].given)
            CHECK_AT(label, strcmp(guid_format(&c.at[PARAM_UID].guid, uid), UID) == 0);
        call_deinit(&c);
    }
}

/* Places of the path count in their order, whatever stands between them. */
static void test_path(void)
{
    const struct endpoint e = {.params = {PARAM_RULE, PARAM_PID, PARAM_OPERATION}};
    struct http_request request = request_of("pid=3&collectionRuleName=query");
    struct call c = {0};

    request.params[0] = "rule";
    request.params[1] = UID;
    CHECK(call_bind_query(&e, &request, &c) == 0);
    CHECK(strcmp(c.at[PARAM_RULE].text, "rule") == 0);
    CHECK(c.at[PARAM_OPERATION].given && c.at[PARAM_PID].number == 3);
    call_deinit(&c);
    request.params[1] = "zz";
    CHECK(call_bind_query(&e, &request, &c) == -EINVAL);
    call_deinit(&c);
}

/* What can be read is there although something else cannot. */
static void test_all_that_can_be_read(void)
{
    const struct endpoint e = {.params = {PARAM_PID, PARAM_EGRESS, PARAM_UID, PARAM_TAGS}};
    struct http_request request = request_of("pid=x&egressProvider=p&uid=x&tags=t");
    struct call c = {0};

    CHECK(call_bind_query(&e, &request, &c) == -EINVAL);
    CHECK(c.at[PARAM_EGRESS].text && strcmp(c.at[PARAM_EGRESS].text, "p") == 0);
    CHECK(c.at[PARAM_TAGS].text && strcmp(c.at[PARAM_TAGS].text, "t") == 0);
    call_deinit(&c);
}

static const struct {
    const char *type, *body;
    int status;
    bool missing;
} bodies[] = {
    {"application/json", "{\"include\":[]}", 0, false},
    {"application/json", "{}", 0, false},
    {"application/json", "", 400, true},
    {NULL, "", 400, true},
    {NULL, "{}", 415, false},
    {"text/plain", "{}", 415, false},
    {"application/json", "{bad", 400, false},
    {"application/json", "[]", 400, false},
    {"application/json", "null", 400, false},
    {"application/json", "{\"include\":1}", 400, false},
};

static void test_bodies(void)
{
    const struct endpoint e = {.body = &schema_exceptions_configuration};

    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        const char *label = world_text("%s: %s", bodies[i].type, bodies[i].body);
        const struct http_pair header = {"content-type", bodies[i].type};
        const struct http_request request = {.headers = &header,
                                             .header_count = bodies[i].type ? 1 : 0,
                                             .body = (const uint8_t *)bodies[i].body,
                                             .body_size = strlen(bodies[i].body)};
        struct call c = {0};
        bool missing;

        CHECK_AT(label, call_bind_body(&e, &request, &c, &missing) == bodies[i].status);
        CHECK_AT(label, missing == bodies[i].missing);
        CHECK_AT(label, bodies[i].status || c.body);
        call_deinit(&c);
    }
}

/* A route without a body does not look at it. */
static void test_unread_body(void)
{
    const struct endpoint e = {0};
    const struct http_request request = {.body = (const uint8_t *)"x", .body_size = 1};
    struct call c = {0};
    bool missing = true;

    CHECK(call_bind_body(&e, &request, &c, &missing) == 0 && !missing && !c.body);
}

WORLD_SUITE("api/call", {"numbers", test_numbers}, {"texts", test_texts}, {"uids", test_uids},
            {"path", test_path}, {"all that can be read", test_all_that_can_be_read},
            {"bodies", test_bodies}, {"unread body", test_unread_body})
