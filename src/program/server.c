/*
 * Start: signals -> settings -> diagnostic port (runtimes may be waiting) -> operations -> metrics
 * -> keys, certificates, destinations -> HTTP -> rules -> OTLP. End: a signal, or the end of
 * standard input, ends the rules and closes the HTTP server gracefully, then everything else in
 * reverse order.
 */
#include "src/program/server.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "src/api/api.h"
#include "src/auth/auth.h"
#include "src/auth/entra.h"
#include "src/base/cleanup.h"
#include "src/base/events.h"
#include "src/base/log.h"
#include "src/collect/dump_folder.h"
#include "src/config/options.h"
#include "src/egress/egress.h"
#include "src/exceptions/service.h"
#include "src/io/watch.h"
#include "src/metrics/service.h"
#include "src/otlp/otlp.h"
#include "src/program/live.h"
#include "src/rules/rules.h"
#include "src/session/feed.h"
#include "src/session/session.h"

/* `docker stop` kills after 10 s (Kubernetes after 30): by then the socket file and unfinished
 * dumps must be gone. */
enum {
    GRACE_MS = 7 * 1000,    /* for answers */
    SESSIONS_MS = 2 * 1000, /* then for targets to end their event sessions */
    END_MS = 9500,          /* for all that and what file systems still owe */
};

/* As the peer; measured. */
static const int end_signals[] = {SIGTERM, SIGINT, SIGQUIT};
enum { END_SIGNALS = sizeof end_signals / sizeof end_signals[0] };

struct server {
    uv_loop_t loop;
    struct options options;
    struct live live;
    struct dump_folder *dump_folder;
    struct registry *registry;
    struct sessions *sessions;
    struct feeds *feeds;
    struct exceptions_service *exceptions;
    struct metrics_service *metrics;
    struct otlp *otlp;
    unsigned ending; /* of HTTP and OTLP, those that are not yet done */
    struct operations *operations;
    struct http_server *http;
    struct api api;
    char *authority; /* Entra ID's, for the API document */
    uv_signal_t signals[END_SIGNALS];
    struct watch input;
    struct resident resident;
    bool stopping;
    uv_timer_t last; /* does not keep the loop; started by stop() */
};

static int start_targets(struct server *p, struct error *err)
{
    struct collect_context context = {.loop = &p->loop, .options = &p->options};
    int r = registry_new(&p->loop, &p->options, &p->registry, err);

    if (r < 0)
        return r;
    if (p->options.port_mode == PORT_LISTEN)
        log_event(&event_mode_listen, {"path", p->options.port_name});
    else
        log_write(&event_mode_connect, NULL, 0);
    r = dump_folder_new(&p->options, &p->dump_folder, err);
    if (r < 0)
        return r;
    context.dump_folder = p->dump_folder;
    r = sessions_new(&p->loop, &p->sessions, err);
    if (r < 0)
        return r;
    context.sessions = p->sessions;
    r = feeds_new(p->sessions, &p->feeds, err);
    if (r < 0)
        return r;
    context.feeds = p->feeds;
    r = exceptions_service_new(p->registry, p->sessions, p->feeds, settings_keys(p->live.settings),
                               &p->exceptions, err);
    if (r < 0)
        return r;
    context.exceptions = p->api.exceptions = p->exceptions;
    return operations_new(&context, &p->operations, err);
}

static int start_metrics(struct server *p, struct error *err)
{
    if (!p->options.metrics)
        return 0;
    return metrics_service_new(p->registry, p->feeds, settings_keys(p->live.settings), &p->metrics,
                               err);
}

static struct metric_store *store_of(void *user)
{
    const struct server *p = user;

    return metrics_service_store(p->metrics);
}

static int start_rules(struct server *p, struct error *err)
{
    const struct rules_config config = {.loop = &p->loop,
                                        .registry = p->registry,
                                        .feeds = p->feeds,
                                        .operations = p->operations,
                                        .egress = p->api.egress,
                                        .metrics = p->metrics};

    return rules_new(&config, settings_keys(p->live.settings), &p->api.rules, err);
}

static int start_push(struct server *p, struct error *err)
{
    const struct otlp_config config = {
        .loop = &p->loop,
        .options = &p->options,
        .registry = p->registry,
        .feeds = p->feeds,
        .store = p->metrics ? store_of : NULL,
        .user = p,
    };
    int r = otlp_new(&config, &p->otlp, err);

    p->api.otlp = p->otlp;
    return r;
}

