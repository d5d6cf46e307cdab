/*
 * Lines "NAME=value" as the environment, lines that begin with '-' as arguments; then the options,
 * the filters and a process that is looked for.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/config/command_line.h"
#include "src/config/environment.h"
#include "src/config/options.h"
#include "tests/fuzz/silence.h"

enum { LINES = 64 };

struct lines {
    char *environment[LINES + 1], *arguments[LINES + 3];
    size_t environment_count;
    int argument_count;
};

static void split(char *text, struct lines *lines)
{
    static char program[] = "portside", collect[] = "collect";

    lines->arguments[0] = program;
    lines->arguments[1] = collect;
    lines->argument_count = 2;
    for (char *line = text, *next; line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        if (line[0] == '-' && lines->argument_count < LINES)
            lines->arguments[lines->argument_count++] = line;
        else if (lines->environment_count < LINES)
            lines->environment[lines->environment_count++] = line;
    }
}

static void check_sorted(const struct config_keys *keys)
{
    for (size_t i = 0; i < keys->count; i++) {
        if (config_keys_find(keys, keys->entries[i].key) != &keys->entries[i])
            abort();
    }
}

static void check_options(const struct config_keys *keys)
{
    static const struct process_identity p = {.text = {"12", "dotnet", "dotnet x.dll", "x"}};
    struct options o;
    struct error err = {0};

    int r = options_load(&o, keys, &err);
    if ((r < 0) != (err.code < 0) || strlen(err.text) >= sizeof err.text)
        abort();
    if (r == 0) {
        if (!o.urls || !o.port_name || o.port_backlog < INT32_MIN || o.port_backlog > INT32_MAX ||
            o.port_socket_mode < 0 || o.port_socket_mode > 0777 || o.dump_reserve_mb < 0)
            abort();
        (void)process_filters_match(&o.default_process, &p);
    }
    options_deinit(&o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lines lines = {0};
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
    split(text, &lines);
    int r =
        command_line_parse(lines.argument_count, lines.arguments, &command, &flags, &keys, &err);
    if (r < 0 && err.code != r)
        abort();
    if (config_keys_add_environment(&keys, lines.environment, &err) == 0) {
        check_sorted(&keys);
        check_options(&keys);
    }
    config_keys_deinit(&keys);
    free(text);
    return 0;
}
