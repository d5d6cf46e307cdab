#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

#include "src/config/command_line.h"
#include "src/config/timespan.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

enum { ARGS = 8, TEXT_SIZE = 8192 };

struct parsed {
    int r;
    enum command command;
    struct command_flags flags;
    struct config_keys keys;
    struct error err;
    char printed[TEXT_SIZE];
};

/* Parses "portside ARGS..." with standard output in a pipe. */
static struct parsed *parse(const char *const args[ARGS])
{
    static struct parsed p;
    const char *argv[ARGS + 2] = {"portside"};
    int argc = 1, ends[2];

    p = (struct parsed){0};
    while (argc <= ARGS && args[argc - 1]) {
        argv[argc] = args[argc - 1];
        argc++;
    }
    (void)fflush(stdout);
    REQUIRE(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
    int console = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
    (void)dup2(ends[1], STDOUT_FILENO);
    p.r = command_line_parse(argc, (char **)(uintptr_t)argv, &p.command, &p.flags, &p.keys, &p.err);
    (void)fflush(stdout);
    (void)dup2(console, STDOUT_FILENO);
    ssize_t n = read(ends[0], p.printed, sizeof p.printed - 1);
    p.printed[n > 0 ? n : 0] = '\0';
    (void)close(console);
    (void)close(ends[0]);
    (void)close(ends[1]);
    return &p;
}

static const struct {
    const char *label;
    const char *args[ARGS];
    const char *key, *value; /* what is then configured */
} keys[] = {
    {"two words", {"collect", "--urls", "http://x:1"}, "urls", "http://x:1"},
    {"equals sign", {"collect", "--urls=http://x:1"}, "urls", "http://x:1"},
    {"colon", {"collect", "--urls:http://x:1"}, "urls", "http://x:1"},
    {"alias", {"collect", "-u", "http://x:1"}, "urls", "http://x:1"},
    {"alias with equals sign", {"collect", "-u=http://x:1"}, "urls", "http://x:1"},
    {"value with equals sign", {"collect", "--urls=a=b"}, "urls", "a=b"},
    {"repeated",
     {"collect", "-u", "http://x:1", "--urls=http://y:2"},
     "urls",
     "http://x:1;http://y:2"},
    {"metric addresses",
     {"collect", "--metricUrls", "http://m:1"},
     "Metrics:Endpoints",
     "http://m:1"},
    {"metrics off", {"collect", "--metrics", "false"}, "Metrics:Enabled", "False"},
    {"metrics off, one word", {"collect", "-m:False"}, "Metrics:Enabled", "False"},
    {"metrics on", {"collect", "--metrics"}, "Metrics:Enabled", "True"},
    {"metrics on before another", {"collect", "--metrics", "--no-auth"}, "Metrics:Enabled", "True"},
    {"port", {"collect", "--diagnostic-port", "/diag/p"}, "DiagnosticPort:EndpointName", "/diag/p"},
    {"port means Listen",
     {"collect", "--diagnostic-port", "/p"},
     "DiagnosticPort:ConnectionMode",
     "Listen"},
    {"no port", {"collect"}, "DiagnosticPort:ConnectionMode", NULL},
    {"switch again without a value", {"collect", "-m", "false", "-m"}, "Metrics:Enabled", "False"},
    {"default addresses", {"collect"}, "urls", "https://localhost:52323"},
    {"default metric addresses", {"collect"}, "Metrics:Endpoints", "http://localhost:52325"},
    {"metrics are on", {"collect"}, "Metrics:Enabled", "True"},
    {"glued to the alias", {"collect", "-uhttp://x:1"}, "urls", "http://x:1"},
    {"alias and colon", {"collect", "-u:http://x:1"}, "urls", "http://x:1"},
    {"switch glued to the alias", {"collect", "-mfalse"}, "Metrics:Enabled", "False"},
    {"two letters", {"collect", "-mu", "x"}, "urls", "x"},
    {"a letter is the value of the first", {"collect", "-um"}, "urls", "m"},
    {"blanks around a truth value", {"collect", "-m", " false "}, "Metrics:Enabled", "False"},
    {"empty truth value", {"collect", "--metrics=", "false"}, "Metrics:Enabled", "False"},
    {"value behind an empty one", {"collect", "--urls=", "x"}, "urls", "x"},
    {"another option is the value", {"collect", "--urls", "--no-auth"}, "urls", "--no-auth"},
    {"help is the value", {"collect", "--urls", "-h"}, "urls", "-h"},
    {"one mention without a value", {"collect", "--urls", "a", "-u"}, "urls", "a"},
    {"empty value", {"collect", "--urls", ""}, "urls", ""},
    {"nothing after --", {"collect", "--urls", "x", "--"}, "urls", "x"},
    {"empty port is none",
     {"collect", "--diagnostic-port", ""},
     "DiagnosticPort:ConnectionMode",
     NULL},
};

static void test_keys(void)
{
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        struct parsed *p = parse(keys[i].args);
        CHECK_AT(keys[i].label, p->r == 0 && p->command == COMMAND_COLLECT);
        const struct config_entry *e = config_keys_find(&p->keys, keys[i].key);
        CHECK_AT(keys[i].label, (e != NULL) == (keys[i].value != NULL));
        if (e && keys[i].value) {
            CHECK_AT(keys[i].label, strcmp(e->value, keys[i].value) == 0);
            CHECK_AT(keys[i].label, strcmp(e->source->name, "command line") == 0);
        }
        CHECK_AT(keys[i].label, p->printed[0] == '\0');
        config_keys_deinit(&p->keys);
    }
}

