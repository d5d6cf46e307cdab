#include "src/config/otel_environment.h"

#include "src/config/environment.h"

/* Of both signals, of metrics, of logs. */
#define EXPORTER(variable, member)                                                                 \
    {"OTEL_EXPORTER_OTLP_" variable, "Otlp:" member},                                              \
        {"OTEL_EXPORTER_OTLP_METRICS_" variable, "Otlp:Metrics:" member},                          \
    {                                                                                              \
        "OTEL_EXPORTER_OTLP_LOGS_" variable, "Otlp:Logs:" member                                   \
    }

static const struct {
    const char *variable, *key;
} rows[] = {
    EXPORTER("ENDPOINT", "Endpoint"),
    EXPORTER("HEADERS", "Headers"),
    EXPORTER("TIMEOUT", "Timeout"),
    EXPORTER("PROTOCOL", "Protocol"),
    EXPORTER("COMPRESSION", "Compression"),
    EXPORTER("CERTIFICATE", "Certificate"),
    EXPORTER("CLIENT_CERTIFICATE", "ClientCertificate"),
    EXPORTER("CLIENT_KEY", "ClientKey"),
    {"OTEL_SDK_DISABLED", "Otlp:Disabled"},
    {"OTEL_SERVICE_NAME", "Otlp:ServiceName"},
    {"OTEL_RESOURCE_ATTRIBUTES", "Otlp:ResourceAttributes"},
    {"OTEL_METRICS_EXPORTER", "Otlp:Metrics:Exporter"},
    {"OTEL_METRIC_EXPORT_INTERVAL", "Otlp:Metrics:Interval"},
    {"OTEL_LOGS_EXPORTER", "Otlp:Logs:Exporter"},
    {"OTEL_BLRP_SCHEDULE_DELAY", "Otlp:Logs:Delay"},
    {"OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", "Otlp:Logs:BatchSize"},
};

int otel_environment_add(struct config_keys *keys, char *const *environment, struct error *err)
{
    const struct config_source *source = NULL;
    int r = 0;

    for (size_t i = 0; r == 0 && i < sizeof rows / sizeof rows[0]; i++) {
        const char *value = environment_get(environment, rows[i].variable);
        if (!value || !*value)
            continue;
        if (!source)
            source = config_keys_add_source(
                keys, "OTEL_* environment",
                "EnvironmentVariablesConfigurationProvider Prefix: 'OTEL_'", false, err);
        r = source ? config_keys_put(keys, rows[i].key, value, source, 0, err) : err->code;
    }
    return r;
}
