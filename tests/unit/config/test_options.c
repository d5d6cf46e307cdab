#include <errno.h>
#include <stdlib.h>

#include "src/config/environment.h"
#include "src/config/options.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static const char source[] = "the test";

static int load(struct options *o, const char *const (*pairs)[2], size_t count, struct error *err)
{
    struct config_keys keys = {0};

    for (size_t i = 0; i < count && pairs[i][0]; i++)
        CHECK(config_keys_set(&keys, pairs[i][0], pairs[i][1], source, err) == 0);
    int r = options_load(o, &keys, err);
    config_keys_deinit(&keys); /* options own their strings */
    return r;
}

static void test_defaults(void)
{
    struct options o;
    struct error err = {0};

    CHECK(load(&o, NULL, 0, &err) == 0);
    CHECK(strcmp(o.urls, "https://localhost:52323") == 0);
    CHECK(strcmp(o.metric_urls, "http://localhost:52325") == 0);
    CHECK(o.metrics && !o.port_delete && !o.port_scan_all);
    CHECK(o.port_mode == PORT_CONNECT && o.port_name[0] == '\0' && o.diagnostic_port[0] == '\0');
    CHECK(o.port_backlog == 0 && o.port_socket_mode == 0666 && o.port_socket_group[0] == '\0');
    CHECK(o.port_allowed_uids.count == 0);
    CHECK(o.shared_path[0] == '\0' && o.dump_folder[0] == '\0');
    CHECK(o.dump_transport == DUMP_TRANSPORT_FILE && o.dump_reserve_mb == 0);
    CHECK(o.log_level == LOG_LEVEL_INFORMATION);
    CHECK(o.default_process.count == 0);
    CHECK(!o.no_auth && !o.temp_api_key && !o.no_http_egress && !o.exit_on_stdin_disconnect);
    CHECK_AT("err untouched", err.code == 0 && err.text[0] == '\0');
    options_deinit(&o);
    CHECK(o.urls == NULL);
    options_deinit(&o);
}

/* What a value becomes, as a number; REFUSED when it must be refused. */
enum { REFUSED = -1000 };

#define VALUE(field)                                                                               \
    static int64_t get_##field(const struct options *o)                                            \
    {                                                                                              \
        return (int64_t)o->field;                                                                  \
    }
VALUE(metrics)
VALUE(port_mode)
VALUE(port_backlog)
VALUE(port_socket_mode)
VALUE(dump_transport)
VALUE(dump_reserve_mb)
VALUE(log_level)

