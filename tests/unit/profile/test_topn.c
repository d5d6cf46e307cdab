#include "src/base/text.h"
#include "src/profile/writers.h"
#include "tests/support/json.h"
#include "tests/support/trace_maker.h"
#include "tests/support/world.h"

static int take(void *user, const void *data, size_t size)
{
    text_add(user, data, size);
    return 0;
}

static char *write_text(const char *format, struct format_options options)
{
    struct text t = {0};
    struct error err;

    options.kind = PROFILE_WALL;
    CHECK(format_write(format_find(format), trace_maker_example(), &options, take, &t, &err) == 0);
    char *copy = world_text("%s", t.data ? t.data : "");
    text_deinit(&t);
    return copy;
}

/* Columns as those of dotnet-trace 10: number, 70 for the name, 4 blanks, 20 and 20. */
static void test_text(void)
{
    char *want =
        world_text("%-77s%-20s%-20s\n"
                   "1. %-70s    %-20s%-20s\n"
                   "2. %-70s    %-20s%-20s\n",
                   "Top 2 Functions (Inclusive)", "Inclusive", "Exclusive",
                   "Program.Main(class System.String[])", "60%", "0%", "0x9999", "40%", "40%");
    CHECK(strcmp(write_text("topn", (struct format_options){.inclusive = true, .count = 2}),
                 want) == 0);
    CHECK(strstr(write_text("topn", (struct format_options){0}), "Top 4 Functions (Exclusive)"));
}

static void test_json(void)
{
    const cJSON *doc = json_parse(write_text("topn-json", (struct format_options){.count = 3}));

    REQUIRE(doc != NULL);
    CHECK(strcmp(json_text(doc, "kind"), "wall") == 0);
    CHECK(json_number(doc, "total") == 10000000);
    const cJSON *methods = cJSON_GetObjectItem(doc, "methods");
    REQUIRE(cJSON_GetArraySize(methods) == 3);
    CHECK(strcmp(json_text(cJSON_GetArrayItem(methods, 2), "name"),
                 "My.App!My.App.Wait</script>\"\\;x()") == 0);
}

static void test_long_names(void)
{
    struct trace_maker *m = trace_maker_new();
    static const uint64_t frames[] = {0x1001};
    struct text t = {0};
    struct error err;
    struct format_options options = {.kind = PROFILE_WALL, .verbose = true};

    trace_maker_method(m, MAKER_METHOD, 0x1000, 16, "A.B.Type",
                       "VeryLongNameVeryLongNameVeryLongNameVeryLongNameVeryLongName\xC3\xA4\xC3"
                       "\xA4\xC3\xA4\xC3\xA4",
                       "(class A.B.C,class D.E.F)");
    trace_maker_stack(m, 1, frames, 1);
    trace_maker_sample(m, 1, 0, 1, 2);
    trace_maker_sample(m, 1, 100, 1, 2);
    const struct profile *p = trace_maker_profile(m);
    CHECK(format_write(format_find("topn"), p, &options, take, &t, &err) == 0);
    CHECK(t.data && strstr(t.data, "1. Type.VeryLong") && strstr(t.data, "\xC3\xA4(    100%"));
    CHECK(t.data && strstr(t.data, "\n     class A.B.C,class D.E.F)\n"));
    text_deinit(&t);
}

WORLD_SUITE("profile/topn", {"text", test_text}, {"json", test_json},
            {"long names", test_long_names})