/* What the API document says about credentials. */
static int describe_security(struct server *p, struct error *err)
{
    const struct config_keys *keys = settings_keys(p->live.settings);
    static const char section[] = "Authentication:AzureAd";
    struct api_security *security = &p->api.security;

    security->kind = p->options.no_auth ? SECURITY_NONE : SECURITY_API_KEY;
    if (p->options.no_auth || p->options.temp_api_key || !entra_configured(keys))
        return 0;
    const char *instance = config_keys_child(keys, section, "Instance");
    const char *tenant = config_keys_child(keys, section, "TenantId");
    if (!instance || !instance[0])
        instance = ENTRA_INSTANCE;
    size_t size = strlen(instance);
    while (size && instance[size - 1] == '/')
        size--;
    if (asprintf(&p->authority, "%.*s/%s", (int)size, instance, tenant ? tenant : "") < 0)
        return error_set(err, -ENOMEM, "Authentication");
    security->kind = SECURITY_ENTRA;
    security->authority = p->authority;
    return 0;
}

/* The order of the log lines is the peer's: addresses, keys, destinations. */
static int start_api(struct server *p, struct error *err)
{
    p->api.loop = &p->loop;
    p->api.options = &p->options;
    p->api.settings = p->live.settings;
    p->api.registry = p->registry;
    p->api.resident = &p->resident;
    p->api.operations = p->operations;
    p->api.metrics = p->metrics;
    p->api.dump_folder = dump_folder_path(p->dump_folder);
    api_init(&p->api);
    api_check_addresses(&p->api);
    int r = auth_new(&p->loop, &p->options, settings_keys(p->live.settings), &p->api.auth, err);
    if (r == 0)
        r = describe_security(p, err);
    if (r == 0)
        r = egress_new(&p->loop, settings_keys(p->live.settings), &p->api.egress, err);
    if (r < 0)
        return r;
    struct http_handler handler = api_handler(&p->api);
    r = http_server_new(&p->loop, &handler, &p->http, err);
    return r < 0 ? r : api_listen(&p->api, p->http, err);
}

/* No session is left in a target, or our time is over: take down the rest, in reverse order. */
static void on_sessions_ended(void *user)
{
    struct server *p = user;

    sessions_free(p->sessions);
    registry_free(p->registry);
    dump_folder_free(p->dump_folder);
    auth_free(p->api.auth);
    p->api.auth = NULL;
    p->sessions = NULL;
    p->registry = NULL;
    p->dump_folder = NULL;
    watch_stop(&p->input);
    resident_stop(&p->resident);
    settings_unwatch(p->live.settings);
    for (size_t i = 0; i < END_SIGNALS; i++)
        uv_close((uv_handle_t *)&p->signals[i], NULL);
}

/* The last answer is out, and the last push; or their time is over. */
static void on_part_ended(void *user)
{
    struct server *p = user;

    if (--p->ending)
        return;
    otlp_free(take_ptr(p->otlp));
    p->api.otlp = NULL;
    api_deinit(&p->api);
    operations_free(p->operations);
    p->operations = NULL;
    egress_free(take_ptr(p->api.egress));
    metrics_service_free(take_ptr(p->metrics));
    p->api.metrics = NULL;
    exceptions_service_free(take_ptr(p->exceptions));
    p->api.exceptions = NULL;
    feeds_free(take_ptr(p->feeds));
    sessions_wait(p->sessions, SESSIONS_MS, on_sessions_ended, p);
}

/* A thread of the pool hangs in a write, to NFS without its server, say. exit() would wait for that
 * thread too; all else of ours is gone by now. */
static void on_end_overdue(uv_timer_t *timer)
{
    (void)timer;
    log_event(&event_end_forced, LOG_NUMBER("seconds", END_MS / 1000));
    _exit(EXIT_FINE);
}

/* Asked twice, it does not wait for running answers any longer. */
static void stop(struct server *p)
{
    log_write(&event_stopping, NULL, 0);
    p->api.draining = true;
    if (p->stopping) {
        http_server_close(p->http, 0, on_part_ended, p);
        return;
    }
    p->stopping = true;
    (void)uv_timer_start(&p->last, on_end_overdue, END_MS, 0);
    rules_free(take_ptr(p->api.rules)); /* processes that wait for one go on */
    p->ending = 2;
    http_server_close(p->http, GRACE_MS, on_part_ended, p);
    otlp_finish(p->otlp, on_part_ended, p);
}

