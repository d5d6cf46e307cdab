#include "src/target/process_name.h"

#include <stdbool.h>
#include <stddef.h>

const char *process_name(const char *command_line, char name[static PROCESS_NAME_SIZE])
{
    size_t size = 0;
    bool quoted = false;
    const char *at = command_line;

    while (*at == ' ')
        at++;
    for (; *at && (quoted || *at != ' '); at++) {
        if (*at == '"') {
            quoted = !quoted;
            continue;
        }
        if (*at == '\\' && at[1])
            at++;
        if (*at == '/')
            size = 0; /* only what follows the last slash counts */
        else if (size < PROCESS_NAME_SIZE - 1)
            name[size++] = *at;
    }
    name[size] = '\0';
    return name;
}
