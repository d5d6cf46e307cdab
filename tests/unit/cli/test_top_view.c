#include <stdlib.h>

#include "src/cli/top_view.h"
#include "tests/support/world.h"

#define UP1 "portside_up{pid=\"7\",process=\"web\",uid=\"u\"} 1\n"
#define UP2 "portside_up{pid=\"8\",process=\"worker\",uid=\"v\"} 0\n"
#define CPU(labels, value) "# HELP cpu CPU Usage (%)\n# TYPE cpu gauge\ncpu{" labels "} " value "\n"
#define HITS(value) "# TYPE hits counter\nhits_total{route=\"/a\"} " value "\n"

static const char *text_of(const struct top_view *view, const char *page, const char *before)
{
    struct exposition now, old;
    struct error err;
    struct text out = {0};

    REQUIRE(exposition_parse(page, &now, &err) == 0);
    REQUIRE(exposition_parse(before ? before : "", &old, &err) == 0);
    top_view_text(view, &now, before ? &old : NULL, 2, &out);
    const char *copy = world_text("%s", out.data ? out.data : "");
    text_deinit(&out);
    exposition_deinit(&now);
    exposition_deinit(&old);
    return copy;
}

/* Texts that must be there and those that must not, with ! before them. */
static const struct {
    const char *label;
    struct top_view view;
    const char *page, *before;
    const char *wants[6];
} rows[] = {
    {"empty", {0}, "", NULL, {"No .NET process."}},
    {"one, not named", {0}, UP1 CPU("", "5"), NULL, {"web (7)\n", "CPU Usage (%)  ", " 5\n"}},
    {"two",
     {0},
     UP1 UP2 CPU("pid=\"7\"", "5"),
     NULL,
     {"web (7)\n", "worker (8) - no metrics from it now\n", "!pid=", "!portside_up"}},
    {"one of two",
     {.pid = "8"},
     UP1 UP2 CPU("pid=\"7\"", "5"),
     NULL,
     {"worker (8)", "!web", "!CPU"}},
    {"no such", {.pid = "9"}, UP1, NULL, {"No such process."}},
    {"filter by help", {.filter = "usage"}, UP1 CPU("", "5") HITS("1"), NULL, {"CPU", "!hits"}},
    {"filter by name", {.filter = "HIT"}, UP1 CPU("", "5") HITS("1"), NULL, {"!CPU", "hits_total"}},
    {"labels", {0}, UP1 CPU("a=\"1\",pid=\"7\",b=\"2\"", "5"), NULL, {"CPU Usage (%) {a=1,b=2}"}},
    {"rate", {0}, UP1 HITS("110"), UP1 HITS("100"), {"hits_total {route=/a}", " 110 ", " 5/s\n"}},
    {"no rate at first", {0}, UP1 HITS("110"), NULL, {" 110\n", "!/s"}},
    {"no rate when it began anew", {0}, UP1 HITS("5"), UP1 HITS("100"), {" 5\n", "!/s"}},
    {"no rate of a gauge", {0}, UP1 CPU("", "5"), UP1 CPU("", "1"), {" 5\n", "!/s"}},
    {"fraction", {0}, UP1 CPU("", "0.25"), NULL, {" 0.250\n"}},
    {"not a number", {0}, UP1 CPU("", "NaN"), NULL, {" nan\n"}},
    {"control characters", {0}, UP1 CPU("a=\"\x1b[2J\"", "5"), NULL, {"{a=?[2J}", "!\x1b"}},
    {"own",
     {.own = true},
     UP1 "portside_rss_bytes 3\n",
     NULL,
     {"portside_up", "portside\n  portside_rss_bytes"}},
    {"own is not asked for", {0}, UP1 "portside_rss_bytes 3\n", NULL, {"!portside"}},
    {"a summary",
     {0},
     UP1 "# HELP d How long\n# TYPE d summary\nd{quantile=\"0.5\"} 1\nd_sum 2\nd_count 3\n",
     NULL,
     {"How long {quantile=0.5} ", "How long (sum)   ", "How long (count)   "}},
    {"OpenTelemetry's scope and target",
     {0},
     UP1 "target_info{pid=\"7\",service_name=\"web\"} 1\n" CPU(
         "pid=\"7\",otel_scope_name=\"S\",otel_scope_version=\"1\",a=\"b\"", "5"),
     NULL,
     {"!service_name", "!otel", "CPU Usage (%) {a=b}"}},
};

static void test_text(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *out = text_of(&rows[i].view, rows[i].page, rows[i].before);
        for (const char *const *want = rows[i].wants; *want; want++) {
            bool absent = **want == '!';
            CHECK_AT(world_text("%s: %s in:\n%s", rows[i].label, *want, out),
                     (strstr(out, *want + absent) == NULL) == absent);
        }
    }
}

static void test_json(void)
{
    struct exposition now, old;
    struct error err;
    struct text out = {0};

    REQUIRE(exposition_parse(UP1 CPU("a=\"\\\"\"", "NaN") HITS("110"), &now, &err) == 0);
    REQUIRE(exposition_parse(UP1 HITS("100"), &old, &err) == 0);
    top_view_json(&(struct top_view){0}, &now, &old, 2, 1234, &out);
    CHECK_AT(out.data,
             strcmp(out.data, "{\"time\":1234,\"metrics\":["
                              "{\"name\":\"cpu\",\"labels\":{\"a\":\"\\u0022\"},\"value\":null},"
                              "{\"name\":\"hits_total\",\"labels\":{\"route\":\"/a\"},"
                              "\"value\":110,\"perSecond\":5}]}\n") == 0);
    text_deinit(&out);
    exposition_deinit(&now);
    exposition_deinit(&old);
}

/* The only process of the page is not named at its metrics, and not the one that is asked for. */
static void test_json_of_another(void)
{
    static const char *const pids[][2] = {{"7", "\"value\":5"}, {"8", "\"metrics\":[]"}};

    for (size_t i = 0; i < sizeof pids / sizeof pids[0]; i++) {
        struct exposition now;
        struct error err;
        struct text out = {0};
        REQUIRE(exposition_parse(UP1 CPU("", "5"), &now, &err) == 0);
        top_view_json(&(struct top_view){.pid = pids[i][0]}, &now, NULL, 2, 1, &out);
        CHECK_AT(out.data, strstr(out.data, pids[i][1]) != NULL);
        text_deinit(&out);
        exposition_deinit(&now);
    }
}

WORLD_SUITE("cli/top_view", {"text", test_text}, {"json", test_json},
            {"json of another", test_json_of_another})