static const struct {
    const char *key, *value;
    int64_t (*get)(const struct options *o);
    int64_t want;
} rows[] = {
    {"Metrics:Enabled", "false", get_metrics, 0},
    {"metrics:enabled", " TRUE ", get_metrics, 1},
    {"Metrics:Enabled", "0", get_metrics, REFUSED},
    {"Metrics:Enabled", "", get_metrics, 1}, /* as in the peer: not set */
    {"DiagnosticPort:ConnectionMode", "Listen", get_port_mode, PORT_LISTEN},
    {"DiagnosticPort:ConnectionMode", "lISTEN", get_port_mode, PORT_LISTEN},
    {"DiagnosticPort:ConnectionMode", "Connect", get_port_mode, PORT_CONNECT},
    {"DiagnosticPort:ConnectionMode", "0", get_port_mode, PORT_CONNECT},
    {"DiagnosticPort:ConnectionMode", "1", get_port_mode, PORT_LISTEN},
    {"DiagnosticPort:ConnectionMode", "2", get_port_mode, REFUSED},
    {"DiagnosticPort:ConnectionMode", "-1", get_port_mode, REFUSED},
    {"DiagnosticPort:ConnectionMode", "", get_port_mode, PORT_CONNECT},
    {"DiagnosticPort:ConnectionMode", "Listening", get_port_mode, REFUSED},
    {"DiagnosticPort:MaxConnections", "-2", get_port_backlog, -2},
    {"DiagnosticPort:MaxConnections", "-1", get_port_backlog, -1},
    {"DiagnosticPort:MaxConnections", "0", get_port_backlog, 0},
    {"DiagnosticPort:MaxConnections", "65535", get_port_backlog, 65535},
    {"DiagnosticPort:MaxConnections", " 0x10 ", get_port_backlog, 16},
    {"DiagnosticPort:MaxConnections", "2147483648", get_port_backlog, REFUSED},
    {"DiagnosticPort:MaxConnections", "ten", get_port_backlog, REFUSED},
    {"DiagnosticPort:MaxConnections", "", get_port_backlog, 0},
    {"DiagnosticPort:SocketMode", "0", get_port_socket_mode, 0},
    {"DiagnosticPort:SocketMode", "0660", get_port_socket_mode, 0660},
    {"DiagnosticPort:SocketMode", "600", get_port_socket_mode, 0600},
    {"DiagnosticPort:SocketMode", "0777", get_port_socket_mode, 0777},
    {"DiagnosticPort:SocketMode", "1000", get_port_socket_mode, REFUSED},
    {"DiagnosticPort:SocketMode", "-1", get_port_socket_mode, REFUSED},
    {"DiagnosticPort:SocketMode", "0668", get_port_socket_mode, REFUSED},
    {"DiagnosticPort:SocketMode", "0x1FF", get_port_socket_mode, REFUSED},
    {"DiagnosticPort:SocketMode", "", get_port_socket_mode, REFUSED},
    {"DiagnosticPort:SocketMode", "rw-rw----", get_port_socket_mode, REFUSED},
    {"DiagnosticPort:SocketMode", "77777777777777777777777", get_port_socket_mode, REFUSED},
    {"Storage:DumpTransport", "Pipe", get_dump_transport, DUMP_TRANSPORT_PIPE},
    {"Storage:DumpTransport", "file", get_dump_transport, DUMP_TRANSPORT_FILE},
    {"Storage:DumpTransport", "1", get_dump_transport, DUMP_TRANSPORT_PIPE},
    {"Storage:DumpTransport", "2", get_dump_transport, REFUSED},
    {"Storage:ReserveMegabytes", "-1", get_dump_reserve_mb, REFUSED},
    {"Storage:ReserveMegabytes", "0", get_dump_reserve_mb, 0},
    {"Storage:ReserveMegabytes", "1048576", get_dump_reserve_mb, 1048576},
    {"Storage:ReserveMegabytes", "1048577", get_dump_reserve_mb, REFUSED},
    {"Logging:LogLevel:Default", "Trace", get_log_level, LOG_LEVEL_TRACE},
    {"Logging:LogLevel:Default", "DEBUG", get_log_level, LOG_LEVEL_DEBUG},
    {"Logging:LogLevel:Default", "information", get_log_level, LOG_LEVEL_INFORMATION},
    {"Logging:LogLevel:Default", "Warning", get_log_level, LOG_LEVEL_WARNING},
    {"Logging:LogLevel:Default", "Error", get_log_level, LOG_LEVEL_ERROR},
    {"Logging:LogLevel:Default", "Critical", get_log_level, LOG_LEVEL_CRITICAL},
    {"Logging:LogLevel:Default", "None", get_log_level, LOG_LEVEL_NONE},
    {"Logging:LogLevel:Default", "6", get_log_level, LOG_LEVEL_NONE},
    {"Logging:LogLevel:Default", "7", get_log_level, LOG_LEVEL_INFORMATION},
    {"Logging:LogLevel:Default", "Info", get_log_level, LOG_LEVEL_INFORMATION},
};

static void check_refusal(const char *label, const char *value, const struct options *o,
                          const struct error *err)
{
    char quoted[64];

    (void)snprintf(quoted, sizeof quoted, "'%s'", value);
    CHECK_AT(label, err->code == -EINVAL);
    CHECK_AT("names the key", strcasestr(err->text, label) != NULL);
    CHECK_AT("names the value", strstr(err->text, quoted) != NULL);
    CHECK_AT("names the source", strstr(err->text, source) != NULL);
    CHECK_AT("empty after a failure", o->urls == NULL && o->port_name == NULL);
}

