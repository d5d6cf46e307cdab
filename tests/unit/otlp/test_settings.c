/* Options into what a sender needs. */
#include <errno.h>
#include <limits.h>

#include "src/otlp/settings.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

enum { PAIRS = 6 };

static void load(struct options *o, const char *const pairs[PAIRS][2])
{
    struct config_keys keys = {0};
    struct error err;

    log_set_level(LOG_LEVEL_NONE);
    for (size_t i = 0; i < PAIRS && pairs[i][0]; i++)
        CHECK(config_keys_set(&keys, pairs[i][0], pairs[i][1], "test", &err) == 0);
    REQUIRE(options_load(o, &keys, &err) == 0);
    config_keys_deinit(&keys);
}

static const struct {
    const char *pairs[PAIRS][2];
    int result;
    const char *metrics, *logs; /* addresses; NULL: off */
} rows[] = {
    {{{0}}, 0, NULL, NULL},
    {{{"Otlp:Endpoint", "http://c:4318"}}, 0, "http://c:4318/v1/metrics", "http://c:4318/v1/logs"},
    {{{"Otlp:Endpoint", "http://c:4318/"}}, 0, "http://c:4318/v1/metrics", "http://c:4318/v1/logs"},
    {{{"Otlp:Endpoint", "https://c/a/b/"}}, 0, "https://c/a/b/v1/metrics", "https://c/a/b/v1/logs"},
    {{{"Otlp:Metrics:Endpoint", "http://c/x"}}, 0, "http://c/x", NULL},
    {{{"Otlp:Endpoint", "http://c"}, {"Otlp:Logs:Endpoint", "http://d:1"}},
     0,
     "http://c/v1/metrics",
     "http://d:1"},
    {{{"Otlp:Endpoint", "http://c"}, {"Otlp:Logs:Exporter", "none"}},
     0,
     "http://c/v1/metrics",
     NULL},
    {{{"Otlp:Endpoint", "http://c"}, {"Otlp:Metrics:Exporter", "console, OTLP"}},
     0,
     "http://c/v1/metrics",
     "http://c/v1/logs"},
    {{{"Otlp:Endpoint", "http://c"}, {"Otlp:Metrics:Exporter", "otlp2"}},
     0,
     NULL,
     "http://c/v1/logs"},
    {{{"Otlp:Endpoint", "http://c"}, {"Otlp:Disabled", "true"}}, 0, NULL, NULL},
    {{{"Otlp:Endpoint", "c:4318"}}, -EINVAL, NULL, NULL},
    {{{"Otlp:Endpoint", "ftp://c"}}, -EINVAL, NULL, NULL},
    {{{"Otlp:Endpoint", "http://user:secret@c"}}, -EINVAL, NULL, NULL},
    {{{"Otlp:Endpoint", "http://c"}, {"Otlp:Headers", "a"}}, -EINVAL, NULL, NULL},
    {{{"Otlp:Endpoint", "http://c"}, {"Otlp:Headers", "a=x%0d%0aHost: b"}}, -EINVAL, NULL, NULL},
    {{{"Otlp:Endpoint", "http://c"}, {"Otlp:Headers", "a b=x"}}, -EINVAL, NULL, NULL},
};

static void check(const char *label, struct options *o, enum otlp_signal signal, int result,
                  const char *want)
{
    struct otlp_settings s;
    struct error err = {0};
    int r = otlp_settings_load(o, signal, &s, &err);

    CHECK_AT(world_text("%s: %d %s", label, r, err.text), r == result);
    CHECK_AT(world_text("%s: %s", label, s.url ? s.url : "off"),
             s.on == (want != NULL) && (!want || strcmp(s.url, want) == 0));
    otlp_settings_deinit(&s);
}

static void test_rows(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *label = rows[i].pairs[0][1] ? rows[i].pairs[0][1] : "nothing";
        struct options o;
        load(&o, rows[i].pairs);
        check(label, &o, OTLP_METRICS, rows[i].result, rows[i].metrics);
        check(label, &o, OTLP_LOGS, rows[i].result, rows[i].logs);
        options_deinit(&o);
    }
}

/* What a signal says goes before what is said for both. */
static void test_own(void)
{
    static const char *const both[PAIRS][2] = {
        {"Otlp:Endpoint", "http://c"}, {"Otlp:Headers", "Api-Key=a%20b,Empty="},
        {"Otlp:Timeout", "50"},        {"Otlp:Compression", "GZIP"},
        {"Otlp:Logs:Headers", "x=y"},  {"Otlp:Logs:Timeout", "70"}};
    struct options o;
    struct otlp_settings s;
    struct error err;

    load(&o, both);
    REQUIRE(otlp_settings_load(&o, OTLP_METRICS, &s, &err) == 0);
    CHECK(strcmp(s.headers[0], "Api-Key: a b") == 0 && strcmp(s.headers[1], "Empty;") == 0);
    CHECK(!s.headers[2] && s.sender.timeout_ms == 50 && s.sender.gzip);
    otlp_settings_deinit(&s);
    REQUIRE(otlp_settings_load(&o, OTLP_LOGS, &s, &err) == 0);
    CHECK(strcmp(s.headers[0], "x: y") == 0 && !s.headers[1] && s.sender.timeout_ms == 70);
    otlp_settings_deinit(&s);
    options_deinit(&o);
}

/* What cannot be taken leaves the default; it keeps nothing from running. */
static void test_odd(void)
{
    static const char *const odd[PAIRS][2] = {
        {"Otlp:Endpoint", "http://c"}, {"Otlp:Protocol", "grpc"}, {"Otlp:Timeout", "soon"},
        {"Otlp:Compression", "zstd"},  {"Otlp:Disabled", "1"},    {"Otlp:Logs:LogLevel", "loud"}};
    struct options o;
    struct otlp_settings s;
    struct error err;

    load(&o, odd);
    REQUIRE(otlp_settings_load(&o, OTLP_METRICS, &s, &err) == 0);
    CHECK(s.on && !s.sender.gzip && s.sender.timeout_ms == 10000);
    CHECK(o.otlp_logs_level == LOG_LEVEL_INFORMATION);
    otlp_settings_deinit(&s);
    options_deinit(&o);
}

static void test_resource(void)
{
    static const char *const named[PAIRS][2] = {{"Otlp:ServiceName", "shop"},
                                                {"Otlp:ResourceAttributes", "a=b"}};
    static const char *const odd[PAIRS][2] = {{"Otlp:ResourceAttributes", "a"}};
    struct options o;
    struct resource r;
    struct error err;

    load(&o, named);
    REQUIRE(otlp_resource_load(&o, &r, &err) == 0);
    CHECK(strcmp(r.service_name, "shop") == 0 && r.attributes.count == 1 && r.host[0]);
    resource_deinit(&r);
    options_deinit(&o);
    load(&o, odd);
    CHECK(otlp_resource_load(&o, &r, &err) == 0 && r.attributes.count == 0 && !r.service_name);
    resource_deinit(&r);
    options_deinit(&o);
}

WORLD_SUITE("otlp/settings", {"rows", test_rows}, {"own", test_own}, {"odd", test_odd},
            {"resource", test_resource})
