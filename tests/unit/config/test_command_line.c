#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

#include "src/config/command_line.h"
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
    {"metrics off", {"collect", "--metrics", "false"}, "Metrics:Enabled", "false"},
    {"metrics off, one word", {"collect", "-m:False"}, "Metrics:Enabled", "false"},
    {"metrics on", {"collect", "--metrics"}, "Metrics:Enabled", "true"},
    {"metrics on before another", {"collect", "--metrics", "--no-auth"}, "Metrics:Enabled", "true"},
    {"port", {"collect", "--diagnostic-port", "/diag/p"}, "DiagnosticPort:EndpointName", "/diag/p"},
    {"port means Listen",
     {"collect", "--diagnostic-port", "/p"},
     "DiagnosticPort:ConnectionMode",
     "Listen"},
    {"no port", {"collect"}, "DiagnosticPort:ConnectionMode", NULL},
    {"last switch wins", {"collect", "-m", "true", "-m", "false"}, "Metrics:Enabled", "false"},
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
            CHECK_AT(keys[i].label, strcmp(e->source, "command line") == 0);
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
     {true, true, true, true, NULL}},
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
        CHECK_AT(flags[i].label, p->keys.count == 0);
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
    {"no command", {NULL}, "command"},
    {"unknown command", {"run"}, "'run'"},
    {"empty command", {""}, "''"},
    {"config alone", {"config"}, "'config'"},
    {"config other", {"config", "show"}, "config"},
    {"reference and more", {"config", "reference", "x"}, "config"},
    {"unknown option", {"collect", "--shoe"}, "'--shoe'"},
    {"beginning of an option", {"collect", "--url", "x"}, "'--url'"},
    {"option of another case", {"collect", "--URLS", "x"}, "'--URLS'"},
    {"stray word", {"collect", "word"}, "'word'"},
    {"stray word behind a switch", {"collect", "--no-auth", "word"}, "'word'"},
    {"value is missing", {"collect", "--urls"}, "'--urls'"},
    {"value of alias is missing", {"collect", "-u"}, "'--urls'"},
    {"path is missing", {"collect", "--configuration-file-path"}, "'--configuration-file-path'"},
    {"no truth value", {"collect", "--no-auth=maybe"}, "'maybe'"},
    {"empty truth value", {"collect", "--metrics="}, "'--metrics'"},
    {"another option is no value", {"collect", "--urls", "--no-auth"}, "'--urls'"},
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

TEST_SUITE("config/command_line", {"keys", test_keys}, {"flags", test_flags},
           {"others", test_others}, {"faults", test_faults})