static void test_values(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *const pairs[][2] = {{rows[i].key, rows[i].value},
                                        {"DiagnosticPort:EndpointName", "/p"}};
        char label[160];
        struct options o;
        struct error err = {0};
        (void)snprintf(label, sizeof label, "%s = '%s'", rows[i].key, rows[i].value);
        int r = load(&o, pairs, 2, &err);
        CHECK_AT(label, (r < 0) == (rows[i].want == REFUSED));
        if (r == 0)
            CHECK_AT(label, rows[i].get(&o) == rows[i].want);
        else
            check_refusal(rows[i].key, rows[i].value, &o, &err);
        options_deinit(&o);
    }
}

static void test_texts(void)
{
    static const char *const pairs[][2] = {
        {"urls", "http://+:1;http://+:2"},         {"Metrics:Endpoints", ""},
        {"DiagnosticPort:EndpointName", "/a b/s"}, {"Storage:DefaultSharedPath", "/diag"},
        {"Storage:DumpTempFolder", "/d"},          {"DiagnosticPort:SocketGroup", "1654"}};
    struct options o;
    struct error err;

    CHECK(load(&o, pairs, COUNT_OF(pairs), &err) == 0);
    CHECK(strcmp(o.urls, "http://+:1;http://+:2") == 0 && o.metric_urls[0] == '\0');
    CHECK(strcmp(o.port_name, "/a b/s") == 0 && strcmp(o.shared_path, "/diag") == 0);
    CHECK(strcmp(o.dump_folder, "/d") == 0 && strcmp(o.port_socket_group, "1654") == 0);
    CHECK_AT("a name alone does not mean Listen", o.port_mode == PORT_CONNECT);
    options_deinit(&o);
}

static const struct {
    const char *label;
    const char *pairs[4][2];
    const char *want; /* joined with '|'; NULL: refused */
} lists[] = {
    {"not set", {{"DiagnosticPort:AllowedUid", "1"}}, ""},
    {"semicolons", {{"DiagnosticPort:AllowedUids", "1;22;333"}}, "1|22|333|"},
    {"commas", {{"DiagnosticPort:AllowedUids", "1,22"}}, "1|22|"},
    {"blanks", {{"DiagnosticPort:AllowedUids", " 1000, 1001 ;\t7\t"}}, "1000|1001|7|"},
    {"empty ones", {{"DiagnosticPort:AllowedUids", ";1;;22; ;"}}, "1|22|"},
    {"children",
     {{"DiagnosticPort:AllowedUids:1", "22"}, {"DiagnosticPort:AllowedUids:0", "1"}},
     "1|22|"},
    {"no child 0", {{"DiagnosticPort:AllowedUids:1", "22"}}, "22|"},
    {"a gap, and 10 after 2",
     {{"DiagnosticPort:AllowedUids:10", "3"},
      {"DiagnosticPort:AllowedUids:2", "2"},
      {"DiagnosticPort:AllowedUids:0", "1"}},
     "1|2|3|"},
    {"a child without a number", {{"DiagnosticPort:AllowedUids:first", "5"}}, "5|"},
    {"a child without a name", {{"DiagnosticPort:AllowedUids:", "5"}}, "5|"},
    {"both", {{"DiagnosticPort:AllowedUids", "1"}, {"DiagnosticPort:AllowedUids:7", "2"}}, "1|2|"},
    {"empty", {{"DiagnosticPort:AllowedUids", ""}}, NULL},
    {"only separators", {{"DiagnosticPort:AllowedUids", ";"}}, NULL},
    {"only blanks", {{"DiagnosticPort:AllowedUids", " , \t"}}, NULL},
    {"an empty child",
     {{"DiagnosticPort:AllowedUids:0", "1"}, {"DiagnosticPort:AllowedUids:1", ""}},
     NULL},
};

