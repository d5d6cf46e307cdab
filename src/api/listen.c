/*
 * The addresses of the configuration, in the order and with the log lines that programs wait for
 * (CONTRACT sections 9 and 23).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/api/api.h"
#include "src/base/events.h"

/* The addresses that are bound, in order; `;` behind each. */
struct bound {
    struct text addresses;
    int count;
};

/* What the peer's exception would be: a URL that is none, or an address that cannot be had. */
static void log_failure(const char *url, const struct error *err)
{
    char exception[ERROR_TEXT_SIZE + 64];
    const struct log_field field = {"url", url};

    (void)snprintf(exception, sizeof exception, "%s: %s",
                   err->code == -EINVAL ? "System.FormatException" : "System.IO.IOException",
                   err->text);
    log_record(&(struct log_record){
        .event = &event_cannot_listen, .fields = &field, .count = 1, .exception = exception});
}

/* One list of addresses; what cannot be bound is logged, and in use is fatal (-EADDRINUSE). */
static int listen_all(struct http_server *http, const char *urls, int role, struct bound *bound)
{
    struct error err;
    char url[512], address[HTTP_ADDRESS_SIZE];

    for (const char *at = urls; *at; at += strspn(at, ";")) {
        size_t size = strcspn(at, ";");
        (void)snprintf(url, sizeof url, "%.*s", (int)size, at);
        at += size;
        int r = http_server_listen(http, url, role, address, &err);
        if (r == 0) {
            bound->count++;
            text_add_fmt(&bound->addresses, "%s;", address);
            continue;
        }
        log_failure(url, &err);
        if (r == -EADDRINUSE)
            return r;
    }
    return 0;
}

static void log_addresses(struct bound *bound, const struct log_event *event)
{
    char address[HTTP_ADDRESS_SIZE];

    for (const char *at = bound->addresses.data; at && *at; at += strcspn(at, ";") + 1) {
        (void)snprintf(address, sizeof address, "%.*s", (int)strcspn(at, ";"), at);
        log_event(event, {"address", address});
    }
}

/* In the peer's order: all are told as listening, then again by what they are for. */
static void log_bound(struct bound *api, struct bound *metrics)
{
    log_addresses(api, &event_listening);
    log_addresses(metrics, &event_listening);
    log_addresses(api, &event_bound_api);
    log_addresses(metrics, &event_bound_metrics);
}

int api_listen(struct api *api, struct http_server *http, struct error *err)
{
    const struct options *o = api->options;
    struct bound main = {0}, metrics = {0};

    int r = listen_all(http, o->urls, ROLE_API, &main);
    if (r == 0 && o->metrics)
        r = listen_all(http, o->metric_urls, ROLE_METRICS, &metrics);
    if (r < 0)
        r = error_set(err, -EADDRINUSE, "An address is in use by another process.");
    else if (main.count + metrics.count == 0)
        r = error_set(err, -EINVAL, "Unable to bind any urls.");
    else
        log_bound(&main, &metrics);
    text_deinit(&main.addresses);
    text_deinit(&metrics.addresses);
    return r;
}
