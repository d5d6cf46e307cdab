#include <errno.h>
#include <string.h>

#include "src/api/stopping_event.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static const struct ipc_trace_provider providers[] = {{.name = "Other"}, {.name = "My.Source"}};
static const struct ipc_trace_request request = {.providers = providers, .provider_count = 2};

/* `fields`: "name=text;" of each, in their order. */
static void check_need(const char *label, const struct stopping_event *s, const char *fields)
{
    const struct event_match_need *need = stopping_event_need(s);
    char got[512] = "";

    REQUIRE(need != NULL);
    CHECK_AT(label, strcmp(need->provider, "My.Source") == 0 && strcmp(need->event, "E/Stop") == 0);
    for (size_t i = 0; i < need->field_count; i++)
        (void)snprintf(got + strlen(got), sizeof got - strlen(got), "%s=%s;", need->fields[i].name,
                       need->fields[i].text);
    CHECK_AT(got, strcmp(got, fields) == 0);
}

static const struct {
    const char *provider, *event, *filter;
    const char *fields; /* NULL: -EINVAL; "-": none is wanted */
} queries[] = {
    {NULL, NULL, NULL, "-"},
    {"My.Source", "E/Stop", NULL, ""},
    {"My.Source", "E/Stop", "A:1", "A=1;"},
    {"My.Source", "E/Stop", "A:1,B:x y:z", "A=1;B=x y:z;"},
    {"My.Source", "E/Stop", "A:", "A=;"},
    {"My.Source", "E/Stop", "A", NULL},
    {"My.Source", "E/Stop", ":1", NULL},
    {"My.Source", "E/Stop", "A:1,", NULL},
    {"my.source", "E/Stop", NULL, NULL},
    {"Third", "E/Stop", NULL, NULL},
    {"My.Source", NULL, NULL, NULL},
    {NULL, "E/Stop", NULL, NULL},
    {NULL, NULL, "A:1", NULL},
};

static void test_queries(void)
{
    for (size_t i = 0; i < COUNT_OF(queries); i++) {
        struct call c = {0};
        struct stopping_event s;
        struct error err = {0};

        c.at[PARAM_STOP_PROVIDER].text = queries[i].provider;
        c.at[PARAM_STOP_EVENT].text = queries[i].event;
        c.at[PARAM_STOP_FILTER].text = queries[i].filter;
        int r = stopping_event_of_query(&c, &request, &s, &err);
        const char *label = queries[i].filter ? queries[i].filter : "no filter";
        CHECK_AT(label, r == (queries[i].fields ? 0 : -EINVAL));
        CHECK_AT(label, r == 0 || err.text[0]);
        if (r == 0 && strcmp(queries[i].fields, "-") == 0)
            CHECK_AT(label, !stopping_event_need(&s));
        else if (r == 0)
            check_need(label, &s, queries[i].fields);
        stopping_event_deinit(&s);
    }
}

#define NAMED "\"providerName\":\"My.Source\",\"eventName\":\"E/Stop\""

static const struct {
    const char *json, *fields;
} bodies[] = {
    {"{}", "-"},
    {"{\"stoppingEvent\":null}", "-"},
    {"{\"stoppingEvent\":{" NAMED "}}", ""},
    {"{\"StoppingEvent\":{" NAMED ",\"payloadFilter\":null}}", ""},
    {"{\"stoppingEvent\":{" NAMED ",\"payloadFilter\":{\"A\":\"1\",\"B\":\"x,:\"}}}", "A=1;B=x,:;"},
    {"{\"stoppingEvent\":{" NAMED ",\"payloadFilter\":{\"A\":null}}}", "A=;"},
    {"{\"stoppingEvent\":{" NAMED ",\"payloadFilter\":{\"\":\"1\"}}}", NULL},
    {"{\"stoppingEvent\":{}}", NULL},
    {"{\"stoppingEvent\":{\"providerName\":\"My.Source\"}}", NULL},
    {"{\"stoppingEvent\":{\"providerName\":\"My.Source\",\"eventName\":\"\"}}", NULL},
    {"{\"stoppingEvent\":{\"providerName\":\"\",\"eventName\":\"E/Stop\"}}", NULL},
    {"{\"stoppingEvent\":{\"providerName\":\"MY.Source\",\"eventName\":\"E/Stop\"}}", NULL},
};

static void test_bodies(void)
{
    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        cJSON *json = cJSON_Parse(bodies[i].json);
        struct stopping_event s;
        struct error err = {0};

        REQUIRE(json != NULL);
        int r = stopping_event_of_body(json, &request, &s, &err);
        CHECK_AT(bodies[i].json, r == (bodies[i].fields ? 0 : -EINVAL));
        if (r == 0 && strcmp(bodies[i].fields, "-") == 0)
            CHECK_AT(bodies[i].json, !stopping_event_need(&s));
        else if (r == 0)
            check_need(bodies[i].json, &s, bodies[i].fields);
        stopping_event_deinit(&s);
        cJSON_Delete(json);
    }
}

static void test_too_many(void)
{
    cJSON *json = cJSON_Parse("{\"stoppingEvent\":{" NAMED ",\"payloadFilter\":{}}}");
    cJSON *filter =
        cJSON_GetObjectItem(cJSON_GetObjectItem(json, "stoppingEvent"), "payloadFilter");
    struct stopping_event s;
    struct error err;

    REQUIRE(filter != NULL);
    for (int i = 0; i <= EVENT_MATCH_FIELDS; i++) {
        char name[16];
        CHECK(stopping_event_of_body(json, &request, &s, &err) == 0);
        stopping_event_deinit(&s);
        (void)snprintf(name, sizeof name, "F%d", i);
        REQUIRE(cJSON_AddStringToObject(filter, name, "x") != NULL);
    }
    CHECK(stopping_event_of_body(json, &request, &s, &err) == -EINVAL);
    stopping_event_deinit(&s);
    cJSON_Delete(json);
}

TEST_SUITE("api/stopping_event", {"queries", test_queries}, {"bodies", test_bodies},
           {"too many", test_too_many});
