#include "src/otlp/settings.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "src/base/events.h"
#include "src/base/limits.h"
#include "src/base/log.h"
#include "src/base/text.h"
#include "src/net/fetch_url.h"
#include "src/otlp/pairs.h"

/* Where struct options has what; the same members of both, of metrics, of logs. */
struct exporter {
    const char *endpoint, *exporter, *headers, *protocol, *compression, *certificate,
        *client_certificate, *client_key;
    int64_t timeout;
};

#define EXPORTER(o, signal, on)                                                                    \
    {                                                                                              \
        (o)->signal##_endpoint, (on), (o)->signal##_headers, (o)->signal##_protocol,               \
            (o)->signal##_compression, (o)->signal##_certificate,                                  \
            (o)->signal##_client_certificate, (o)->signal##_client_key, (o)->signal##_timeout      \
    }

static const struct {
    const char *name, *path, *key;
} signals[OTLP_SIGNALS] = {
    [OTLP_METRICS] = {"metrics", "v1/metrics", "Otlp:Metrics"},
    [OTLP_LOGS] = {"logs", "v1/logs", "Otlp:Logs"},
};

const char *otlp_signal_name(enum otlp_signal signal)
{
    return signals[signal].name;
}

static const char *either(const char *own, const char *both)
{
    return *own ? own : both;
}

static struct exporter exporter_of(const struct options *o, enum otlp_signal signal)
{
    const struct exporter both = EXPORTER(o, otlp, "otlp");
    const struct exporter own[] = {
        [OTLP_METRICS] = EXPORTER(o, otlp_metrics, o->otlp_metrics_exporter),
        [OTLP_LOGS] = EXPORTER(o, otlp_logs, o->otlp_logs_exporter),
    };
    struct exporter e = own[signal];

    e.headers = either(e.headers, both.headers);
    e.protocol = either(e.protocol, both.protocol);
    e.compression = either(e.compression, both.compression);
    e.certificate = either(e.certificate, both.certificate);
    e.client_certificate = either(e.client_certificate, both.client_certificate);
    e.client_key = either(e.client_key, both.client_key);
    e.timeout = e.timeout ? e.timeout : both.timeout;
    return e;
}

__attribute__((format(printf, 2, 3))) static void tell(enum otlp_signal signal, const char *fmt,
                                                       ...)
{
    char text[512];
    va_list ap;

    int n = snprintf(text, sizeof text, "%s: ", signals[signal].key);
    va_start(ap, fmt);
    (void)vsnprintf(text + n, sizeof text - (size_t)n, fmt, ap);
    va_end(ap);
    log_event(&event_otlp_setting, {"reason", text});
}

/* OTEL_METRICS_EXPORTER is a list: "otlp,console". */
static bool is_otlp(const char *exporters)
{
    for (size_t size; *exporters; exporters += size + (exporters[size] == ',')) {
        exporters += strspn(exporters, " \t");
        size = strcspn(exporters, ",");
        size_t word = strcspn(exporters, " \t,");
        if (word == 4 && strncasecmp(exporters, "otlp", 4) == 0)
            return true;
    }
    return false;
}

/* The endpoint of a signal is used as it is; that of both gets the path of the signal. */
static int make_url(const struct options *o, const struct exporter *e, enum otlp_signal signal,
                    char **ret, struct error *err)
{
    const char *base = o->otlp_endpoint;
    size_t size = strlen(base);

    while (size && base[size - 1] == '/')
        size--;
    int n = *e->endpoint ? asprintf(ret, "%s", e->endpoint)
                         : asprintf(ret, "%.*s/%s", (int)size, base, signals[signal].path);
    if (n < 0) {
        *ret = NULL;
        return error_set(err, -ENOMEM, "%s", signals[signal].key);
    }
    return push_url_check(*ret, err);
}

static bool is_header(const struct pair *p)
{
    return p->name[strcspn(p->name, ":\r\n \t")] == '\0' && !p->value[strcspn(p->value, "\r\n")];
}

