#include <cJSON.h>
#include <stdlib.h>

#include "src/base/text.h"
#include "src/profile/stack_format.h"
#include "tests/support/json.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static uint32_t name(struct thread_stacks *s, const char *text)
{
    return names_add(&s->names, text, strlen(text));
}

static struct stack_frame frame(struct thread_stacks *s, const char *type, const char *method,
                                const char *arguments, uint32_t module)
{
    return (struct stack_frame){.kind = STACK_METHOD,
                                .type = name(s, type),
                                .method = name(s, method),
                                .arguments = name(s, arguments),
                                .token = 0x6000001,
                                .module = module};
}

static void end_stacks(void *arg)
{
    thread_stacks_deinit(arg);
}

/* Four threads: two equal ones that wait, one below native code, one cut and unknown. */
static struct thread_stacks *example(bool whole)
{
    static const uint32_t stacks[] = {0, 1, 2, 3, 0, 1, 4};
    struct thread_stacks *s = world_alloc(sizeof *s);

    names_init(&s->names, 0);
    s->frames = calloc(5, sizeof *s->frames);
    s->modules = calloc(1, sizeof *s->modules);
    s->threads = calloc(4, sizeof *s->threads);
    s->stacks = calloc(COUNT_OF(stacks), sizeof *s->stacks);
    REQUIRE(s->frames && s->modules && s->threads && s->stacks);
    memcpy(s->stacks, stacks, sizeof stacks);
    s->modules[0] = (struct stack_module){.file = name(s, "A.dll"), .path = name(s, "/a/A.dll")};
    memset(s->modules[0].version.bytes, 0x11, GUID_SIZE);
    s->frames[0] = frame(s, "N.G`1[X]", "Wait", "(class System.Object,int32)", 0);
    s->frames[1] = frame(s, "N.O+I", "<Run>b__0", "()", 0);
    s->frames[2] = (struct stack_frame){
        .kind = STACK_NATIVE, name(s, ""), name(s, ""), name(s, ""), 0, STACK_NO_MODULE};
    s->frames[3] = frame(s, "", "main", "", STACK_NO_MODULE);
    s->frames[4] = (struct stack_frame){
        .kind = STACK_UNKNOWN, name(s, ""), name(s, ""), name(s, ""), 0, STACK_NO_MODULE};
    s->threads[0] = (struct stack_thread){0x75FE, NAMES_NONE, 0, 2, false, 0, false};
    s->threads[1] = (struct stack_thread){0x7600, name(s, ".NET \"x\""), 2, 2, false, 0, false};
    s->threads[2] = (struct stack_thread){0x7601, name(s, "b"), 4, 2, false, 0, false};
    s->threads[3] = (struct stack_thread){0x7602, NAMES_NONE, 6, 1, true, 0, false};
    s->frame_count = 5;
    s->module_count = 1;
    s->thread_count = 4;
    s->truncated = 1;
    s->whole = whole;
    world_at_end(end_stacks, s);
    return s;
}

static int add(void *user, const void *data, size_t size)
{
    text_add(user, data, size);
    return 0;
}

static const char *written(const char *format, const struct thread_stacks *s)
{
    struct text t = {0};
    struct output o;

    output_init(&o, add, &t);
    stack_format_find(format)->write(s, &o);
    REQUIRE(output_end(&o) == 0 && t.data);
    const char *copy = world_text("%s", t.data);
    text_deinit(&t);
    return copy;
}

#define WAIT "  A.dll!N.G`1[X].Wait\n  A.dll!N.O+I.<Run>b__0\n"
#define REST "  [... frames below are not told by the runtime]\n\n"

static void test_text(void)
{
    const char *t = written("TEXT", example(true));

    CHECK_AT(t, strcmp(t, "\xEF\xBB\xBFThread: (0x75FE)\n" WAIT "\n"
                          "Thread: (0x7600) .NET \"x\"\n  [NativeFrame]\n  UnknownModule!main\n\n"
                          "Thread: (0x7601) b\n" WAIT "\n"
                          "Thread: (0x7602)\n  UnknownFunction\n" REST) == 0);
    t = written("text", example(false));
    CHECK_AT(t, strstr(t, "\n# Incomplete: the process's events ended early") != NULL);
}

static void test_merged(void)
{
    const char *t = written("merged", example(true));

    CHECK_AT(t, strcmp(t, "4 threads, 3 different stacks\n\n"
                          "2 threads: (0x75FE), (0x7601) b\n" WAIT "\n"
                          "1 thread: (0x7600) .NET \"x\"\n  [NativeFrame]\n  UnknownModule!main\n\n"
                          "1 thread: (0x7602)\n  UnknownFunction\n" REST) == 0);
}

