#include "src/config/settings.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>

#include "src/base/limits.h"
#include "src/config/layers.h"
#include "src/io/file_watch.h"
#include "src/io/timer.h"

struct settings {
    struct layers layers;
    struct config_keys command_line, on_top, keys;
    struct text warnings;
    size_t files_said; /* where in the warnings those of the files begin */

    uv_loop_t *loop; /* NULL: not watched */
    struct settings_watcher watcher;
    struct file_watch watches[LAYER_FOLDERS];
    struct timer settle, poll;
    char reason[ERROR_TEXT_SIZE]; /* of the last failure that was told; "" after a success */
};

/* Written, replaced, removed, made; also the folder itself. */
static const uint32_t changes = IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_CREATE | IN_DELETE |
                                IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE_SELF | IN_MOVE_SELF;

static int read_first(struct settings *s, const struct settings_start *start, struct error *err)
{
    int r =
        layers_init(&s->layers, start->environment, start->configuration_file, &s->warnings, err);

    if (r == 0)
        r = config_keys_merge(&s->command_line, start->command_line, err);
    s->files_said = s->warnings.size;
    if (r == 0)
        r = layers_read(&s->layers, &s->command_line, &s->on_top, &s->keys, &s->warnings, err);
    if (r == 0 && s->warnings.failed)
        r = error_set(err, -ENOMEM, "configuration");
    return r;
}

int settings_new(const struct settings_start *start, struct settings **ret_settings,
                 struct error *err)
{
    struct settings *s = calloc(1, sizeof *s);

    if (!s)
        return error_set(err, -ENOMEM, "configuration");
    int r = read_first(s, start, err);
    if (r < 0) {
        settings_free(s);
        return r;
    }
    *ret_settings = s;
    return 0;
}

void settings_free(struct settings *s)
{
    if (!s)
        return;
    settings_unwatch(s);
    config_keys_deinit(&s->keys);
    config_keys_deinit(&s->on_top);
    config_keys_deinit(&s->command_line);
    layers_deinit(&s->layers);
    text_deinit(&s->warnings);
    free(s);
}

const struct config_keys *settings_keys(const struct settings *s)
{
    return &s->keys;
}

const char *settings_warnings(const struct settings *s)
{
    return s->warnings.data ? s->warnings.data : "";
}

static int put_on_top(struct config_keys *keys, const char *key, const char *value,
                      struct error *err)
{
    const struct config_source *source = config_keys_add_source(
        keys, "--temp-apikey", "CommandLineConfigurationProvider", false, err);

    return source ? config_keys_put(keys, key, value, source, 0, err) : err->code;
}

int settings_set(struct settings *s, const char *key, const char *value, struct error *err)
{
    int r = put_on_top(&s->on_top, key, value, err);

    return r < 0 ? r : put_on_top(&s->keys, key, value, err);
}

/* A file that could not be read at the start is no news; one that now cannot be read is. */
static bool is_news(const struct settings *s, const char *warnings)
{
    return strcmp(warnings, settings_warnings(s) + s->files_said) != 0;
}

int settings_reload(struct settings *s, bool *ret_changed, struct error *err)
{
    struct config_keys keys = {0};
    struct text warnings = {0};
    int r = layers_read(&s->layers, &s->command_line, &s->on_top, &keys, &warnings, err);

    if (r == 0 && warnings.failed)
        r = error_set(err, -ENOMEM, "configuration");
    if (r == 0 && warnings.size && is_news(s, warnings.data))
        r = error_set(err, -EACCES, "%.*s", (int)strcspn(warnings.data, "\n"), warnings.data);
    text_deinit(&warnings);
    if (r < 0) {
        config_keys_deinit(&keys);
        return r;
    }
    *ret_changed = !config_keys_equal(&s->keys, &keys);
    config_keys_deinit(&s->keys); /* lines may have moved even when nothing has changed */
    s->keys = keys;
    return 0;
}

static void on_event(void *user);

/* Folders may have been replaced by others of the same name: `anew` lets go of the old ones. One
 * that cannot be watched is left to the slow timer. */
static void watch_folders(struct settings *s, bool anew)
{
    for (size_t i = 0; i < LAYER_FOLDERS; i++) {
        char folder[PATH_MAX];
        struct error ignored;
        if (s->watches[i].started && !anew)
            continue;
        file_watch_stop(&s->watches[i]);
        layers_folder(&s->layers, i, folder, sizeof folder);
        if (folder[0])
            (void)file_watch_start(&s->watches[i], s->loop, folder, changes, on_event, s, &ignored);
    }
}

static void read_again(struct settings *s)
{
    struct error err;
    bool changed = false;

    if (settings_reload(s, &changed, &err) < 0) {
        if (strcmp(s->reason, err.text) == 0)
            return;
        memcpy(s->reason, err.text, sizeof s->reason);
        s->watcher.failed(s->watcher.user, s->reason);
        return;
    }
    s->reason[0] = '\0';
    if (changed)
        s->watcher.changed(s->watcher.user);
}

/* The watches are renewed before the files are read: nothing that comes later is missed. */
static void on_settled(void *user)
{
    struct settings *s = user;

    watch_folders(s, true);
    read_again(s);
}

static void on_poll(void *user)
{
    struct settings *s = user;

    watch_folders(s, false);
    read_again(s);
}

static void on_event(void *user)
{
    struct settings *s = user;

    if (!timer_active(&s->settle))
        (void)timer_start(&s->settle, s->loop, LIMIT_CONFIG_SETTLE_MS, 0, on_settled, s);
}

int settings_watch(struct settings *s, uv_loop_t *loop, const struct settings_watcher *watcher,
                   struct error *err)
{
    settings_unwatch(s);
    s->loop = loop;
    s->watcher = *watcher;
    if (timer_start(&s->poll, loop, LIMIT_CONFIG_POLL_MS, LIMIT_CONFIG_POLL_MS, on_poll, s) < 0)
        return error_set(err, -ENOMEM, "configuration");
    watch_folders(s, true);
    on_event(s); /* what has changed since the files were read */
    return 0;
}

void settings_unwatch(struct settings *s)
{
    for (size_t i = 0; i < LAYER_FOLDERS; i++)
        file_watch_stop(&s->watches[i]);
    timer_stop(&s->settle);
    timer_stop(&s->poll);
    s->loop = NULL;
}
