/*
 * config/settings.h - the configuration of this run: all layers merged, and read again when a file
 * changes.
 *
 * Files are small and local; they are read on the loop thread.
 */
#pragma once

#include <uv.h>

#include "src/config/keys.h"

struct settings;

struct settings_start {
    const struct config_keys *command_line; /* copied */
    char *const *environment;               /* must live as long as the settings */
    const char *configuration_file;         /* --configuration-file-path; NULL: none */
};

/* Reads all layers. A file that cannot be understood is an error that names file, line and
 * column. */
int settings_new(const struct settings_start *start, struct settings **ret_settings,
                 struct error *err);
void settings_free(struct settings *s);

/* Valid until the settings are read again, that is, to the end of a callback. */
const struct config_keys *settings_keys(const struct settings *s);

/* What was passed over while reading, one line each with its line feed; "" when all is well. */
const char *settings_warnings(const struct settings *s);

/* Sets a key on top of everything, also of what is read later: the key of --temp-apikey. */
int settings_set(struct settings *s, const char *key, const char *value, struct error *err);

/* Reads everything again. On failure the old keys stay. `*ret_changed`: do they say anything else
 * now? */
int settings_reload(struct settings *s, bool *ret_changed, struct error *err);

struct settings_watcher {
    void (*changed)(void *user);                    /* settings_keys() says something else */
    void (*failed)(void *user, const char *reason); /* the old keys stay; told once per reason */
    void *user;
};

/*
 * Watches the folders of the settings files: files written in place or replaced, symlinks that are
 * swapped (Kubernetes), files that go and come. A change is read LIMIT_CONFIG_SETTLE_MS after its
 * first sign, and every LIMIT_CONFIG_POLL_MS without any.
 */
int settings_watch(struct settings *s, uv_loop_t *loop, const struct settings_watcher *watcher,
                   struct error *err);
void settings_unwatch(struct settings *s);
