#include "src/config/command_table.h"

#include <stdio.h>
#include <string.h>

#define FLAG(field) offsetof(struct command_flags, field)

/* clang-format off */
static const struct option_row
    urls = {"--urls", "-u", "urls", "https://localhost:52323", OPTION_KIND_KEY, "urls", 0,
            "Addresses of the HTTP API."},
    metric_urls = {"--metricUrls", NULL, "metricUrls", "http://localhost:52325", OPTION_KIND_KEY,
                   "Metrics:Endpoints", 0, "Addresses that serve metrics only."},
    metrics = {"--metrics", "-m", "metrics", "True", OPTION_KIND_SWITCH, "Metrics:Enabled", 0,
               "Serve metrics."},
    diagnostic_port = {"--diagnostic-port", NULL, "diagnosticPort", NULL, OPTION_KIND_PORT, NULL, 0,
                       "Path of a socket on which to listen for runtimes (Listen mode)."},
    no_auth = {"--no-auth", NULL, "noAuth", NULL, OPTION_KIND_SWITCH, NULL, FLAG(no_auth),
               "Ask no client who it is."},
    temp_api_key = {"--temp-apikey", NULL, "tempApiKey", NULL, OPTION_KIND_SWITCH, NULL,
                    FLAG(temp_api_key), "Make an API key for this run and print it to the log."},
    no_http_egress = {"--no-http-egress", NULL, "noHttpEgress", NULL, OPTION_KIND_SWITCH, NULL,
                      FLAG(no_http_egress), "Never send artifacts in the HTTP response."},
    configuration_file = {"--configuration-file-path", NULL, "configurationFilePath", NULL,
                          OPTION_KIND_PATH, NULL, FLAG(configuration_file),
                          "One more JSON file with settings, above all others."},
    exit_on_stdin = {"--exit-on-stdin-disconnect", NULL, NULL, NULL, OPTION_KIND_SWITCH, NULL,
                     FLAG(exit_on_stdin_disconnect),
                     "Shut down when standard input is closed (`docker exec -i ...`)."},
    level = {"--level", NULL, "level", "Redacted", OPTION_KIND_LEVEL, NULL, 0,
             "Redacted hides secrets, Full shows them."},
    show_sources = {"--show-sources", NULL, "showSources", NULL, OPTION_KIND_SWITCH, NULL,
                    FLAG(show_sources), "Say after each value where it was set."},
    output = {"--output", "-o", "output", "Json", OPTION_KIND_FORMAT, NULL, 0,
              "Json, Text, Cmd, Shell, PowerShell or MachineJson."},
    expiration = {"--expiration", "-e", "expiration", "7.00:00:00", OPTION_KIND_EXPIRATION, NULL, 0,
                  "How long the key is valid: d, d.hh:mm:ss or hh:mm."};

#define COMMON &urls, &metric_urls, &metrics, &diagnostic_port, &no_auth, &temp_api_key, \
               &no_http_egress, &configuration_file

static const struct command_row rows[] = {
    {"", COMMAND_DONE, "Diagnostics for .NET processes over HTTP.", {NULL}},
    {"collect", COMMAND_COLLECT, "Watch .NET processes and serve the HTTP API.",
     {COMMON, &exit_on_stdin}},
    {"config", COMMAND_DONE, "See and check the configuration.", {NULL}},
    {"config show", COMMAND_CONFIG_SHOW,
     "Print the configuration that `collect` would have with these options.",
     {COMMON, &level, &show_sources}},
    {"config validate", COMMAND_CONFIG_VALIDATE,
     "Name every fault of the configuration that `collect` would have with these options.",
     {COMMON}},
    {"config schema", COMMAND_CONFIG_SCHEMA, "Print the JSON schema of settings.json.", {NULL}},
    {"config reference", COMMAND_CONFIG_REFERENCE, "Print the reference of all configuration keys.",
     {NULL}},
    /* Their arguments are read in cli/. */
    {"convert", COMMAND_DONE, "Turn a .nettrace file into what viewers of profiles open.", {NULL}},
    {"report", COMMAND_DONE, "Say what a .nettrace file holds: heaviest methods, events.", {NULL}},
    {"top", COMMAND_DONE, "Show the metrics of all processes in the terminal, live.", {NULL}},
    {"generatekey", COMMAND_GENERATE_KEY, "Make an API key and the settings that accept it.",
     {&output, &expiration}},
};
/* clang-format on */
enum { ROWS = sizeof rows / sizeof rows[0] };

const struct command_row *command_table_root(void)
{
    return &rows[0];
}

/* The last word of a row that is one level below `parent`; NULL for others. */
static const char *word_below(const struct command_row *row, const struct command_row *parent)
{
    size_t size = strlen(parent->words);
    const char *word = row->words + size;

    if (row == parent || strncmp(row->words, parent->words, size) != 0)
        return NULL;
    if (size && *word++ != ' ')
        return NULL;
    return strchr(word, ' ') ? NULL : word;
}

const struct command_row *command_table_child(const struct command_row *parent, const char *name)
{
    for (size_t i = 0; i < ROWS; i++) {
        const char *word = word_below(&rows[i], parent);
        if (word && strcmp(word, name) == 0)
            return &rows[i];
    }
    return NULL;
}

static void print_option(const struct option_row *o)
{
    char left[80];

    (void)snprintf(left, sizeof left, "%s%s%s%s%s%s", o->alias ? o->alias : "",
                   o->alias ? ", " : "", o->name, o->value ? " <" : "", o->value ? o->value : "",
                   o->value ? ">" : "");
    printf("  %-49s  %s%s%s%s\n", left, o->help, o->fallback ? " [default: " : "",
           o->fallback ? o->fallback : "", o->fallback ? "]" : "");
}

void command_table_print_help(const struct command_row *command)
{
    bool is_root = command == &rows[0], is_leaf = command->command != COMMAND_DONE;
    int width = command->options[0] ? 49 : 14;

    printf("Description:\n  %s\n\nUsage:\n  portside%s%s %s[options]\n\nOptions:\n", command->help,
           is_root ? "" : " ", command->words, is_leaf ? "" : "[command] ");
    for (size_t i = 0; command->options[i]; i++)
        print_option(command->options[i]);
    printf("  %-*s  Show help and usage information\n", width, "-?, -h, --help");
    if (is_root)
        printf("  %-*s  Show version information\n", width, "--version");
    if (!is_leaf)
        printf("\nCommands:\n");
    for (size_t i = 0; i < ROWS; i++) {
        const char *word = word_below(&rows[i], command);
        if (word)
            printf("  %-14s  %s\n", word, rows[i].help);
    }
}
