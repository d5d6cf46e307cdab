/*
 * config_tool validate|schema|reference - the functions of the config layer as commands, for the
 * scripts beside it. The configuration is this process's environment.
 */
#include <stdio.h>
#include <string.h>

#include "src/config/environment.h"
#include "src/config/reference.h"
#include "src/config/schema.h"
#include "src/config/validate.h"

extern char **environ;

static int validate(struct error *err)
{
    struct config_keys keys = {0};
    int r = config_keys_add_environment(&keys, environ, err);

    if (r == 0)
        r = config_validate_print(&keys, stdout);
    config_keys_deinit(&keys);
    return r;
}

int main(int argc, char **argv)
{
    const char *command = argc == 2 ? argv[1] : "";
    struct error err = {0};
    int r = 2;

    if (strcmp(command, "validate") == 0)
        r = validate(&err);
    else if (strcmp(command, "schema") == 0)
        r = schema_print(stdout, &err);
    else if (strcmp(command, "reference") == 0)
        r = (reference_print(stdout), 0);
    if (r < 0)
        (void)fprintf(stderr, "%s\n", err.text);
    return r < 0 ? 3 : r;
}
