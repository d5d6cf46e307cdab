#include "src/profile/writers.h"
#include "tests/support/json.h"
#include "tests/support/trace_maker.h"
#include "tests/support/world.h"

static void test_events(void)
{
    size_t size;
    int code, depth[10] = {0}, begins = 0;
    char *data = trace_maker_format("chromium", trace_maker_example(), PROFILE_WALL, &size, &code);
    REQUIRE(data != NULL);
    const cJSON *doc = json_parse(data), *event;

    REQUIRE(doc != NULL);
    const cJSON *frames = cJSON_GetObjectItem(doc, "stackFrames");
    cJSON_ArrayForEach(event, cJSON_GetObjectItem(doc, "traceEvents"))
    {
        char ph = json_text(event, "ph")[0];
        int tid = (int)json_number(event, "tid");
        CHECK(json_number(event, "pid") == 42 && (tid == 7 || tid == 8));
        if (ph == 'M')
            continue;
        char key[16];
        (void)snprintf(key, sizeof key, "%d", (int)json_number(event, "sf"));
        const cJSON *frame = cJSON_GetObjectItem(frames, key);
        REQUIRE(frame != NULL);
        CHECK(strcmp(json_text(frame, "name"), json_text(event, "name")) == 0);
        CHECK(json_number(event, "ts") >= 1000 && json_number(event, "ts") <= 7000);
        depth[tid] += ph == 'B' ? 1 : -1;
        begins += ph == 'B';
        CHECK(depth[tid] >= 0);
    }
    CHECK(depth[7] == 0 && depth[8] == 0 && begins == 4 + 3 + 2 + 2 + 4 + 2);
    CHECK(strstr(data, "\"name\":\"My.App.Program.Work(int32)\",\"category\":\"My.App\"") != NULL);
}

WORLD_SUITE("profile/chromium", {"events", test_events})
