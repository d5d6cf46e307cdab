/* A setting of an action and what an app says of itself: tokens replaced, split into arguments. The
 * first line is the app's, the rest the setting. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/rules/arguments.h"
#include "src/rules/tokens.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *find(void *user, const struct action_reference *reference)
{
    const char *value = user;

    return reference->name ? value : NULL;
}

/* What comes from the app stays in one piece. */
static void check_whole(char **argv, const char *setting, const char *value)
{
    bool alone = strcmp(setting, "$(Process.CommandLine)") == 0;

    if (alone && *value && (!argv[1] || argv[2] || strcmp(argv[1], value) != 0))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = calloc(1, size + 1);
    struct expanded e;
    struct error err;
    char **argv;

    if (!text)
        abort();
    if (size)
        memcpy(text, data, size);
    char *line = strchr(text, '\n');
    if (line)
        *line++ = '\0';
    const char *setting = line ? line : "$(Process.CommandLine)";
    const struct token_values values = {.name = text, .command_line = text};
    const struct action_results results = {text, find};
    if (tokens_expand(setting, &values, &results, &e, &err) == 0) {
        if (e.text.size != e.marks.size)
            abort();
        if (arguments_split("p", e.text.data, e.marks.data, &argv, &err) == 0) {
            check_whole(argv, setting, text);
            arguments_free(argv);
        }
        expanded_deinit(&e);
    }
    free(text);
    return 0;
}