static const struct {
    const char *label;
    const char *args[ARGS];
    struct command_flags want;
} flags[] = {
    {"none", {"collect"}, {0}},
    {"no auth", {"collect", "--no-auth"}, {.no_auth = true}},
    {"no auth true", {"collect", "--no-auth", "true"}, {.no_auth = true}},
    {"no auth false", {"collect", "--no-auth", "false"}, {0}},
    {"no auth=false", {"collect", "--no-auth=false"}, {0}},
    {"temp key", {"collect", "--temp-apikey"}, {.temp_api_key = true}},
    {"no egress", {"collect", "--no-http-egress:TRUE"}, {.no_http_egress = true}},
    {"stdin", {"collect", "--exit-on-stdin-disconnect"}, {.exit_on_stdin_disconnect = true}},
    {"file",
     {"collect", "--configuration-file-path", "/a b.json"},
     {.configuration_file = "/a b.json"}},
    {"all",
     {"collect", "--no-auth", "--temp-apikey", "--no-http-egress", "--exit-on-stdin-disconnect"},
     {.no_auth = true,
      .temp_api_key = true,
      .no_http_egress = true,
      .exit_on_stdin_disconnect = true}},
};

static void test_flags(void)
{
    for (size_t i = 0; i < COUNT_OF(flags); i++) {
        struct parsed *p = parse(flags[i].args);
        const struct command_flags *want = &flags[i].want;
        CHECK_AT(flags[i].label, p->r == 0 && p->command == COMMAND_COLLECT);
        CHECK_AT(flags[i].label, p->flags.no_auth == want->no_auth);
        CHECK_AT(flags[i].label, p->flags.temp_api_key == want->temp_api_key);
        CHECK_AT(flags[i].label, p->flags.no_http_egress == want->no_http_egress);
        CHECK_AT(flags[i].label,
                 p->flags.exit_on_stdin_disconnect == want->exit_on_stdin_disconnect);
        CHECK_AT(flags[i].label, !p->flags.configuration_file == !want->configuration_file);
        if (want->configuration_file)
            CHECK(strcmp(p->flags.configuration_file, want->configuration_file) == 0);
        CHECK_AT("only the defaults", p->keys.count == 3);
        config_keys_deinit(&p->keys);
    }
}