/* libcurl takes "Name;" for a header without a value. */
static int make_headers(const char *text, char ***ret, struct error *err)
{
    struct pairs pairs;
    int r = pairs_parse(text, &pairs, err);

    if (r < 0)
        return error_prefix(err, "Headers");
    char **headers = calloc(pairs.count + 1, sizeof *headers);
    *ret = headers;
    for (size_t i = 0; r == 0 && headers && i < pairs.count; i++) {
        const struct pair *p = &pairs.items[i];
        if (!is_header(p))
            r = error_set(err, -EINVAL, "Headers: no header can have such a name or value");
        else if ((*p->value ? asprintf(&headers[i], "%s: %s", p->name, p->value)
                            : asprintf(&headers[i], "%s;", p->name)) < 0)
            r = error_set(err, -ENOMEM, "Headers");
    }
    pairs_deinit(&pairs);
    return headers ? r : error_set(err, -ENOMEM, "Headers");
}

static bool wants_gzip(const struct exporter *e, enum otlp_signal signal)
{
    bool gzip = text_equal_nocase(e->compression, "gzip");

    if (!gzip && *e->compression && !text_equal_nocase(e->compression, "none"))
        tell(signal, "compression '%.40s' is not known; nothing is compressed", e->compression);
    return gzip;
}

static void check_protocol(const struct exporter *e, enum otlp_signal signal)
{
    if (*e->protocol && !text_equal_nocase(e->protocol, "http/json"))
        tell(signal,
             "protocol '%.40s' is not spoken; http/json is used (collectors take it on port "
             "4318)",
             e->protocol);
}

static int fill(struct otlp_settings *s, const struct options *o, const struct exporter *e,
                enum otlp_signal signal, struct error *err)
{
    int r = make_url(o, e, signal, &s->url, err);

    if (r == 0)
        r = make_headers(e->headers, &s->headers, err);
    if (r < 0)
        return r;
    check_protocol(e, signal);
    s->sender = (struct sender_settings){
        .signal = signals[signal].name,
        .url = s->url,
        .headers = (const char *const *)s->headers,
        .gzip = wants_gzip(e, signal),
        .timeout_ms = e->timeout ? (int)e->timeout : INT_MAX, /* 0: as long as it takes */
        .retry_ms = LIMIT_OTLP_RETRY_MS,
        .authorities = e->certificate,
        .certificate = e->client_certificate,
        .key = e->client_key,
        .queue_max = (size_t)o->otlp_queue_mb * 1024 * 1024,
    };
    s->on = true;
    return 0;
}

int otlp_settings_load(const struct options *o, enum otlp_signal signal, struct otlp_settings *ret,
                       struct error *err)
{
    const struct exporter e = exporter_of(o, signal);

    *ret = (struct otlp_settings){0};
    if (o->otlp_disabled || !is_otlp(e.exporter) || (!*e.endpoint && !*o->otlp_endpoint))
        return 0;
    int r = fill(ret, o, &e, signal, err);
    if (r < 0)
        otlp_settings_deinit(ret);
    return r < 0 ? error_prefix(err, "%s", signals[signal].key) : 0;
}

void otlp_settings_deinit(struct otlp_settings *s)
{
    for (char **h = s->headers; h && *h; h++)
        free(*h);
    free(s->headers);
    free(s->url);
    *s = (struct otlp_settings){0};
}

int otlp_resource_load(const struct options *o, struct resource *ret, struct error *err)
{
    *ret = (struct resource){0};
    int r = pairs_parse(o->otlp_attributes, &ret->attributes, err);
    if (r == -ENOMEM)
        return r;
    if (r < 0) {
        (void)error_prefix(err, "Otlp:ResourceAttributes are left out");
        log_event(&event_otlp_setting, {"reason", err->text});
    }
    if (*o->otlp_service_name) {
        ret->service_name = strdup(o->otlp_service_name);
        if (!ret->service_name)
            return error_set(err, -ENOMEM, "Otlp:ServiceName");
    }
    if (gethostname(ret->host, sizeof ret->host - 1) < 0)
        ret->host[0] = '\0';
    return 0;
}
