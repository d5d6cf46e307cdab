/* The test itself is the process that is looked at. */
#include <cJSON.h>
#include <unistd.h>

#include "src/base/text.h"
#include "src/collect/kernel_stacks.h"
#include "tests/support/json.h"
#include "tests/support/world.h"

#define SINCE INT64_C(639000000000000000) /* ticks */

static int add(void *user, const void *data, size_t size)
{
    text_add(user, data, size);
    return 0;
}

static const char *written(int format, pid_t pid, size_t *ret_count)
{
    struct text t = {0};
    struct output o;

    output_init(&o, add, &t);
    *ret_count = kernel_stacks_write(pid, &stack_formats[format], "it \"hangs\"", SINCE, &o);
    CHECK(output_end(&o) == 0);
    const char *copy = world_text("%s", t.data ? t.data : "");
    text_deinit(&t);
    return copy;
}

static void test_text(void)
{
    size_t count;
    const char *t = written(STACK_FORMAT_TEXT, getpid(), &count);

    CHECK(count == 1);
    CHECK_AT(t, strncmp(t, "# No stacks: it \"hangs\"\n", 24) == 0);
    CHECK_AT(t, strstr(t, world_text("\nThread: (0x%X)\n  R (running)", (unsigned)getpid())));
    CHECK_AT(t, strstr(t, " CPU ticks\n") != NULL);
    CHECK_AT(t, strstr(t, "\n# Unresponsive since: 3994-11-29T") != NULL);
    CHECK_AT(t, strstr(t, "\n# Files: ") && strstr(t, "\n# Memory: ") && strstr(t, "\n# CPU: "));
}

static void test_json(void)
{
    size_t count;
    const char *t = written(STACK_FORMAT_JSON, getpid(), &count);
    cJSON *json = cJSON_Parse(t);

    REQUIRE(json != NULL);
    CHECK(cJSON_GetArraySize(json_at(json, "stacks")) == 0);
    CHECK(strcmp(json_text(json, "incomplete"), "it \"hangs\"") == 0);
    CHECK(json_at(json, "kernelThreads[0].threadId")->valueint == getpid());
    CHECK(strcmp(json_text(json, "kernelThreads[0].state"), "R") == 0);
    CHECK(cJSON_IsNumber(json_at(json, "kernelThreads[0].cpuTicks")));
    CHECK(strncmp(json_text(json, "unresponsiveSince"), "3994-11-29T", 11) == 0);
    CHECK(json_at(json, "kernel.threadCount")->valueint == 1);
    cJSON_Delete(json);
}

static void test_out_of_sight(void)
{
    size_t count;

    CHECK(written(STACK_FORMAT_TEXT, 0, &count)[0] == '\0' && count == 0);
    CHECK(written(STACK_FORMAT_TEXT, 1 << 30, &count)[0] == '\0' && count == 0);
    CHECK(kernel_stacks_possible(&stack_formats[STACK_FORMAT_MERGED]));
    CHECK(!kernel_stacks_possible(&stack_formats[STACK_FORMAT_SPEEDSCOPE]));
}

WORLD_SUITE("collect/kernel_stacks", {"text", test_text}, {"json", test_json},
            {"out of sight", test_out_of_sight})
