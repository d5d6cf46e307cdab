/* A name in a temp folder, and the same bytes as the command line that a runtime tells. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/target/discover.h"
#include "src/target/process_name.h"

/* A name that is taken says the same again when it is written from what was read. */
static void try_name(const char *text)
{
    char again[128];
    unsigned long long key, key_again;
    pid_t pid, pid_again;

    if (!discover_parse_name(text, &pid, &key))
        return;
    if (pid <= 0)
        abort();
    (void)snprintf(again, sizeof again, "dotnet-diagnostic-%d-%llu-socket", (int)pid, key);
    if (!discover_parse_name(again, &pid_again, &key_again) || pid != pid_again || key != key_again)
        abort();
}

static void try_command_line(const char *text)
{
    char *name = malloc(PROCESS_NAME_SIZE);

    if (!name || process_name(text, name) != name)
        abort();
    if (strlen(name) >= PROCESS_NAME_SIZE || strlen(name) > strlen(text) || strchr(name, '/'))
        abort();
    free(name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    if (!text)
        abort();
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    try_name(text);
    try_command_line(text);
    free(text);
    return 0;
}
