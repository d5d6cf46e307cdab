/*
 * main.c - wires the parts, runs the loop, stops in reverse order.
 *
 * Start: arguments -> settings (all layers) -> signals -> options -> diagnostic port (runtimes may
 * be waiting) -> operations -> HTTP. End: a signal, or the end of standard input, closes the HTTP
 * server gracefully, then everything else. Exit codes follow the peer: 0 normal, 1 bad arguments
 * or a settings file that cannot be understood, 255 cannot run (CONTRACT section 23).
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "src/api/api.h"
#include "src/base/cleanup.h"
#include "src/base/events.h"
#include "src/collect/dump_folder.h"
#include "src/collect/enter.h"
#include "src/config/command_line.h"
#include "src/config/log_settings.h"
#include "src/config/options.h"
#include "src/config/reference.h"
#include "src/config/schema.h"
#include "src/config/settings.h"
#include "src/config/show.h"
#include "src/config/validate.h"
#include "src/io/descriptors.h"
#include "src/io/watch.h"

extern char **environ;

/* The peer's line; scripts skip it. */
static const char survey[] =
    "Tell us about your experience with dotnet monitor: https://aka.ms/dotnet-monitor-survey";

enum {
    EXIT_USAGE = 1,
    EXIT_CANNOT_RUN = 255,
    /* `docker stop` kills after 10 s (Kubernetes after 30): by then the socket file and unfinished
     * dumps must be gone. */
    GRACE_MS = 8 * 1000,
};

struct portside {
    uv_loop_t loop;
    struct settings *settings;
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

/* Told once, at the start: what is set and does nothing. */
static void warn_of_idle_keys(const struct config_keys *keys)
{
    struct config_faults faults = {0};

    config_validate(keys, &faults);
    cleanup(free_str) char *unknown = config_faults_keys(&faults, FAULT_UNKNOWN);
    cleanup(free_str) char *later = config_faults_keys(&faults, FAULT_LATER);
    config_faults_deinit(&faults);
    if (unknown)
        log_event(&event_keys_unknown, {"keys", unknown});
    if (later)
        log_event(&event_keys_later, {"keys", later});
}

/* A faulty setting of the log is told, and the default taken: it keeps nobody from running. */
static int configure_log(const struct config_keys *keys, struct error *err)
{
    struct log_settings settings;
    char *faults = NULL, *rest = NULL;
    int r = log_settings_load(keys, &settings, &faults, err);

    if (r < 0)
        return r;
    log_configure(&settings);
    for (char *one = faults ? strtok_r(faults, "\n", &rest) : NULL; one;
         one = strtok_r(NULL, "\n", &rest))
        log_event(&event_log_setting_bad, {"reason", one});
    free(faults);
    return 0;
}

static void log_each(const char *lines, const struct log_event *event)
{
    for (size_t size; *lines; lines += size + (lines[size] == '\n')) {
        char line[ERROR_TEXT_SIZE];
        size = strcspn(lines, "\n");
        (void)snprintf(line, sizeof line, "%.*s", (int)size, lines);
        log_event(event, {"message", line});
    }
}

static int load_options(struct portside *p, const struct command_flags *flags, struct error *err)
{
    struct options *o = &p->options;
    int r = options_load(o, settings_keys(p->settings), err);

    if (r == 0)
        r = configure_log(settings_keys(p->settings), err);
    if (r < 0)
        return r;
    o->no_auth = flags->no_auth;
    o->temp_api_key = flags->temp_api_key;
    o->no_http_egress = flags->no_http_egress;
    o->exit_on_stdin_disconnect = flags->exit_on_stdin_disconnect;
    log_each(settings_warnings(p->settings), &event_settings_warning);
    warn_of_idle_keys(settings_keys(p->settings));
    return 0;
}

/* What takes effect without a restart. */
static void apply_settings(void *user)
{
    struct portside *p = user;
    struct options now;
    struct error err;

    if (options_load(&now, settings_keys(p->settings), &err) < 0) {
        log_event(&event_settings_refused, {"reason", err.text});
        return;
    }
    struct process_filters before = p->options.default_process;
    p->options.default_process = now.default_process;
    now.default_process = before;
    options_deinit(&now);
    (void)configure_log(settings_keys(p->settings), &err);
    log_write(&event_settings_applied, NULL, 0);
}

static void refuse_settings(void *user, const char *reason)
{
    (void)user;
    log_event(&event_settings_refused, {"reason", reason});
}

static int watch_settings(struct portside *p, struct error *err)
{
    const struct settings_watcher watcher = {apply_settings, refuse_settings, p};

    return settings_watch(p->settings, &p->loop, &watcher, err);
}

static int start_parts(struct portside *p, struct error *err)
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
    r = operations_new(&context, &p->operations, err);
    if (r < 0)
        return r;
    p->api.loop = &p->loop;
    p->api.options = &p->options;
    p->api.registry = p->registry;
    p->api.operations = p->operations;
    p->api.security.kind = p->options.no_auth ? SECURITY_NONE : SECURITY_API_KEY;
    api_init(&p->api);
    api_check_addresses(&p->api);
    if (p->options.no_auth)
        log_write(&event_no_authentication, NULL, 0);
    else
        log_write(&event_no_api_key, NULL, 0);
    struct http_handler handler = api_handler(&p->api);
    r = http_server_new(&p->loop, &handler, &p->http, err);
    return r < 0 ? r : api_listen(&p->api, p->http, err);
}