static void test_json(void)
{
    static const struct {
        const char *at, *want;
    } rows[] = {
        {"stacks[0].threadName", ""},
        {"stacks[1].threadName", ".NET \"x\""},
        {"stacks[0].frames[0].methodName", "Wait"},
        {"stacks[0].frames[0].typeName", "N.G`1[X]"},
        {"stacks[0].frames[0].moduleName", "A.dll"},
        {"stacks[0].frames[0].moduleVersionId", "11111111-1111-1111-1111-111111111111"},
        {"stacks[0].frames[0].parameterTypes[0]", "System.Object"},
        {"stacks[0].frames[0].parameterTypes[1]", "System.Int32"},
        {"stacks[1].frames[0].methodName", "[NativeFrame]"},
        {"stacks[1].frames[0].typeName", "[NativeFrame]"},
        {"stacks[1].frames[0].moduleName", "[NativeFrame]"},
        {"stacks[1].frames[0].moduleVersionId", "00000000-0000-0000-0000-000000000000"},
        {"stacks[1].frames[1].moduleName", "UnknownModule"},
        {"stacks[3].frames[0].methodName", "UnknownFunction"},
        {"stacks[3].frames[0].typeName", "UnknownClass"},
        {"stacks[3].frames[0].moduleName", "UnknownModule"},
    };
    const char *t = written("json", example(true));
    cJSON *json = cJSON_Parse(t);

    REQUIRE(json != NULL);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_AT(rows[i].at, strcmp(json_text(json, rows[i].at), rows[i].want) == 0);
    CHECK_AT(t, json_at(json, "stacks[0].threadId")->valuedouble == 0x75FE);
    CHECK(json_at(json, "stacks[0].frames[0].methodToken")->valuedouble == 0x6000001);
    CHECK(cJSON_IsFalse(json_at(json, "stacks[0].frames[0].hidden")));
    CHECK_AT("none: left out", !json_at(json, "stacks[0].frames[1].parameterTypes"));
    CHECK(!json_at(json, "stacks[0].truncated") && !json_at(json, "incomplete"));
    CHECK(cJSON_IsTrue(json_at(json, "stacks[3].truncated")));
    CHECK_AT("escaped as .NET does", strstr(t, ".NET \\u0022x\\u0022") != NULL);
    cJSON_Delete(json);
    CHECK(strstr(written("json", example(false)), "],\"incomplete\":\"the process\\u0027s events"));
}

/* As the peer's: leaf first, closed in reverse; frames 0 and 1 stand for code without a name. */
static void test_speedscope(void)
{
    const char *t = written("speedscope", example(true));
    cJSON *json = cJSON_Parse(t);

    REQUIRE(json != NULL);
    CHECK(strncmp(json_text(json, "exporter"), "portside@", 9) == 0);
    CHECK(strcmp(json_text(json, "profiles[1].name"), "Thread: (0x7600) .NET \"x\"") == 0);
    CHECK(strstr(t, "\"name\":\"Thread: (0x75FE)\",\"unit\":\"none\",\"startValue\":0,"
                    "\"endValue\":1,\"events\":[{\"type\":\"O\",\"frame\":2,\"at\":0},"
                    "{\"type\":\"O\",\"frame\":3,\"at\":0},{\"type\":\"C\",\"frame\":3,\"at\":1},"
                    "{\"type\":\"C\",\"frame\":2,\"at\":1}]}") != NULL);
    CHECK(json_at(json, "profiles[1].events[0].frame")->valueint == 0);
    CHECK(json_at(json, "profiles[3].events[0].frame")->valueint == 1);
    CHECK(strcmp(json_text(json, "shared.frames[0].name"), "[NativeFrame]") == 0);
    CHECK(strcmp(json_text(json, "shared.frames[1].name"), "UnknownClass") == 0);
    CHECK(strcmp(json_text(json, "shared.frames[3].name"), "A.dll!N.O+I.<Run>b__0") == 0);
    cJSON_Delete(json);
}

static int refuse(void *user, const void *data, size_t size)
{
    (void)user;
    (void)data;
    (void)size;
    return -5;
}

static void test_find(void)
{
    struct output o;

    CHECK(stack_format_find("Merged") == &stack_formats[STACK_FORMAT_MERGED]);
    CHECK(!stack_format_find("xml") && !stack_format_find(""));
    for (const struct stack_format *f = stack_formats; f->name; f++) {
        output_init(&o, refuse, NULL);
        f->write(example(true), &o);
        CHECK_AT(f->name, output_end(&o) == -5);
    }
}

WORLD_SUITE("profile/stack_format", {"text", test_text}, {"merged", test_merged},
            {"json", test_json}, {"speedscope", test_speedscope}, {"find", test_find})
