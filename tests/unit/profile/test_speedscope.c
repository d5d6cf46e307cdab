#include <stdlib.h>

#include "src/profile/writers.h"
#include "tests/support/json.h"
#include "tests/support/trace_maker.h"
#include "tests/support/world.h"

static const cJSON *convert(enum profile_kind kind)
{
    size_t size;
    int code;
    char *data = trace_maker_format("speedscope", trace_maker_example(), kind, &size, &code);

    CHECK(code == 0);
    return data ? json_parse(data) : NULL;
}

static void test_evented(void)
{
    const cJSON *doc = convert(PROFILE_WALL);
    const cJSON *profiles = cJSON_GetObjectItem(doc, "profiles");

    REQUIRE(doc != NULL && cJSON_GetArraySize(profiles) == 2);
    const cJSON *first = cJSON_GetArrayItem(profiles, 0);
    CHECK(strcmp(json_text(first, "type"), "evented") == 0);
    CHECK(strcmp(json_text(first, "name"), "Thread (7)") == 0);
    CHECK(strcmp(json_text(first, "unit"), "milliseconds") == 0);
    CHECK(json_number(first, "startValue") == 1 && json_number(first, "endValue") == 7);
    int frames =
        cJSON_GetArraySize(cJSON_GetObjectItem(cJSON_GetObjectItem(doc, "shared"), "frames"));
    const cJSON *event;
    int stack[64], depth = 0;
    double last = 0;
    cJSON_ArrayForEach(event, cJSON_GetObjectItem(first, "events"))
    {
        int frame = (int)json_number(event, "frame");
        CHECK(frame >= 0 && frame < frames);
        CHECK(json_number(event, "at") >= last);
        last = json_number(event, "at");
        if (json_text(event, "type")[0] == 'O')
            stack[depth++] = frame;
        else
            CHECK(depth > 0 && stack[--depth] == frame);
        REQUIRE(depth < 64);
    }
    CHECK(depth == 0 && last == 7);
}

static void test_sampled(void)
{
    const cJSON *doc = convert(PROFILE_ALLOC);
    const cJSON *profiles = cJSON_GetObjectItem(doc, "profiles");

    REQUIRE(doc != NULL && cJSON_GetArraySize(profiles) == 1);
    const cJSON *only = cJSON_GetArrayItem(profiles, 0);
    CHECK(strcmp(json_text(only, "type"), "sampled") == 0);
    CHECK(strcmp(json_text(only, "unit"), "bytes") == 0);
    CHECK(json_number(only, "endValue") == 200000);
    const cJSON *samples = cJSON_GetObjectItem(only, "samples");
    const cJSON *weights = cJSON_GetObjectItem(only, "weights");
    REQUIRE(cJSON_GetArraySize(samples) == 1 && cJSON_GetArraySize(weights) == 1);
    CHECK(cJSON_GetArrayItem(weights, 0)->valuedouble == 200000);
    CHECK(cJSON_GetArraySize(cJSON_GetArrayItem(samples, 0)) == 5); /* 2 roots, 2 methods, type */
}

WORLD_SUITE("profile/speedscope", {"evented", test_evented}, {"sampled", test_sampled})
