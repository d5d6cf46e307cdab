/*
 * main.c - wires the parts, runs the loop, stops in reverse order.
 *
 * Start: arguments and environment -> options -> diagnostic port (runtimes may be waiting) ->
 * operations -> HTTP. End: a signal, or the end of standard input, closes the HTTP server
 * gracefully, then everything else. Exit codes follow the peer: 0 normal, 1 bad arguments, 255
 * cannot run (CONTRACT section 23).
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "src/api/api.h"
#include "src/base/log.h"
#include "src/collect/dump_folder.h"
#include "src/config/command_line.h"
#include "src/config/options.h"
#include "src/io/timer.h"
#include "src/io/watch.h"

extern char **environ;

enum { EXIT_USAGE = 1, EXIT_CANNOT_RUN = 255, GRACE_MS = 25 * 1000 };

struct portside {
    uv_loop_t loop;
    struct options options;
    struct dump_folder *dump_folder;
    struct registry *registry;
    struct operations *operations;
    struct http_server *http;
    struct api api;
    uv_signal_t signals[2];
    struct watch input;
    bool stopping;
};

#define STARTUP "Microsoft.Diagnostics.Tools.Monitor.Startup"
#define LIFETIME "Microsoft.Hosting.Lifetime"

static const struct log_event
    log_no_auth = {LOG_LEVEL_WARNING, STARTUP, 13,
                   "WARNING: Authentication has been disabled. This can pose a security risk and "
                   "is not intended for production environments."},
    log_cannot_listen = {LOG_LEVEL_ERROR, STARTUP, 15,
                         "Unable to listen to {url}. Dotnet-monitor functionality will be "
                         "limited.\n{reason}"},
    log_bound_api = {LOG_LEVEL_DEBUG, STARTUP, 16, "Bound default address: {address}"},
    log_bound_metrics = {LOG_LEVEL_DEBUG, STARTUP, 17, "Bound metrics address: {address}"},
    log_no_key = {LOG_LEVEL_WARNING, STARTUP, 56,
                  "No API key is configured: every protected route answers 401. Use --no-auth to "
                  "go without."},
    log_connect = {LOG_LEVEL_INFORMATION, STARTUP, 76, "Connection mode: Connect"},
    log_listen = {LOG_LEVEL_INFORMATION, STARTUP, 77, "Connection mode: Listen at '{path}'"},
    log_listening = {LOG_LEVEL_INFORMATION, LIFETIME, 14, "Now listening on: {address}"},
    log_started = {LOG_LEVEL_INFORMATION, LIFETIME, 0,
                   "Application started. Press Ctrl+C to shut down."},
    log_stopping = {LOG_LEVEL_INFORMATION, LIFETIME, 0, "Application is shutting down..."};

/* Listen mode needs a path: the configured one, or the default in the shared folder. */
static int settle_port_name(struct options *o, struct error *err)
{
    char *path = NULL;

    if (o->port_mode != PORT_LISTEN || o->port_name[0])
        return 0;
    if (!o->shared_path[0])
        return error_set(err, -EINVAL,
                         "In 'Listen' mode, the diagnostic port endpoint name must be specified.");
    if (asprintf(&path, "%s/dotnet-monitor.sock", o->shared_path) < 0)
        return error_set(err, -ENOMEM, "DiagnosticPort:EndpointName");
    free(o->port_name);
    o->port_name = path;
    return 0;
}

static int load_options(struct options *o, const struct command_flags *flags,
                        struct config_keys *keys, struct error *err)
{
    int r = config_keys_add_environment(keys, environ, err);

    if (r == 0)
        r = options_load(o, keys, err);
    if (r < 0)
        return r;
    o->no_auth = flags->no_auth;
    o->temp_api_key = flags->temp_api_key;
    o->no_http_egress = flags->no_http_egress;
    o->exit_on_stdin_disconnect = flags->exit_on_stdin_disconnect;
    log_set_level(o->log_level);
    if (flags->configuration_file)
        log_note(LOG_LEVEL_WARNING,
                 "--configuration-file-path %s is ignored: this version takes its settings from "
                 "arguments and environment only.",
                 flags->configuration_file);
    if (flags->temp_api_key && !flags->no_auth)
        log_note(LOG_LEVEL_WARNING, "--temp-apikey is ignored: this version has no API keys.");
    return settle_port_name(o, err);
}

/* One list of addresses. Returns how many are bound; what cannot be is logged, and in use is fatal
 * (-EADDRINUSE). */