static const struct {
    const char *label;
    const char *args[ARGS];
    enum command command;
    const char *printed; /* part of it; NULL: nothing is */
} others[] = {
    {"help", {"--help"}, COMMAND_DONE, "collect"},
    {"-h", {"-h"}, COMMAND_DONE, "Usage:"},
    {"-?", {"-?"}, COMMAND_DONE, "Usage:"},
    {"help of collect", {"collect", "--help"}, COMMAND_DONE, "--diagnostic-port <diagnosticPort>"},
    {"-? of collect", {"collect", "-?"}, COMMAND_DONE, "--exit-on-stdin-disconnect"},
    {"help behind options", {"collect", "--no-auth", "-h"}, COMMAND_DONE, "-u, --urls <urls>"},
    {"version", {"--version"}, COMMAND_DONE, "."},
    {"reference", {"config", "reference"}, COMMAND_CONFIG_REFERENCE, NULL},
    {"show", {"config", "show", "--no-auth"}, COMMAND_CONFIG_SHOW, NULL},
    {"validate", {"config", "validate", "-u", "x"}, COMMAND_CONFIG_VALIDATE, NULL},
    {"schema", {"config", "schema"}, COMMAND_CONFIG_SCHEMA, NULL},
    {"key", {"generatekey"}, COMMAND_GENERATE_KEY, NULL},
    {"help of config", {"config", "-h"}, COMMAND_DONE, "reference"},
    {"help of show", {"config", "show", "/?"}, COMMAND_DONE, "--show-sources <showSources>"},
    {"help before the command", {"-h", "generatekey"}, COMMAND_DONE, "--expiration"},
    {"help wins over faults", {"collect", "--nope", "-h"}, COMMAND_DONE, "Usage:"},
    {"help among letters", {"collect", "-mh"}, COMMAND_DONE, "Usage:"},
    {"version and more", {"--version", "collect"}, COMMAND_DONE, "."},
    {"the last question counts", {"--version", "-h"}, COMMAND_DONE, "Usage:"},
};

static void test_others(void)
{
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        struct parsed *p = parse(others[i].args);
        CHECK_AT(others[i].label, p->r == 0 && p->command == others[i].command);
        CHECK_AT(others[i].label, others[i].printed ? strstr(p->printed, others[i].printed) != NULL
                                                    : p->printed[0] == '\0');
        config_keys_deinit(&p->keys);
    }
}

static const struct {
    const char *label;
    const char *args[ARGS];
    const char *word; /* that the reason names */
} faults[] = {
    {"no command", {NULL}, "Required command was not provided."},
    {"unknown command",
     {"run"},
     "Required command was not provided.\nUnrecognized command or argument 'run'."},
    {"another case", {"Collect"}, "'Collect'"},
    {"empty command", {""}, "''"},
    {"config alone", {"config"}, "Required command was not provided."},
    {"config other", {"config", "nope"}, "'nope'"},
    {"word before the command", {"nope", "collect"}, "Unrecognized command or argument 'nope'."},
    {"option before the command",
     {"--urls", "x", "collect"},
     "Unrecognized command or argument '--urls'.\nUnrecognized command or argument 'x'."},
    {"reference and more", {"config", "reference", "x"}, "'x'"},
    {"version of a command", {"collect", "--version"}, "'--version'"},
    {"unknown option", {"collect", "--shoe"}, "'--shoe'"},
    {"beginning of an option", {"collect", "--url", "x"}, "'--url'"},
    {"option of another case", {"collect", "--URLS", "x"}, "'--URLS'"},
    {"option of another command", {"collect", "--level", "Full"}, "'--level'"},
    {"stray word", {"collect", "word"}, "'word'"},
    {"stray word behind a switch", {"collect", "--no-auth", "word"}, "'word'"},
    {"second value", {"collect", "--urls", "a", "b"}, "Unrecognized command or argument 'b'."},
    {"value is missing", {"collect", "--urls"}, "Required argument missing for option: '--urls'."},
    {"value of alias is missing", {"collect", "-u"}, "'-u'"},
    {"empty attached value", {"collect", "--urls="}, "'--urls'"},
    {"-- is no value", {"collect", "--urls", "--"}, "'--urls'"},
    {"option after --", {"collect", "--", "--no-auth"}, "'--no-auth'"},
    {"path is missing", {"collect", "--configuration-file-path"}, "'--configuration-file-path'"},
    {"path is empty", {"collect", "--configuration-file-path", ""}, "System.IO.FileInfo"},
    {"no truth value", {"collect", "--no-auth=maybe"}, "'maybe'"},
    {"empty truth value as a word", {"collect", "--no-auth", ""}, "''"},
    {"number is no truth value", {"collect", "-m1"}, "'1'"},
    {"switch twice",
     {"collect", "-m", "true", "-m=false"},
     "Option '-m' expects a single argument but 2 were provided."},
    {"port twice",
     {"collect", "--diagnostic-port=a", "--diagnostic-port=b"},
     "Option '--diagnostic-port' expects a single argument but 2 were provided."},
    {"unknown ones first",
     {"config", "show", "--level", "x", "--nope", "--urls"},
     "Unrecognized command or argument '--nope'.\nRequired argument missing for option: "
     "'--urls'.\nCannot parse argument 'x' for option '--level'"},
    {"time that is none", {"generatekey", "-e", "25:00"}, "System.TimeSpan"},
    {"time in the past", {"generatekey", "-e", "-1"}, "'-1'"},
    {"no time", {"generatekey", "-e", "0"}, "'0'"},
    {"format", {"generatekey", "-o", "xml"}, "Cmd\nJson\nMachineJson\nPowerShell\nShell\nText"},
};

