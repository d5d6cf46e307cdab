/*
 * The addresses of the configuration, in the order and with the log lines that programs wait for
 * (CONTRACT sections 9 and 23), and the certificate that https ones need.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/api/api.h"
#include "src/base/events.h"
#include "src/base/text.h"
#include "src/config/group_option.h"
#include "src/http/tls_context.h"
#include "src/http/url.h"

/* The addresses that are bound, in order; `;` behind each. */
struct bound {
    struct text addresses;
    int count;
};

/* --- lists of addresses --- */

enum { URL_SIZE = 512 };

static bool next_url(const char **at, char url[static URL_SIZE])
{
    *at += strspn(*at, ";");
    size_t size = strcspn(*at, ";");
    (void)snprintf(url, URL_SIZE, "%.*s", (int)size, *at);
    *at += size;
    return size > 0;
}

static const char *metric_urls(const struct options *o)
{
    return o->metrics ? o->metric_urls : "";
}

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

/* --- TLS --- */

static void tell(void *user, bool trouble, const char *text)
{
    (void)user;
    log_event(trouble ? &event_tls_trouble : &event_tls_news, {"text", text});
}

static struct tls_config tls_config(const struct options *o)
{
    return (struct tls_config){
        .files = {.path = o->tls_path, .key_path = o->tls_key_path, .password = o->tls_password},
        .self_signed = o->tls_self_signed,
        .client_ca = o->tls_client_ca,
        .client_required = o->tls_client_required,
    };
}

/* Not before an https address asks for it: without one, a faulty certificate harms nobody. */
static int need_tls(struct api *api, struct error *err)
{
    struct tls_config config = tls_config(api->options);

    if (api->tls)
        return 0;
    return tls_context_new(api->loop, &config, &(struct tls_events){api, tell}, &api->tls, err);
}

void api_reload_tls(struct api *api)
{
    struct tls_config config = tls_config(api->options);

    if (api->tls)
        tls_context_reload(api->tls, &config);
}

/* --- looking at addresses, then binding them --- */

/* Logs what can be said of an address without binding it. True for http. */
static bool check_url(struct api *api, const char *text)
{
    struct http_url url;
    struct error err;
    int r = http_url_parse(text, &url, &err);

    if (r == 0 && url.tls)
        r = need_tls(api, &err);
    if (r < 0)
        log_failure(text, &err);
    return r == 0 && !url.tls;
}

void api_check_addresses(struct api *api)
{
    const struct options *o = api->options;
    bool insecure = false;
    char url[URL_SIZE];

    for (const char *at = o->urls; next_url(&at, url);)
        insecure |= check_url(api, url);
    for (const char *at = metric_urls(o); next_url(&at, url);)
        (void)check_url(api, url);
    if (insecure && !o->no_auth)
        log_write(&event_insecure, NULL, 0);
}

static bool is_known_bad(const struct api *api, const char *text)
{
    struct http_url url;
    struct error err;

    return http_url_parse(text, &url, &err) < 0 || (url.tls && !api->tls);
}

/* One list of addresses; what cannot be bound is logged, and in use is fatal (-EADDRINUSE). */
static int listen_all(const struct api *api, struct http_server *http, const char *urls, int role,
                      struct bound *bound)
{
    char url[URL_SIZE], address[HTTP_ADDRESS_SIZE];
    struct error err;

    for (const char *at = urls; next_url(&at, url);) {
        if (is_known_bad(api, url))
            continue;
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

static int listen_lists(const struct api *api, struct http_server *http, struct error *err)
{
    const struct options *o = api->options;
    struct bound main = {0}, metrics = {0};

    int r = listen_all(api, http, o->urls, ROLE_API, &main);
    if (r == 0)
        r = listen_all(api, http, metric_urls(o), ROLE_METRICS, &metrics);
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

int api_listen(struct api *api, struct http_server *http, struct error *err)
{
    const struct options *o = api->options;
    gid_t group;

    int r = group_option_read("Http:SocketGroup", o->http_socket_group, &group, err);
    if (r < 0)
        return r;
    http_server_set_socket_file(http, (mode_t)o->http_socket_mode, group);
    http_server_set_tls(http, api->tls);
    return listen_lists(api, http, err);
}
