#include "src/program/live.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/auth/auth.h"
#include "src/base/cleanup.h"
#include "src/base/events.h"
#include "src/config/log_settings.h"
#include "src/config/validate.h"
#include "src/egress/egress.h"
#include "src/exceptions/service.h"
#include "src/metrics/service.h"
#include "src/otlp/otlp.h"
#include "src/rules/rules.h"

/* One line of log for each line of `lines`; `place` is what the event's template calls it. */
static void log_each(const char *lines, const struct log_event *event, const char *place)
{
    for (size_t size; *lines; lines += size + (lines[size] == '\n')) {
        char line[ERROR_TEXT_SIZE];
        size = strcspn(lines, "\n");
        (void)snprintf(line, sizeof line, "%.*s", (int)size, lines);
        log_event(event, {place, line});
    }
}

/* A faulty setting of the log is told, and the default taken: it keeps nobody from running. */
static int configure_log(const struct config_keys *keys, struct error *err)
{
    struct log_settings settings;
    cleanup(free_str) char *faults = NULL;
    int r = log_settings_load(keys, &settings, &faults, err);

    if (r < 0)
        return r;
    log_configure(&settings);
    log_each(faults, &event_log_setting_bad, "reason");
    return 0;
}

/* The push of telemetry keeps nobody from running either. */
static void warn_of_faults(const struct config_faults *faults)
{
    for (size_t i = 0; i < faults->count; i++) {
        const struct config_fault *f = &faults->items[i];
        char text[ERROR_TEXT_SIZE];
        if (f->kind != FAULT_ERROR || strncasecmp(f->key, "Otlp:", 5) != 0)
            continue;
        (void)snprintf(text, sizeof text, "%s (%s): %s; the default is taken", f->key, f->origin,
                       f->text);
        log_event(&event_otlp_setting, {"reason", text});
    }
}

/* What is set and does nothing. */
static void warn_of_idle_keys(const struct config_keys *keys)
{
    struct config_faults faults = {0};

    config_validate(keys, &faults);
    warn_of_faults(&faults);
    cleanup(free_str) char *unknown = config_faults_keys(&faults, FAULT_UNKNOWN);
    cleanup(free_str) char *later = config_faults_keys(&faults, FAULT_LATER);
    config_faults_deinit(&faults);
    if (unknown)
        log_event(&event_keys_unknown, {"keys", unknown});
    if (later)
        log_event(&event_keys_later, {"keys", later});
}

int live_start(struct live *l, const struct command_flags *flags, struct error *err)
{
    const struct config_keys *keys = settings_keys(l->settings);
    struct options *o = l->options;
    /* First: how the fault of another setting is told is a setting too. */
    int r = configure_log(keys, err);

    if (r == 0)
        r = options_load(o, keys, err);
    if (r < 0)
        return r;
    o->no_auth = flags->no_auth;
    o->temp_api_key = flags->temp_api_key;
    o->no_http_egress = flags->no_http_egress;
    o->exit_on_stdin_disconnect = flags->exit_on_stdin_disconnect;
    log_each(settings_warnings(l->settings), &event_settings_warning, "message");
    if (o->default_process.fault)
        log_event(&event_settings_warning, {"message", o->default_process.fault});
    warn_of_idle_keys(keys);
    return 0;
}

static void tell_restart(const struct option_names *keys)
{
    struct text list = {0};

    for (size_t i = 0; i < keys->count; i++)
        text_add_fmt(&list, "%s%s", i ? ", " : "", keys->items[i]);
    if (list.size && !list.failed)
        log_event(&event_keys_restart, {"keys", list.data});
    text_deinit(&list);
}

static void on_changed(void *user)
{
    struct live *l = user;
    const struct config_keys *keys = settings_keys(l->settings);
    struct option_names restart = {0};
    struct error err;

    if (options_reload(l->options, keys, &restart, &err) < 0) {
        log_each(err.text, &event_settings_refused, "reason");
        return;
    }
    if (configure_log(keys, &err) < 0)
        log_event(&event_settings_refused, {"reason", err.text});
    log_write(&event_settings_applied, NULL, 0);
    tell_restart(&restart);
    option_names_deinit(&restart);
    auth_reload(l->api->auth, keys);
    if (egress_reload(l->api->egress, keys, &err) < 0)
        log_event(&event_settings_refused, {"reason", err.text});
    api_reload_tls(l->api);
    metrics_service_reload(l->api->metrics, keys);
    exceptions_service_reload(l->api->exceptions, keys);
    if (rules_reload(l->api->rules, keys, &err) < 0)
        log_event(&event_settings_refused, {"reason", err.text});
    otlp_reload(l->api->otlp);
}

static void on_failed(void *user, const char *reason)
{
    (void)user;
    log_event(&event_settings_refused, {"reason", reason});
}

int live_watch(struct live *l, uv_loop_t *loop, struct error *err)
{
    const struct settings_watcher watcher = {on_changed, on_failed, l};

    return settings_watch(l->settings, loop, &watcher, err);
}