static void test_lists(void)
{
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        struct options o;
        struct error err = {0};
        char got[64] = "";
        int r = load(&o, lists[i].pairs, 4, &err);
        CHECK_AT(lists[i].label, r == (lists[i].want ? 0 : -EINVAL));
        for (size_t k = 0; r == 0 && k < o.port_allowed_uids.count; k++)
            (void)snprintf(got + strlen(got), sizeof got - strlen(got), "%s|",
                           o.port_allowed_uids.items[k]);
        if (r == 0)
            CHECK_AT(lists[i].label, lists[i].want && strcmp(got, lists[i].want) == 0);
        else
            CHECK_AT(lists[i].label,
                     strstr(err.text, "DiagnosticPort:AllowedUids") && strstr(err.text, source));
        options_deinit(&o);
    }
}

/* The short form is Listen mode at that path, whatever the keys below say. */
static void test_short_port(void)
{
    static const char *const pairs[][2] = {{"DiagnosticPort", "/short"},
                                           {"DiagnosticPort:ConnectionMode", "Connect"},
                                           {"DiagnosticPort:EndpointName", "/long"}};
    struct options o;
    struct error err;

    CHECK(load(&o, pairs, COUNT_OF(pairs), &err) == 0);
    CHECK(o.port_mode == PORT_LISTEN && strcmp(o.port_name, "/short") == 0);
    options_deinit(&o);
}

static const struct {
    const char *label;
    const char *pairs[3][2];
    const char *want; /* NULL: refused */
} listen_paths[] = {
    {"named",
     {{"DiagnosticPort:ConnectionMode", "Listen"}, {"DiagnosticPort:EndpointName", "/n"}},
     "/n"},
    {"in the shared folder",
     {{"DiagnosticPort:ConnectionMode", "Listen"}, {"Storage:DefaultSharedPath", "/diag"}},
     "/diag/dotnet-monitor.sock"},
    {"named beside a shared folder",
     {{"DiagnosticPort:ConnectionMode", "Listen"},
      {"Storage:DefaultSharedPath", "/diag"},
      {"DiagnosticPort:EndpointName", "/n"}},
     "/n"},
    {"short form", {{"DiagnosticPort", "/s"}, {"Storage:DefaultSharedPath", "/diag"}}, "/s"},
    {"no path at all", {{"DiagnosticPort:ConnectionMode", "Listen"}}, NULL},
};

static void test_listen_path(void)
{
    for (size_t i = 0; i < COUNT_OF(listen_paths); i++) {
        struct options o;
        struct error err = {0};
        int r = load(&o, listen_paths[i].pairs, 3, &err);
        CHECK_AT(listen_paths[i].label, r == (listen_paths[i].want ? 0 : -EINVAL));
        if (r == 0)
            CHECK_AT(listen_paths[i].label,
                     o.port_mode == PORT_LISTEN && strcmp(o.port_name, listen_paths[i].want) == 0);
        else
            CHECK_AT(listen_paths[i].label, err.code == r && err.text[0] && !o.urls);
        options_deinit(&o);
    }
}

static void test_default_process(void)
{
    static const char *const pairs[][2] = {{"DefaultProcess:Filters:0:Key", "ProcessName"},
                                           {"DefaultProcess:Filters:0:Value", "dotnet"}};
    struct options o;
    struct error err;

    CHECK(load(&o, pairs, COUNT_OF(pairs), &err) == 0);
    CHECK(o.default_process.count == 1);
    options_deinit(&o);
}