static int listen_all(struct portside *p, const char *urls, int role, const struct log_event *bound)
{
    int count = 0;
    struct error err;
    char url[512], address[HTTP_ADDRESS_SIZE];

    for (const char *at = urls; *at; at += strspn(at, ";")) {
        size_t size = strcspn(at, ";");
        (void)snprintf(url, sizeof url, "%.*s", (int)size, at);
        at += size;
        int r = http_server_listen(p->http, url, role, address, &err);
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

static int start_http(struct portside *p, struct error *err)
{
    struct http_handler handler = api_handler(&p->api);
    int r = http_server_new(&p->loop, &handler, &p->http, err);

    if (r < 0)
        return r;
    int api = listen_all(p, p->options.urls, ROLE_API, &log_bound_api);
    int metrics = 0;
    if (p->options.metrics && api >= 0)
        metrics = listen_all(p, p->options.metric_urls, ROLE_METRICS, &log_bound_metrics);
    if (api < 0 || metrics < 0)
        return error_set(err, -EADDRINUSE, "An address is in use by another process.");
    if (api + metrics == 0)
        return error_set(err, -EINVAL, "Unable to bind any urls.");
    return 0;
}

static int start_parts(struct portside *p, struct error *err)
{
    struct collect_context context = {.loop = &p->loop, .options = &p->options};
    int r = registry_new(&p->loop, &p->options, &p->registry, err);

    if (r < 0)
        return r;
    if (p->options.port_mode == PORT_LISTEN)
        log_event(&log_listen, {"path", p->options.port_name});
    else
        log_write(&log_connect, NULL, 0);
    r = dump_folder_new(&p->options, &p->dump_folder, err);
    if (r < 0)
        return r;
    context.dump_folder = p->dump_folder;
    r = operations_new(&context, &p->operations, err);
    if (r < 0)
        return r;
    p->api.loop = &p->loop;
    p->api.options = &p->options;
    p->api.registry = p->registry;
    p->api.operations = p->operations;
    api_init(&p->api);
    if (p->options.no_auth)
        log_write(&log_no_auth, NULL, 0);
    else
        log_write(&log_no_key, NULL, 0);
    return start_http(p, err);
}

static void close_handle(uv_handle_t *handle, void *user)
{
    (void)user;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

/* The last answer is out (or its time is over): take down the rest, in reverse order. */
static void on_http_closed(void *user)
{
    struct portside *p = user;

    operations_free(p->operations);
    registry_free(p->registry);
    dump_folder_free(p->dump_folder);
    p->operations = NULL;
    p->registry = NULL;
    p->dump_folder = NULL;
    watch_stop(&p->input);
    for (size_t i = 0; i < 2; i++)
        close_handle((uv_handle_t *)&p->signals[i], NULL);
}

/* Asked twice, it does not wait for running answers any longer. */
static void stop(struct portside *p)
{
    log_write(&log_stopping, NULL, 0);
    p->api.draining = true;
    http_server_close(p->http, p->stopping ? 0 : GRACE_MS, on_http_closed, p);
    p->stopping = true;
}

static void on_signal(uv_signal_t *handle, int number)
{
    (void)number;
    stop(handle->data);
}

static void on_input(void *user, int events)
{
    struct portside *p = user;
    char ignored[512];

    (void)events;
    ssize_t n = read(STDIN_FILENO, ignored, sizeof ignored);
    if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
        return;
    watch_stop(&p->input);
    stop(p);
}

static int watch_outside(struct portside *p, struct error *err)
{
    static const int numbers[2] = {SIGTERM, SIGINT};

    (void)signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < 2; i++) {
        (void)uv_signal_init(&p->loop, &p->signals[i]);
        p->signals[i].data = p;
        (void)uv_signal_start(&p->signals[i], on_signal, numbers[i]);
    }
    if (!p->options.exit_on_stdin_disconnect)
        return 0;
    int r = watch_start(&p->input, &p->loop, STDIN_FILENO, UV_READABLE, on_input, p, err);
    /* A file or /dev/null cannot be waited for; it is at its end already. */
    return r == -EPERM ? (stop(p), 0) : r;
}

static int run(const struct command_flags *flags, struct config_keys *keys)
{
    static struct portside p; /* zeroed; too large for the stack's taste */
    struct error err;

    (void)uv_loop_init(&p.loop);
    int r = load_options(&p.options, flags, keys, &err);
    config_keys_deinit(keys);
    if (r == 0)
        r = start_parts(&p, &err);
    if (r == 0)
        r = watch_outside(&p, &err);
    if (r < 0) {
        (void)fprintf(stderr, "portside: %s\n", err.text);
        return EXIT_CANNOT_RUN; /* the kernel takes the rest back */
    }
    log_write(&log_started, NULL, 0);
    (void)uv_run(&p.loop, UV_RUN_DEFAULT);
    http_server_free(p.http);
    (void)uv_loop_close(&p.loop);
    options_deinit(&p.options);
    return 0;
}

int main(int argc, char **argv)
{
    struct config_keys keys = {0};
    struct command_flags flags;
    enum command command;
    struct error err;

    if (command_line_parse(argc, argv, &command, &flags, &keys, &err) < 0) {
        (void)fprintf(stderr, "%s\n", err.text);
        return EXIT_USAGE;
    }
    if (command == COMMAND_CONFIG_REFERENCE)
        options_print_reference();
    if (command != COMMAND_COLLECT)
        return 0;
    return run(&flags, &keys);
}
