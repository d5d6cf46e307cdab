#include <stdint.h>

#include "src/config/layers.h"
#include "src/config/otel_environment.h"
#include "tests/support/world.h"

static void check_value(const struct config_keys *keys, const char *key, const char *want)
{
    const struct config_entry *e = config_keys_find(keys, key);

    CHECK_AT(world_text("%s: %s", key, e ? e->value : "not set"),
             want ? e && strcmp(e->value, want) == 0 : !e);
}

static void test_mapping(void)
{
    const char *const environment[] = {"OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318",
                                       "OTEL_EXPORTER_OTLP_METRICS_HEADERS=a=b",
                                       "OTEL_EXPORTER_OTLP_LOGS_CLIENT_KEY=/k",
                                       "OTEL_EXPORTER_OTLP_TIMEOUT=",
                                       "OTEL_METRIC_EXPORT_INTERVAL=5000",
                                       "OTEL_SERVICE_NAME=shop",
                                       "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE=9",
                                       "OTEL_LOGS_EXPORTER=none",
                                       "OTEL_SDK_DISABLED=true",
                                       "otel_exporter_otlp_protocol=grpc",
                                       NULL};
    struct config_keys keys = {0};
    struct error err;

    REQUIRE(otel_environment_add(&keys, (char *const *)(uintptr_t)environment, &err) == 0);
    check_value(&keys, "Otlp:Endpoint", "http://c:4318");
    check_value(&keys, "Otlp:Metrics:Headers", "a=b");
    check_value(&keys, "Otlp:Logs:ClientKey", "/k");
    check_value(&keys, "Otlp:Timeout", NULL);
    check_value(&keys, "Otlp:Metrics:Interval", "5000");
    check_value(&keys, "Otlp:ServiceName", "shop");
    check_value(&keys, "Otlp:Logs:BatchSize", "9");
    check_value(&keys, "Otlp:Logs:Exporter", "none");
    check_value(&keys, "Otlp:Disabled", "true");
    check_value(&keys, "Otlp:Protocol", NULL);
    config_keys_deinit(&keys);
}

/* None is set: not even a source. */
static void test_none(void)
{
    const char *const environment[] = {"PATH=/bin", "OTEL_TRACES_EXPORTER=otlp", NULL};
    struct config_keys keys = {0};
    struct error err;

    CHECK(otel_environment_add(&keys, (char *const *)(uintptr_t)environment, &err) == 0);
    CHECK(keys.count == 0 && keys.source_count == 0);
    config_keys_deinit(&keys);
}

/* They go before keys in the plain environment, and lose to DotnetMonitor_ variables. */
static void test_order(void)
{
    const char *const environment[] = {"OTEL_EXPORTER_OTLP_ENDPOINT=http://otel",
                                       "OTEL_SERVICE_NAME=otel",
                                       "Otlp__ServiceName=plain",
                                       "DotnetMonitor_Otlp__Endpoint=http://ours",
                                       "HOME=/nonexistent",
                                       "XDG_CONFIG_HOME=/nonexistent",
                                       NULL};
    struct config_keys keys = {0}, none = {0};
    struct text warnings = {0};
    struct layers layers;
    struct error err;

    REQUIRE(layers_init(&layers, (char *const *)(uintptr_t)environment, NULL, &warnings, &err) ==
            0);
    REQUIRE(layers_read(&layers, &none, &none, &keys, &warnings, &err) == 0);
    check_value(&keys, "Otlp:Endpoint", "http://ours");
    check_value(&keys, "Otlp:ServiceName", "otel");
    config_keys_deinit(&keys);
    layers_deinit(&layers);
    text_deinit(&warnings);
}

WORLD_SUITE("config/otel_environment", {"mapping", test_mapping}, {"none", test_none},
            {"order", test_order})