static void on_signal(uv_signal_t *handle, int number)
{
    (void)number;
    stop(handle->data);
}

static void on_input(void *user, int events)
{
    struct server *p = user;
    char ignored[512];

    (void)events;
    ssize_t n = read(STDIN_FILENO, ignored, sizeof ignored);
    if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
        return;
    watch_stop(&p->input);
    stop(p);
}

/* Comes before anything is made that an end must clean up. A signal that comes during the start is
 * told in the loop's first turn, when all parts are there. */
static void catch_signals(struct server *p)
{
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN); /* an artifact beyond ulimit -f fails alone */
    (void)uv_timer_init(&p->loop, &p->last);
    uv_unref((uv_handle_t *)&p->last);
    for (size_t i = 0; i < END_SIGNALS; i++) {
        (void)uv_signal_init(&p->loop, &p->signals[i]);
        p->signals[i].data = p;
        (void)uv_signal_start(&p->signals[i], on_signal, end_signals[i]);
    }
}

static int watch_input(struct server *p, struct error *err)
{
    if (!p->options.exit_on_stdin_disconnect)
        return 0;
    int r = watch_start(&p->input, &p->loop, STDIN_FILENO, UV_READABLE, on_input, p, err);
    /* A file or /dev/null cannot be waited for; it is at its end already. */
    return r == -EPERM ? (stop(p), 0) : r;
}

/* Programs wait for the first of these lines, which comes once, when all addresses are open. */
static void log_ready(void)
{
    cleanup(free_str) char *cwd = getcwd(NULL, 0);
    char folder[PATH_MAX + 2];

    (void)snprintf(folder, sizeof folder, "%s%s", cwd ? cwd : "",
                   cwd && strcmp(cwd, "/") == 0 ? "" : "/");

    log_write(&event_started, NULL, 0);
    log_event(&event_environment, {"EnvName", "Production"});
    log_event(&event_content_root, {"ContentRoot", folder});
}

/* As the peer tells its end before the beginning; standard error has it again, for people. */
static void log_failure(const struct error *err, bool options_bad)
{
    char exception[ERROR_TEXT_SIZE + 96];

    (void)snprintf(exception, sizeof exception, "%s: %s",
                   options_bad ? "Microsoft.Extensions.Options.OptionsValidationException"
                               : "Microsoft.Diagnostics.Monitoring.MonitoringException",
                   err->text);
    log_record(&(const struct log_record){.event = &event_start_failed, .exception = exception});
    if (options_bad)
        log_event(&event_cannot_run, {"failure", err->text});
}

static int start(struct server *p, struct error *err)
{
    int r = start_targets(p, err);

    if (r == 0)
        r = start_metrics(p, err);
    if (r == 0)
        r = start_api(p, err);
    if (r == 0)
        r = start_rules(p, err);
    if (r == 0)
        r = start_push(p, err);
    if (r == 0)
        r = watch_input(p, err);
    if (r == 0)
        r = live_watch(&p->live, &p->loop, err);
    return r;
}

int server_run(const struct command_flags *flags, struct settings *settings)
{
    static struct server p; /* zeroed; too large for the stack's taste */
    struct error err;

    p.live = (struct live){settings, &p.options, &p.api};
    (void)uv_loop_init(&p.loop);
    catch_signals(&p);
    int r = live_start(&p.live, flags, &err);
    bool options_bad = r < 0;
    if (r == 0)
        r = start(&p, &err);
    if (r < 0) {
        log_failure(&err, options_bad);
        (void)fprintf(stderr, "portside: %s\n", err.text);
        registry_free(p.registry); /* its socket file; the kernel takes the rest back */
        return EXIT_CANNOT_RUN;
    }
    log_ready();
    p.resident.loop = &p.loop;
    resident_touch(&p.resident);
    (void)uv_run(&p.loop, UV_RUN_DEFAULT);
    uv_close((uv_handle_t *)&p.last, NULL);
    (void)uv_run(&p.loop, UV_RUN_DEFAULT);
    http_server_free(p.http);
    (void)uv_loop_close(&p.loop);
    options_deinit(&p.options);
    free(p.authority);
    return EXIT_FINE;
}