static void test_faults(void)
{
    for (size_t i = 0; i < COUNT_OF(faults); i++) {
        struct parsed *p = parse(faults[i].args);
        CHECK_AT(faults[i].label, p->r == -EINVAL && p->err.code == -EINVAL);
        CHECK_AT(faults[i].label, strstr(p->err.text, faults[i].word) != NULL);
        config_keys_deinit(&p->keys);
    }
}

/* What a fault prints: the help of the command that was reached. */
static void test_help_after_fault(void)
{
    static const char *const args[ARGS] = {"config", "show", "--nope"};

    struct parsed *p = parse(args);
    CHECK(p->r < 0 && strstr(p->printed, "--show-sources") != NULL);
    config_keys_deinit(&p->keys);
}

static const struct {
    const char *label;
    const char *args[ARGS];
    enum key_format format;
    int64_t seconds;
} generate[] = {
    {"defaults", {"generatekey"}, KEY_FORMAT_JSON, INT64_C(7) * 86400},
    {"any case", {"generatekey", "-o", "tExt"}, KEY_FORMAT_TEXT, INT64_C(7) * 86400},
    {"by number", {"generatekey", "--output=4"}, KEY_FORMAT_POWERSHELL, INT64_C(7) * 86400},
    {"glued", {"generatekey", "-oMachineJson"}, KEY_FORMAT_MACHINE_JSON, INT64_C(7) * 86400},
    {"days", {"generatekey", "-e", "30"}, KEY_FORMAT_JSON, INT64_C(30) * 86400},
    {"hours and minutes", {"generatekey", "-e", "1:30"}, KEY_FORMAT_JSON, 5400},
    {"all", {"generatekey", "-e", "1.02:03:04.5"}, KEY_FORMAT_JSON, 93784},
};

static void test_generate(void)
{
    for (size_t i = 0; i < COUNT_OF(generate); i++) {
        struct parsed *p = parse(generate[i].args);
        CHECK_AT(generate[i].label, p->r == 0 && p->command == COMMAND_GENERATE_KEY);
        CHECK_AT(generate[i].label, p->flags.key_format == generate[i].format);
        CHECK_AT(generate[i].label,
                 p->flags.key_expiration_ticks / TICKS_PER_SECOND == generate[i].seconds);
        config_keys_deinit(&p->keys);
    }
}

static const struct {
    const char *label;
    const char *args[ARGS];
    bool full, sources;
} show[] = {
    {"defaults", {"config", "show"}, false, false},
    {"full", {"config", "show", "--level", "fULL"}, true, false},
    {"by number", {"config", "show", "--level=1"}, true, false},
    {"redacted", {"config", "show", "--level", " redacted "}, false, false},
    {"sources", {"config", "show", "--show-sources"}, false, true},
    {"no sources", {"config", "show", "--show-sources", "false"}, false, false},
};

static void test_show(void)
{
    for (size_t i = 0; i < COUNT_OF(show); i++) {
        struct parsed *p = parse(show[i].args);
        CHECK_AT(show[i].label, p->r == 0 && p->command == COMMAND_CONFIG_SHOW);
        CHECK_AT(show[i].label, p->flags.show_full == show[i].full);
        CHECK_AT(show[i].label, p->flags.show_sources == show[i].sources);
        config_keys_deinit(&p->keys);
    }
}

TEST_SUITE("config/command_line", {"keys", test_keys}, {"flags", test_flags},
           {"others", test_others}, {"faults", test_faults},
           {"help after a fault", test_help_after_fault}, {"generatekey", test_generate},
           {"show", test_show})
