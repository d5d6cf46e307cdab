#include "src/config/command_line.h"

#include "portside_version.h"
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "src/base/text.h"

static const char source[] = "command line";

enum option_kind {
    OPTION_KEY,        /* text for a configuration key; repeated ones are joined by ';' */
    OPTION_KEY_SWITCH, /* true or false for a key */
    OPTION_PATH,       /* text for a field of the flags */
    OPTION_SWITCH,     /* true or false for a field of the flags */
};

struct option_spec {
    const char *name, *alias, *value, *help;
    enum option_kind kind;
    const char *key;
    size_t offset;
};

#define FLAG(field) offsetof(struct command_flags, field)

static const struct option_spec collect_options[] = {
    {"--urls", "-u", "urls", "Bindings for the HTTP API. [default: https://localhost:52323]",
     OPTION_KEY, "urls", 0},
    {"--metricUrls", NULL, "metricUrls", "Bindings for metrics. [default: http://localhost:52325]",
     OPTION_KEY, "Metrics:Endpoints", 0},
    {"--metrics", "-m", "metrics", "Publish metrics. [default: True]", OPTION_KEY_SWITCH,
     "Metrics:Enabled", 0},
    {"--diagnostic-port", NULL, "diagnosticPort",
     "Socket path on which to listen for runtimes (Listen mode).", OPTION_KEY,
     "DiagnosticPort:EndpointName", 0},
    {"--no-auth", NULL, "noAuth", "Turn authentication off.", OPTION_SWITCH, NULL, FLAG(no_auth)},
    {"--temp-apikey", NULL, "tempApiKey", "Make an API key for this run.", OPTION_SWITCH, NULL,
     FLAG(temp_api_key)},
    {"--no-http-egress", NULL, "noHttpEgress", "Never send artifacts in the HTTP response.",
     OPTION_SWITCH, NULL, FLAG(no_http_egress)},
    {"--configuration-file-path", NULL, "configurationFilePath", "One more JSON settings file.",
     OPTION_PATH, NULL, FLAG(configuration_file)},
    {"--exit-on-stdin-disconnect", NULL, NULL,
     "Shut down when standard input is closed (`docker exec -i ...`).", OPTION_SWITCH, NULL,
     FLAG(exit_on_stdin_disconnect)},
};
enum { COLLECT_OPTIONS = sizeof collect_options / sizeof collect_options[0] };

static void print_help(void)
{
    printf("Description:\n  Diagnostics for .NET processes over HTTP.\n\n"
           "Usage:\n  portside [command] [options]\n\n"
           "Options:\n  -?, -h, --help  Show help and usage information\n"
           "  --version       Show version information\n\n"
           "Commands:\n"
           "  collect           Watch .NET processes and serve the HTTP API.\n"
           "  config reference  Print the reference of all configuration keys.\n");
}

static void print_collect_help(void)
{
    printf("Description:\n  Watch .NET processes and serve the HTTP API.\n\n"
           "Usage:\n  portside collect [options]\n\nOptions:\n");
    for (size_t i = 0; i < COLLECT_OPTIONS; i++) {
        const struct option_spec *o = &collect_options[i];
        char left[80];
        (void)snprintf(left, sizeof left, "%s%s%s%s%s%s", o->alias ? o->alias : "",
                       o->alias ? ", " : "", o->name, o->value ? " <" : "",
                       o->value ? o->value : "", o->value ? ">" : "");
        printf("  %-51s%s\n", left, o->help);
    }
    printf("  %-51s%s\n", "-?, -h, --help", "Show help and usage information");
}

static bool is_help(const char *arg)
{
    return strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0 || strcmp(arg, "-?") == 0;
}

/* The option that `arg` names, and where its attached value begins (NULL when there is none). */
static const struct option_spec *find_option(const char *arg, const char **ret_value)
{
    size_t size = strcspn(arg, "=:");

    for (size_t i = 0; i < COLLECT_OPTIONS; i++) {
        const struct option_spec *o = &collect_options[i];
        bool named = strlen(o->name) == size && memcmp(o->name, arg, size) == 0;
        bool alias = o->alias && strlen(o->alias) == size && memcmp(o->alias, arg, size) == 0;
        if (named || alias) {
            *ret_value = arg[size] ? arg + size + 1 : NULL;
            return o;
        }
    }
    return NULL;
}

