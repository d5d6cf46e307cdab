#include <string.h>

#include "src/exceptions/format.h"
#include "tests/support/world.h"

static uint32_t name(struct thread_stacks *s, const char *text)
{
    return names_add(&s->names, text, strlen(text));
}

/* Two methods and one without a name. */
static struct thread_stacks *stacks_of_test(void)
{
    static uint32_t order[] = {0, 2, 1};
    struct thread_stacks *s = world_alloc(sizeof *s);

    names_init(&s->names, 0);
    s->modules = world_alloc(sizeof *s->modules);
    s->frames = world_alloc(3 * sizeof *s->frames);
    s->modules[0] = (struct stack_module){.file = name(s, "m.dll"), .path = name(s, "/m.dll")};
    s->frames[0] = (struct stack_frame){
        .kind = STACK_METHOD,
        .type = name(s, "A.C`1[System.Int32]"),
        .method = name(s, "Run<x>"),
        .arguments = name(s, "(class System.String,int32&,class System.Collections.Generic.List`1<"
                             "class A.B>)"),
        .token = 6};
    s->frames[1] = (struct stack_frame){.kind = STACK_METHOD,
                                        .type = name(s, "A.D"),
                                        .method = name(s, "Go"),
                                        .arguments = name(s, "()"),
                                        .module = STACK_NO_MODULE};
    uint32_t nothing = name(s, "");
    s->frames[2] = (struct stack_frame){.kind = STACK_UNKNOWN,
                                        .type = nothing,
                                        .method = nothing,
                                        .arguments = nothing,
                                        .module = STACK_NO_MODULE};
    s->stacks = order;
    return s;
}

static void end_names(void *arg)
{
    names_deinit(arg);
}

static const char *shown(int format, const struct exception_record *r, size_t depth, bool truncated)
{
    struct thread_stacks *s = stacks_of_test();
    struct stack_thread stack = {.id = r->thread, .depth = depth, .truncated = truncated};
    struct text out = {0};

    world_at_end(end_names, &s->names);
    exception_formats[format].write(&out,
                                    &(struct exception_view){r, depth ? "t.dll" : "", s, &stack});
    const char *copy = world_text("%s", out.data);
    text_deinit(&out);
    return copy;
}

/* 2026-11-22T04:05:06.0700000Z */
#define TICKS INT64_C(17953203060700000)

static const struct exception_record plain = {
    .id = 7, .ticks = TICKS, .thread = 42, .hresult = 0x80131500, .type = "A.E", .message = "boom"};
static const struct exception_record rich = {
    .id = 8,
    .ticks = TICKS + 1,
    .thread = 43,
    .hresult = 0x1,
    .flags = EXCEPTION_HAS_INNER | EXCEPTION_RETHROWN | EXCEPTION_NESTED,
    .activity = {{1}},
    .type = "A.E`1[B]",
    .message = "a \"quote\",\nline\t<\xc3\xa9> \xf0\x9f\x98\x80"};
static const struct exception_record silent = {.ticks = -1, .type = "", .message = ""};

static void test_text(void)
{
    const char *text = shown(EXCEPTION_PLAIN, &plain, 3, true);

    CHECK_AT(text, strcmp(text, "First chance exception at 2026-11-22T04:05:06.0700000Z\n"
                                "A.E: boom\n"
                                "   at A.C`1[System.Int32].Run<x>(String,Int32&,List`1[B])\n"
                                "   at UnknownClass.UnknownFunction\n"
                                "   at A.D.Go\n"
                                "   [... frames below are not told by the runtime]\n\n") == 0);
    text = shown(EXCEPTION_PLAIN, &rich, 0, false);
    CHECK_AT(text,
             strcmp(text, "First chance exception at 2026-11-22T04:05:06.0700001Z\n"
                          "A.E`1[B]: a \"quote\",\nline\t<\xc3\xa9> \xf0\x9f\x98\x80\n"
                          "   --- It has an inner exception, which the runtime does not tell ---\n"
                          "Activity ID: 00000001-0000-0000-0000-000000000000\n\n") == 0);
    text = shown(EXCEPTION_PLAIN, &silent, 0, false);
    CHECK_AT(text,
             strcmp(text, "First chance exception at 1969-12-31T23:59:59.9999999Z\n\n\n") == 0);
}

#define ZERO "00000000-0000-0000-0000-000000000000"

static void test_json(void)
{
    static const char want[] =
        "{\"id\":7,\"timestamp\":\"2026-11-22T04:05:06.07Z\",\"typeName\":\"A.E\",\"moduleName\":"
        "\"t.dll\",\"message\":\"boom\",\"innerExceptions\":[],\"stack\":{\"threadId\":42,"
        "\"threadName\":null,\"frames\":[{\"methodName\":\"Run\\u003Cx\\u003E\",\"methodToken\":6,"
        "\"parameterTypes\":[\"System.String\",\"System.Int32\\u0026\","
        "\"System.Collections.Generic.List\\u00601[A.B]\"],\"typeName\":"
        "\"A.C\\u00601[System.Int32]\",\"moduleName\":\"m.dll\",\"moduleVersionId\":\"" ZERO
        "\",\"hidden\":false},{\"methodName\":\"UnknownFunction\",\"methodToken\":0,"
        "\"parameterTypes\":[],\"typeName\":\"UnknownClass\",\"moduleName\":\"UnknownModule\","
        "\"moduleVersionId\":\"" ZERO "\",\"hidden\":false}]},\"hResult\":\"0x80131500\"}\n";
    const char *json = shown(EXCEPTION_NDJSON, &plain, 2, false);

    CHECK_AT(json, strcmp(json, want) == 0);
    json = shown(EXCEPTION_JSON_SEQ, &plain, 2, false);
    CHECK_AT(json, json[0] == '\x1E' && strcmp(json + 1, want) == 0);
    json = shown(EXCEPTION_NDJSON, &rich, 0, true);
    CHECK_AT(json,
             strcmp(json,
                    "{\"id\":8,\"timestamp\":\"2026-11-22T04:05:06.0700001Z\",\"typeName\":"
                    "\"A.E\\u00601[B]\",\"moduleName\":\"\",\"message\":\"a \\u0022quote\\u0022,"
                    "\\nline\\t\\u003C\\u00E9\\u003E \\uD83D\\uDE00\",\"activity\":{\"id\":"
                    "\"00000001-0000-0000-0000-000000000000\",\"idFormat\":\"Unknown\"},"
                    "\"innerExceptions\":[],\"stack\":{\"threadId\":43,\"threadName\":null,"
                    "\"frames\":[],\"truncated\":true},\"hResult\":\"0x00000001\","
                    "\"hasInnerException\":true,\"rethrown\":true}\n") == 0);
}

static void test_table(void)
{
    static const char *const types[] = {"text/plain", "application/x-ndjson",
                                        "application/json-seq"};

    for (size_t i = 0; i < EXCEPTION_FORMATS; i++) {
        CHECK(strcmp(exception_formats[i].media_type, types[i]) == 0);
        CHECK(strcmp(exception_media_types[i], types[i]) == 0);
    }
    CHECK(!exception_media_types[EXCEPTION_FORMATS]);
}

WORLD_SUITE("exceptions/format", {"text", test_text}, {"json", test_json}, {"table", test_table})
