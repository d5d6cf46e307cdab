/* The page as text; tests/web opens it in a browser. */
#include "src/profile/writers.h"
#include "tests/support/json.h"
#include "tests/support/trace_maker.h"
#include "tests/support/world.h"

static char *page(void)
{
    size_t size;
    int code;

    return trace_maker_format("flamegraph", trace_maker_example(), PROFILE_WALL, &size, &code);
}

static unsigned count(const char *text, const char *what)
{
    unsigned n = 0;

    for (const char *at = text; (at = strstr(at, what)); at += strlen(what))
        n++;
    return n;
}

static void test_data(void)
{
    char *html = page(), *data = html ? strstr(html, "id=\"data\">") : NULL;

    REQUIRE(data != NULL);
    data += strlen("id=\"data\">");
    char *end = strstr(data, "</script>");
    REQUIRE(end != NULL);
    const cJSON *doc = json_parse(world_text("%.*s", (int)(end - data), data));
    REQUIRE(doc != NULL);
    CHECK(strcmp(json_text(doc, "kind"), "wall") == 0);
    CHECK(strcmp(json_text(doc, "unit"), "nanoseconds") == 0);
    const cJSON *samples = cJSON_GetObjectItem(doc, "samples");
    double sum = 0;
    CHECK(cJSON_GetArraySize(samples) == 12);
    for (int i = 3; i < cJSON_GetArraySize(samples); i += 4)
        sum += cJSON_GetArrayItem(samples, i)->valuedouble;
    CHECK(sum == 10000000);
    CHECK(cJSON_GetArraySize(cJSON_GetObjectItem(doc, "nodes")) == 8);
    CHECK(cJSON_GetArraySize(cJSON_GetObjectItem(doc, "threads")) == 2);
}

/* Nothing from outside, and the hostile name did not end its element. */
static void test_is_closed(void)
{
    const char *html = page();

    REQUIRE(html != NULL);
    CHECK(count(html, "</script>") == 3);
    CHECK(strstr(html, "{{DATA}}") == NULL);
    CHECK(strstr(html, "default-src 'none'; script-src 'sha256-") != NULL);
    CHECK(strstr(html, "<script src") == NULL && strstr(html, "<link") == NULL);
    CHECK(strstr(html, "unsafe-") == NULL && strstr(html, " onclick=") == NULL);
    CHECK(strstr(html, "Apache License") != NULL && strstr(html, "d3-selection 3.0.0") != NULL);
}

WORLD_SUITE("profile/flamegraph", {"data", test_data}, {"is closed", test_is_closed})
