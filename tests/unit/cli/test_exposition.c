#include <errno.h>
#include <stdlib.h>

#include "src/cli/exposition.h"
#include "tests/support/world.h"

/* The sample as "name{label=value,...}=value help"; only the last one of the page. */
static const struct {
    const char *label, *page, *want;
    size_t count, bad;
} rows[] = {
    {"nothing", "", "", 0, 0},
    {"bare", "up 1\n", "up{}=1 ", 1, 0},
    {"no line end", "up 1", "up{}=1 ", 1, 0},
    {"time", "up 1 1700000000000\n", "up{}=1 ", 1, 0},
    {"labels", "a{b=\"c\",d=\"e\"} 2\n", "a{b=c,d=e}=2 ", 1, 0},
    {"blank behind the comma", "a{b=\"c\", d=\"e\"} 2 5\n", "a{b=c,d=e}=2 ", 1, 0},
    {"comma at the end", "a{b=\"c\",} 2\n", "a{b=c}=2 ", 1, 0},
    {"no labels in braces", "a{} 2\n", "a{}=2 ", 1, 0},
    {"escapes", "a{b=\"\\\\ \\\" \\n}\"} 2\n", "a{b=\\ \" \n}}=2 ", 1, 0},
    {"infinite", "a +Inf\n", "a{}=inf ", 1, 0},
    {"help", "# HELP a What\\nit is\n# TYPE a gauge\na 1\n", "a{}=1 What\nit is", 1, 0},
    {"counter", "# TYPE a counter\na_total 3\n", "a_total{}=3 (counter)", 1, 0},
    {"another family", "# HELP a What\n# TYPE b gauge\nb 1\n", "b{}=1 ", 1, 0},
    {"name that only begins alike", "# HELP a What\nab 1\n", "ab{}=1 ", 1, 0},
    {"newest point", "a{b=\"1\"} 1 10\na{b=\"1\"} 2 20\na{b=\"1\"} 3 30\n", "a{b=1}=3 ", 1, 0},
    {"other labels", "a{b=\"1\"} 1 10\na{b=\"2\"} 2 20\n", "a{b=2}=2 ", 2, 0},
    {"OpenMetrics", "# TYPE a counter\n# UNIT a s\na_total 1 1.5 # {t=\"x\"} 1\n# EOF\n",
     "a_total{}=1 (counter)", 1, 0},
    {"no value", "a\nb 1\n", "b{}=1 ", 1, 1},
    {"no number", "a x\nb 1\n", "b{}=1 ", 1, 1},
    {"number and more", "a 1x\nb 1\n", "b{}=1 ", 1, 1},
    {"open brace", "a{b=\"c\" 1\nb 1\n", "b{}=1 ", 1, 1},
    {"open quote", "a{b=\"c} 1\nb 1\n", "b{}=1 ", 1, 1},
    {"no quote", "a{b=c} 1\nb 1\n", "b{}=1 ", 1, 1},
    {"escape at the end", "a{b=\"c\\", "", 0, 1},
    {"only braces", "{} 1\n", "", 0, 1},
    {"comments", "#\n# \n#HELP\n# HELP\n# TYPE\n\n  \r\n", "", 0, 0},
};

static const char *shown(const struct exposition_sample *s)
{
    const char *labels = "";

    for (size_t i = 0; i < s->label_count; i++)
        labels =
            world_text("%s%s%s=%s", labels, i ? "," : "", s->labels[i].name, s->labels[i].value);
    return world_text("%s{%s}=%g %s%s", s->name, labels, s->value, s->help,
                      s->counter ? "(counter)" : "");
}

static void test_pages(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct exposition e;
        struct error err;
        CHECK(exposition_parse(rows[i].page, &e, &err) == 0);
        CHECK_AT(rows[i].label, e.count == rows[i].count && e.bad_lines == rows[i].bad);
        const char *last = e.count ? shown(&e.samples[e.count - 1]) : "";
        CHECK_AT(world_text("%s: %s", rows[i].label, last), strcmp(last, rows[i].want) == 0);
        exposition_deinit(&e);
    }
}

static void test_label(void)
{
    struct exposition e;
    struct error err;

    CHECK(exposition_parse("a{b=\"c\",d=\"e\"} 2\n", &e, &err) == 0);
    CHECK(strcmp(exposition_label(&e.samples[0], "d"), "e") == 0);
    CHECK(exposition_label(&e.samples[0], "x") == NULL);
    exposition_deinit(&e);
}

static void test_too_many(void)
{
    enum { LINE = 9, LINES = EXPOSITION_SAMPLES_MAX + 1 };
    char *page = malloc((size_t)LINE * LINES + 1);
    struct exposition e;
    struct error err;

    REQUIRE(page != NULL);
    for (int i = 0; i < LINES; i++)
        (void)snprintf(page + (size_t)i * LINE, LINE + 1, "%c%05d 1\n", 'a' + i / 100000,
                       i % 100000);
    CHECK(exposition_parse(page, &e, &err) == -E2BIG);
    CHECK(e.samples == NULL && strstr(err.text, "100000") != NULL);
    free(page);
}

WORLD_SUITE("cli/exposition", {"pages", test_pages}, {"label", test_label},
            {"too many", test_too_many})