/* Whoever starts it must not have to mend one key a start. */
static void test_all_faults(void)
{
    static const char *const pairs[][2] = {{"Metrics:Enabled", "maybe"},
                                           {"DiagnosticPort:SocketMode", "999"},
                                           {"Storage:DumpTransport", "Pigeon"},
                                           {"DefaultProcess:Filters:0:Key", "Shoe"},
                                           {"DefaultProcess:Filters:0:Value", "x"},
                                           {"urls", "fine"}};
    static const char *const named[] = {
        "Metrics:Enabled",           "'maybe'",  "true or false",
        "DiagnosticPort:SocketMode", "'999'",    "octal",
        "Storage:DumpTransport",     "'Pigeon'", "one of File, Pipe"};
    struct options o;
    struct error err = {0};

    CHECK(load(&o, pairs, COUNT_OF(pairs), &err) == -EINVAL);
    for (size_t i = 0; i < COUNT_OF(named); i++)
        CHECK_AT(named[i], strstr(err.text, named[i]) != NULL);
    CHECK_AT("no filter stops the start", strstr(err.text, "DefaultProcess") == NULL);
    CHECK_AT("not the good key", strstr(err.text, "urls") == NULL);
    options_deinit(&o);
}

static void test_filter_fault(void)
{
    static const char *const pairs[][2] = {{"DefaultProcess:Filters:0:Key", "ProcessName"}};
    struct options o;
    struct error err = {0};

    REQUIRE(load(&o, pairs, 1, &err) == 0);
    CHECK(o.default_process.fault && o.default_process.count == 0);
    CHECK(strstr(o.default_process.fault, "DefaultProcess:Filters:0") != NULL);
    options_deinit(&o);
    CHECK(o.default_process.fault == NULL);
}

/* Who reads the log's settings tells it. */
static void test_lenient(void)
{
    static const char *const pairs[][2] = {{"Logging:LogLevel:Default", "Loud"}};
    struct options o;
    struct error err = {0};

    REQUIRE(load(&o, pairs, 1, &err) == 0);
    CHECK(o.log_level == LOG_LEVEL_INFORMATION);
    options_deinit(&o);
}

/* Very long values: the text is cut, nothing else. */
static void test_long_values(void)
{
    static char value[3000];
    const char *const pairs[][2] = {{"Metrics:Enabled", value}, {"Storage:DumpTransport", value}};
    struct options o;
    struct error err = {0};

    memset(value, 'v', sizeof value - 1);
    CHECK(load(&o, pairs, 2, &err) == -EINVAL);
    CHECK(strstr(err.text, "Metrics:Enabled") && strlen(err.text) < sizeof err.text);
    options_deinit(&o);
}

/* A reload of `o` by two pairs. */
static int reload(struct options *o, const char *const (*pairs)[2], size_t count,
                  struct option_names *restart, struct error *err)
{
    struct config_keys keys = {0};

    for (size_t i = 0; i < count; i++)
        CHECK(config_keys_set(&keys, pairs[i][0], pairs[i][1], source, err) == 0);
    int r = options_reload(o, &keys, restart, err);
    config_keys_deinit(&keys);
    return r;
}

/* Live rows and the default process change in place; all others stay, and the keys of those that
 * differ are told. */
static void test_reload(void)
{
    static const char *const before[][2] = {{"Kestrel:Certificates:Default:Path", "/old.pfx"},
                                            {"DiagnosticPort:AllowedUids", "1;2"},
                                            {"Storage:DefaultSharedPath", "/same"},
                                            {"DefaultProcess:Filters:0:ProcessName", "old"}};
    static const char *const after[][2] = {{"Kestrel:Certificates:Default:Path", "/new.pfx"},
                                           {"Audit:Enabled", "true"},
                                           {"DiagnosticPort:AllowedUids", "1;3"},
                                           {"Storage:DefaultSharedPath", "/same"},
                                           {"urls", "http://+:1"},
                                           {"Storage:ReserveMegabytes", "5"},
                                           {"DefaultProcess:Filters:0:ProcessName", "new"},
                                           {"DefaultProcess:Filters:1:ProcessId", "1"}};
    struct options o;
    struct option_names restart = {0};
    struct error err = {0};

    REQUIRE(load(&o, before, COUNT_OF(before), &err) == 0);
    o.no_auth = true;
    CHECK(reload(&o, after, COUNT_OF(after), &restart, &err) == 0);
    CHECK(strcmp(o.tls_path, "/new.pfx") == 0 && o.audit && o.no_auth);
    CHECK(o.default_process.count == 2 && strcmp(o.default_process.items[0].value, "new") == 0);
    CHECK(o.port_allowed_uids.count == 2 && strcmp(o.port_allowed_uids.items[1], "2") == 0);
    CHECK(strcmp(o.urls, "https://localhost:52323") == 0 && o.dump_reserve_mb == 0);
    REQUIRE(restart.count == 3);
    CHECK(strcmp(restart.items[0], "urls") == 0);
    CHECK(strcmp(restart.items[1], "DiagnosticPort:AllowedUids") == 0);
    CHECK(strcmp(restart.items[2], "Storage:ReserveMegabytes") == 0);
    option_names_deinit(&restart);
    CHECK_AT("back to the defaults", reload(&o, NULL, 0, &restart, &err) == 0);
    CHECK(o.tls_path[0] == '\0' && !o.audit && o.default_process.count == 0);
    option_names_deinit(&restart);
    options_deinit(&o);
}

