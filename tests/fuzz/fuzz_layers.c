/*
 * Lines "e:NAME=value" as the environment, "a:ARGUMENT" as arguments, "k:NAME=value" as files of
 * the key-per-file folder, "u:", "s:" and "x:" as lines of the user's, the shared and the extra
 * settings file; then all layers are merged, merged again and shown.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/config/command_line.h"
#include "src/config/settings.h"
#include "src/config/show.h"
#include "tests/fuzz/silence.h"

enum { ITEMS = 32, PATH_SIZE = 512 };

struct world {
    char dir[64];
    char overrides[2][PATH_SIZE], extra[PATH_SIZE];
    char *environment[ITEMS + 3], *arguments[ITEMS + 4];
    size_t environment_count;
    int argument_count;
};

static void write_line(const struct world *w, const char *folder, const char *name,
                       const char *text, const char *end, int flags)
{
    char path[PATH_SIZE];
    int n = snprintf(path, sizeof path, "%s/%s%s", w->dir, folder, name);
    int fd = n < PATH_SIZE ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600) : -1;

    if (fd < 0)
        return; /* a name that no file can have */
    if (write(fd, text, strlen(text)) < 0 || write(fd, end, strlen(end)) < 0)
        abort();
    (void)close(fd);
}

static void key_file(const struct world *w, char *line)
{
    char *equals = strchr(line, '=');

    if (!equals || strchr(line, '/') || equals == line)
        return;
    *equals = '\0';
    write_line(w, "shared/", line, equals + 1, "\n", O_TRUNC);
}

static void take_line(struct world *w, char *line)
{
    char *text = line[0] && line[1] == ':' ? line + 2 : NULL;

    if (!text)
        return;
    if (line[0] == 'e' && w->environment_count < ITEMS)
        w->environment[w->environment_count++] = text;
    else if (line[0] == 'a' && w->argument_count < ITEMS)
        w->arguments[w->argument_count++] = text;
    else if (line[0] == 'k')
        key_file(w, text);
    else if (line[0] == 'u')
        write_line(w, "user/", "settings.json", text, "\n", O_APPEND);
    else if (line[0] == 's')
        write_line(w, "shared/", "settings.json", text, "\n", O_APPEND);
    else if (line[0] == 'x')
        write_line(w, "", "extra.json", text, "\n", O_APPEND);
}

static void make(struct world *w)
{
    static char program[] = "portside", config[] = "config", show[] = "show";
    char path[PATH_SIZE];

    (void)snprintf(w->dir, sizeof w->dir, "/tmp/fuzz.XXXXXX");
    if (!mkdtemp(w->dir))
        abort();
    for (int i = 0; i < 2; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", w->dir, i ? "shared" : "user");
        if (mkdir(path, 0700) < 0)
            abort();
        (void)snprintf(w->overrides[i], sizeof w->overrides[i],
                       "DotnetMonitorTestSettings__%sConfigDirectoryOverride=%s",
                       i ? "Shared" : "User", path);
        w->environment[w->environment_count++] = w->overrides[i];
    }
    (void)snprintf(w->extra, sizeof w->extra, "%s/extra.json", w->dir);
    w->arguments[0] = program;
    w->arguments[1] = config;
    w->arguments[2] = show;
    w->argument_count = 3;
}

static void remove_all(const struct world *w, const char *folder)
{
    char path[2 * PATH_SIZE];
    DIR *dir;

    (void)snprintf(path, sizeof path, "%s%s", w->dir, folder);
    dir = opendir(path);
    for (const struct dirent *e; dir && (e = readdir(dir)) != NULL;) {
        char file[2 * PATH_SIZE];
        (void)snprintf(file, sizeof file, "%s%s/%s", w->dir, folder, e->d_name);
        (void)unlink(file);
    }
    if (dir)
        (void)closedir(dir);
    (void)rmdir(path);
}

static void load(struct world *w, const struct config_keys *command_line)
{
    const struct settings_start start = {command_line, w->environment, w->extra};
    const struct show_options options = {.sources = true};
    struct settings *settings;
    struct error err = {0};
    struct text out = {0};
    bool changed = true;

    if (settings_new(&start, &settings, &err) < 0) {
        if (!err.text[0])
            abort();
        return;
    }
    if (settings_reload(settings, &changed, &err) < 0 || changed)
        abort();
    show_add(&out, settings_keys(settings), &options);
    if (out.failed)
        abort();
    text_deinit(&out);
    settings_free(settings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct world w = {0};
    struct config_keys keys = {0};
    struct command_flags flags;
    enum command command;
    struct error err = {0};
    char *text = malloc(size + 1);

    if (!text)
        abort();
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    silence(); /* help goes to standard output */
    make(&w);
    for (char *line = text, *next; line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        take_line(&w, line);
    }
    if (command_line_parse(w.argument_count, w.arguments, &command, &flags, &keys, &err) == 0)
        load(&w, &keys);
    else if (!err.text[0])
        abort();
    config_keys_deinit(&keys);
    remove_all(&w, "/user");
    remove_all(&w, "/shared");
    remove_all(&w, "");
    free(text);
    return 0;
}