/* The last answer is out (or its time is over): take down the rest, in reverse order. */
static void on_http_closed(void *user)
{
    struct portside *p = user;

    api_close(&p->api);
    operations_free(p->operations);
    registry_free(p->registry);
    dump_folder_free(p->dump_folder);
    p->operations = NULL;
    p->registry = NULL;
    p->dump_folder = NULL;
    watch_stop(&p->input);
    settings_unwatch(p->settings);
    for (size_t i = 0; i < 2; i++)
        uv_close((uv_handle_t *)&p->signals[i], NULL);
}

/* Asked twice, it does not wait for running answers any longer. */
static void stop(struct portside *p)
{
    log_write(&event_stopping, NULL, 0);
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

/* Comes before anything is made that an end must clean up. A signal that comes during the start is
 * told in the loop's first turn, when all parts are there. */
static void catch_signals(struct portside *p)
{
    static const int numbers[2] = {SIGTERM, SIGINT};

    (void)signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < 2; i++) {
        (void)uv_signal_init(&p->loop, &p->signals[i]);
        p->signals[i].data = p;
        (void)uv_signal_start(&p->signals[i], on_signal, numbers[i]);
    }
}

static int watch_input(struct portside *p, struct error *err)
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

static int run(const struct command_flags *flags, struct settings *settings)
{
    static struct portside p; /* zeroed; too large for the stack's taste */
    struct error err;

    p.settings = settings;
    (void)uv_loop_init(&p.loop);
    catch_signals(&p);
    int r = load_options(&p, flags, &err);
    bool options_bad = r < 0;
    if (r == 0)
        r = start_parts(&p, &err);
    if (r == 0)
        r = watch_input(&p, &err);
    if (r == 0)
        r = watch_settings(&p, &err);
    if (r < 0) {
        log_failure(&err, options_bad);
        (void)fprintf(stderr, "portside: %s\n", err.text);
        registry_free(p.registry); /* its socket file; the kernel takes the rest back */
        return EXIT_CANNOT_RUN;
    }
    log_ready();
    (void)uv_run(&p.loop, UV_RUN_DEFAULT);
    http_server_free(p.http);
    api_deinit(&p.api);
    (void)uv_loop_close(&p.loop);
    options_deinit(&p.options);
    return 0;
}

static int show(const struct command_flags *flags, const struct settings *settings)
{
    const struct show_options options = {.full = flags->show_full, .sources = flags->show_sources};
    struct text out = {0};

    show_add(&out, settings_keys(settings), &options);
    if (!out.failed)
        (void)fputs(out.data, stdout);
    int r = out.failed || fflush(stdout) < 0 ? EXIT_CANNOT_RUN : 0;
    text_deinit(&out);
    return r;
}

/* The commands that need the configuration. */
static int run_configured(enum command command, const struct command_flags *flags,
                          const struct config_keys *command_line)
{
    const struct settings_start start = {command_line, environ, flags->configuration_file};
    struct settings *settings;
    struct error err;
    int code;

    if (command == COMMAND_CONFIG_SHOW)
        printf("%s\n\n", survey);
    if (settings_new(&start, &settings, &err) < 0) {
        (void)fflush(stdout);
        (void)fprintf(stderr, "portside: %s\n", err.text);
        return EXIT_USAGE;
    }
    if (command == COMMAND_CONFIG_SHOW)
        code = show(flags, settings);
    else
        code = run(flags, settings);
    settings_free(settings);
    return code;
}

static int run_command(enum command command, const struct command_flags *flags,
                       const struct config_keys *command_line)
{
    struct error err;

    switch (command) {
    case COMMAND_COLLECT:
    case COMMAND_CONFIG_SHOW:
        return run_configured(command, flags, command_line);
    case COMMAND_CONFIG_REFERENCE:
        reference_print(stdout);
        return 0;
    case COMMAND_CONFIG_SCHEMA:
        return schema_print(stdout, &err) < 0 ? EXIT_CANNOT_RUN : 0;
    case COMMAND_CONFIG_VALIDATE:
    case COMMAND_GENERATE_KEY:
        (void)fprintf(stderr, "portside: this version does not have this command yet.\n");
        return EXIT_CANNOT_RUN;
    case COMMAND_DONE:
    default:
        return 0;
    }
}

int main(int argc, char **argv)
{
    struct config_keys keys = {0};
    struct command_flags flags;
    enum command command;
    struct error err;

    if (argc > 1 && strcmp(argv[1], ENTER_COMMAND) == 0)
        return enter_main(argv + 2);
    (void)unsetenv("DOTNET_STARTUP_HOOKS"); /* meant for the apps; children must not inherit it */
    descriptors_open_standard();
    descriptors_raise_limit();
    int r = command_line_parse(argc, argv, &command, &flags, &keys, &err);
    int code = EXIT_USAGE;
    if (r < 0)
        (void)fprintf(stderr, "%s\n\n", err.text);
    else
        code = run_command(command, &flags, &keys);
    config_keys_deinit(&keys);
    return code;
}