/* A filter that was right stays when its successor is faulty; one that was faulty from the start
 * keeps no other setting from being taken. */
static void test_reload_filter_fault(void)
{
    static const char *const good[][2] = {{"DefaultProcess:Filters:0:ProcessName", "app"}};
    static const char *const bad[][2] = {{"Audit:Enabled", "true"},
                                         {"DefaultProcess:Filters:0:Key", "Shoe"}};
    struct options o;
    struct option_names restart = {0};
    struct error err = {0};

    REQUIRE(load(&o, good, COUNT_OF(good), &err) == 0);
    CHECK(reload(&o, bad, COUNT_OF(bad), &restart, &err) == -EINVAL);
    CHECK(strstr(err.text, "Shoe") && !o.audit && o.default_process.count == 1);
    options_deinit(&o);
    REQUIRE(load(&o, bad + 1, 1, &err) == 0);
    CHECK(reload(&o, bad, COUNT_OF(bad), &restart, &err) == 0);
    CHECK(o.audit && o.default_process.fault);
    CHECK(reload(&o, good, COUNT_OF(good), &restart, &err) == 0);
    CHECK(!o.default_process.fault && o.default_process.count == 1 && restart.count == 0);
    options_deinit(&o);
}

static void test_reload_fault(void)
{
    static const char *const before[][2] = {{"Audit:Enabled", "true"}};
    static const char *const after[][2] = {
        {"Audit:Enabled", "false"}, {"Redaction:Enabled", "perhaps"}, {"urls", "http://+:1"}};
    struct options o;
    struct option_names restart = {0};
    struct error err = {0};

    REQUIRE(load(&o, before, COUNT_OF(before), &err) == 0);
    CHECK(reload(&o, after, COUNT_OF(after), &restart, &err) == -EINVAL);
    CHECK(strstr(err.text, "Redaction:Enabled") && strstr(err.text, "'perhaps'"));
    CHECK_AT("nothing has changed", o.audit && !o.redact && restart.count == 0);
    options_deinit(&o);
}

static void test_secret_fault(void)
{
    static const char *const pairs[][2] = {{"Kestrel:Certificates:Default:Password", "hunter2"},
                                           {"Metrics:Enabled", "no"}};
    struct options o;
    struct error err = {0};

    CHECK(load(&o, pairs, COUNT_OF(pairs), &err) == -EINVAL);
    CHECK(!strstr(err.text, "hunter2"));
    options_deinit(&o);
}

TEST_SUITE("config/options", {"defaults", test_defaults}, {"values", test_values},
           {"texts", test_texts}, {"lists", test_lists}, {"short port", test_short_port},
           {"listen path", test_listen_path}, {"default process", test_default_process},
           {"all faults", test_all_faults}, {"filter fault", test_filter_fault},
           {"long values", test_long_values}, {"reload", test_reload}, {"lenient", test_lenient},
           {"reload, filter fault", test_reload_filter_fault},
           {"reload with a fault", test_reload_fault}, {"secret", test_secret_fault})