static int set_text(const struct option_spec *o, const char *value, struct config_keys *keys,
                    struct error *err)
{
    const struct config_entry *before = config_keys_find(keys, o->key);
    struct text joined = {0};

    if (before)
        text_add_fmt(&joined, "%s;", before->value);
    text_add_str(&joined, value);
    int r = joined.failed ? error_set(err, -ENOMEM, "%s", o->name)
                          : config_keys_set(keys, o->key, joined.data, source, err);
    text_deinit(&joined);
    /* A path for the port means Listen mode, as in the peer. */
    if (r == 0 && strcmp(o->key, "DiagnosticPort:EndpointName") == 0)
        r = config_keys_set(keys, "DiagnosticPort:ConnectionMode", "Listen", source, err);
    return r;
}

/* Does the next argument belong to the option before it? Another option does not. */
static bool is_value(const char *arg, bool is_switch)
{
    const char *attached;
    bool on;

    return is_switch ? text_to_bool(arg, &on) : !is_help(arg) && !find_option(arg, &attached);
}

/* Takes the value of one option from `arg` itself or from the next argument; moves *at past what it
 * used. */
static int take_option(const struct option_spec *o, const char *value, int argc, char **argv,
                       int *at, struct command_flags *flags, struct config_keys *keys,
                       struct error *err)
{
    bool is_switch = o->kind == OPTION_KEY_SWITCH || o->kind == OPTION_SWITCH;
    bool on = true;

    if (!value && *at + 1 < argc && is_value(argv[*at + 1], is_switch))
        value = argv[++*at];
    if (!value && !is_switch)
        return error_set(err, -EINVAL, "Required argument missing for option: '%s'.", o->name);
    if (is_switch && value && !text_to_bool(value, &on))
        return error_set(err, -EINVAL,
                         "Cannot parse argument '%s' for option '%s' as true or false.", value,
                         o->name);

    switch (o->kind) {
    case OPTION_KEY:
        return set_text(o, value, keys, err);
    case OPTION_KEY_SWITCH:
        return config_keys_set(keys, o->key, on ? "true" : "false", source, err);
    case OPTION_PATH:
        memcpy((char *)flags + o->offset, &value, sizeof value);
        return 0;
    case OPTION_SWITCH:
        memcpy((char *)flags + o->offset, &on, sizeof on);
        return 0;
    default:
        return error_set(err, -EINVAL, "%s", o->name);
    }
}

static int parse_collect(int argc, char **argv, enum command *ret_command,
                         struct command_flags *flags, struct config_keys *keys, struct error *err)
{
    *ret_command = COMMAND_COLLECT;
    for (int at = 2; at < argc; at++) {
        const char *value = NULL;
        if (is_help(argv[at])) {
            print_collect_help();
            *ret_command = COMMAND_DONE;
            return 0;
        }
        const struct option_spec *o = find_option(argv[at], &value);
        if (!o)
            return error_set(err, -EINVAL, "Unrecognized command or argument '%s'.", argv[at]);
        int r = take_option(o, value, argc, argv, &at, flags, keys, err);
        if (r < 0)
            return r;
    }
    return 0;
}

int command_line_parse(int argc, char **argv, enum command *ret_command,
                       struct command_flags *ret_flags, struct config_keys *keys, struct error *err)
{
    *ret_flags = (struct command_flags){0};
    *ret_command = COMMAND_DONE;
    if (argc < 2) {
        print_help();
        return error_set(err, -EINVAL, "Required command was not provided.");
    }
    if (strcmp(argv[1], "collect") == 0)
        return parse_collect(argc, argv, ret_command, ret_flags, keys, err);
    if (strcmp(argv[1], "--version") == 0) {
        printf("%s\n", PORTSIDE_VERSION);
        return 0;
    }
    if (is_help(argv[1])) {
        print_help();
        return 0;
    }
    if (argc == 3 && strcmp(argv[1], "config") == 0 && strcmp(argv[2], "reference") == 0) {
        *ret_command = COMMAND_CONFIG_REFERENCE;
        return 0;
    }
    return error_set(err, -EINVAL, "Unrecognized command or argument '%s'.", argv[1]);
}
