/*
 * main.c - from the arguments to a command.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/cli/convert.h"
#include "src/cli/heap.h"
#include "src/cli/report.h"
#include "src/cli/top.h"
#include "src/collect/enter.h"
#include "src/config/command_line.h"
#include "src/io/descriptors.h"
#include "src/program/commands.h"
#include "src/program/server.h"

/* Commands that are no server; each reads its own arguments. */
static const struct {
    const char *name;
    int (*main)(int argc, char **argv);
} tools[] = {{"convert", convert_main},
             {"report", report_main},
             {"heap", heap_main},
             {"heapdiff", heapdiff_main},
             {"top", top_main}};

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
    for (size_t i = 0; argc > 1 && i < sizeof tools / sizeof tools[0]; i++) {
        if (strcmp(argv[1], tools[i].name) == 0)
            return tools[i].main(argc - 2, argv + 2);
    }
    descriptors_raise_limit();
    int code = EXIT_USAGE;
    if (command_line_parse(argc, argv, &command, &flags, &keys, &err) < 0)
        (void)fprintf(stderr, "%s\n\n", err.text);
    else
        code = command_run(command, &flags, &keys);
    config_keys_deinit(&keys);
    return code;
}
