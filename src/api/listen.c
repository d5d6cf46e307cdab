/*
 * The addresses of the configuration, in the order and with the log lines that programs wait for
 * (CONTRACT sections 9 and 23).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/api/api.h"
#include "src/base/log.h"

#define STARTUP "Microsoft.Diagnostics.Tools.Monitor.Startup"

static const struct log_event
    log_cannot_listen = {LOG_LEVEL_ERROR, STARTUP, 15,
                         "Unable to listen to {url}. Dotnet-monitor functionality will be "
                         "limited.\n{reason}"},
    log_bound_api = {LOG_LEVEL_DEBUG, STARTUP, 16, "Bound default address: {address}"},
    log_bound_metrics = {LOG_LEVEL_DEBUG, STARTUP, 17, "Bound metrics address: {address}"},
    log_listening = {LOG_LEVEL_INFORMATION, "Microsoft.Hosting.Lifetime", 14,
                     "Now listening on: {address}"};

/* One list of addresses. Returns how many are bound; what cannot be is logged, and in use is fatal
 * (-EADDRINUSE). */
static int listen_all(struct http_server *http, const char *urls, int role,
                      const struct log_event *bound)
{
    int count = 0;
    struct error err;
    char url[512], address[HTTP_ADDRESS_SIZE];

    for (const char *at = urls; *at; at += strspn(at, ";")) {
        size_t size = strcspn(at, ";");
        (void)snprintf(url, sizeof url, "%.*s", (int)size, at);
        at += size;
        int r = http_server_listen(http, url, role, address, &err);
        if (r < 0) {
            log_event(&log_cannot_listen, {"url", url}, {"reason", err.text});
            if (r == -EADDRINUSE)
                return r;
            continue;
        }
        count++;
        log_event(bound, {"address", address});
        log_event(&log_listening, {"address", address});
    }
    return count;
}

int api_listen(struct api *api, struct http_server *http, struct error *err)
{
    const struct options *o = api->options;
    int main_count = listen_all(http, o->urls, ROLE_API, &log_bound_api);
    int metrics = 0;

    if (o->metrics && main_count >= 0)
        metrics = listen_all(http, o->metric_urls, ROLE_METRICS, &log_bound_metrics);
    if (main_count < 0 || metrics < 0)
        return error_set(err, -EADDRINUSE, "An address is in use by another process.");
    if (main_count + metrics == 0)
        return error_set(err, -EINVAL, "Unable to bind any urls.");
    return 0;
}
