#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "src/base/log.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

enum { LINE_MAX_SIZE = 8192 };

static struct {
    int pipe[2], console;
} capture;

/* Standard output goes to a pipe from here to capture_end(). */
static void capture_begin(void)
{
    (void)fflush(stdout);
    REQUIRE(pipe2(capture.pipe, O_CLOEXEC | O_NONBLOCK) == 0);
    capture.console = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
    REQUIRE(capture.console >= 0 && dup2(capture.pipe[1], STDOUT_FILENO) >= 0);
}

static char *capture_raw(void)
{
    static char all[LINE_MAX_SIZE];

    (void)dup2(capture.console, STDOUT_FILENO);
    ssize_t n = read(capture.pipe[0], all, sizeof all - 1);
    (void)close(capture.console);
    (void)close(capture.pipe[0]);
    (void)close(capture.pipe[1]);
    all[n > 0 ? n : 0] = '\0';
    return all;
}

/* What was written; the clock at its beginning is checked and left out. */
static const char *capture_end(void)
{
    char *all = capture_raw();

    if (strlen(all) <= 9)
        return all;
    for (int i = 0; i < 8; i++)
        CHECK(i % 3 == 2 ? all[i] == ':' : isdigit((unsigned char)all[i]));
    CHECK(all[8] == ' ');
    return all + 9;
}

static const struct {
    const char *label;
    struct log_event event;
    struct log_field fields[2];
    const char *want;
} rows[] = {
    {"one field",
     {LOG_LEVEL_INFORMATION, "A.B", 14, "Now listening on: {address}"},
     {{"address", "http://x"}},
     "info: A.B[14]\n      Now listening on: http://x\n"},
    {"order",
     {LOG_LEVEL_WARNING, "A", 1, "{b} then {a}"},
     {{"a", "1"}, {"b", "2"}},
     "warn: A[1]\n      2 then 1\n"},
    {"twice", {LOG_LEVEL_ERROR, "A", 1, "{a}{a}"}, {{"a", "1"}}, "fail: A[1]\n      11\n"},
    {"critical", {LOG_LEVEL_CRITICAL, "A", 1, "x"}, {{"a", "1"}}, "crit: A[1]\n      x\n"},
    {"null", {LOG_LEVEL_ERROR, "A", 1, "{a}"}, {{"a", NULL}}, "fail: A[1]\n      (null)\n"},
    {"no such field",
     {LOG_LEVEL_ERROR, "A", 1, "{aa} {} {"},
     {{"a", "1"}},
     "fail: A[1]\n      {aa} {} {\n"},
    {"value with braces",
     {LOG_LEVEL_ERROR, "A", 1, "{a}"},
     {{"a", "{b}"}, {"b", "no"}},
     "fail: A[1]\n      {b}\n"},
    {"lines",
     {LOG_LEVEL_ERROR, "A", 1, "x {a}"},
     {{"a", "1\n2\n"}},
     "fail: A[1]\n      x 1\n      2\n      \n"},
    {"escape sequences",
     {LOG_LEVEL_ERROR, "A", 1, "x{a}"},
     {{"a", "\x1b]0;t\x07\r\ty"}},
     "fail: A[1]\n      x?]0;t??\ty\n"},
    {"debug is dropped", {LOG_LEVEL_DEBUG, "A", 1, "x"}, {{"a", "1"}}, ""},
    {"trace is dropped", {LOG_LEVEL_TRACE, "A", 1, "x"}, {{"a", "1"}}, ""},
};

static void test_rows(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        capture_begin();
        log_write(&rows[i].event, rows[i].fields, rows[i].fields[1].key ? 2 : 1);
        const char *got = capture_end();
        CHECK_AT(rows[i].label, strcmp(got, rows[i].want) == 0);
    }
}

static void test_levels(void)
{
    static const char *const tags[] = {"trce", "dbug", "info", "warn", "fail", "crit"};

    for (int least = LOG_LEVEL_TRACE; least <= LOG_LEVEL_NONE; least++) {
        log_set_level((enum log_level)least);
        for (int level = LOG_LEVEL_TRACE; level < LOG_LEVEL_NONE; level++) {
            char want[64] = "";
            if (level >= least)
                (void)snprintf(want, sizeof want, "%s: Portside[0]\n      n %d\n", tags[level],
                               least);
            capture_begin();
            log_note((enum log_level)level, "n %d", least);
            CHECK_AT(tags[level], strcmp(capture_end(), want) == 0);
        }
    }
    log_set_level(LOG_LEVEL_INFORMATION);
}

/* A line of log is one write(2): lines of other writers cannot come between. */
static void test_long_message(void)
{
    static char message[1900];

    memset(message, 'm', sizeof message - 1);
    capture_begin();
    log_note(LOG_LEVEL_ERROR, "%s", message);
    const char *got = capture_end();
    CHECK(strncmp(got, "fail: Portside[0]\n      mmm", 27) == 0);
    CHECK(strlen(got) == 18 + 6 + sizeof message - 1 + 1);
}

static void test_macro(void)
{
    static const struct log_event event = {LOG_LEVEL_INFORMATION, "C", 7, "{a}-{b}-{c}"};

    capture_begin();
    log_event(&event, {"a", "1"}, {"b", "2"}, {"c", "3"});
    CHECK(strcmp(capture_end(), "info: C[7]\n      1-2-3\n") == 0);
}

/* A console that is gone must not end the program or the log. */
static void test_console_gone(void)
{
    int console = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);

    (void)fflush(stdout);
    REQUIRE(console >= 0);
    (void)close(STDOUT_FILENO);
    log_note(LOG_LEVEL_ERROR, "nobody reads this");
    REQUIRE(dup2(console, STDOUT_FILENO) == STDOUT_FILENO);
    (void)close(console);
    capture_begin();
    log_note(LOG_LEVEL_ERROR, "again");
    CHECK(strcmp(capture_end(), "fail: Portside[0]\n      again\n") == 0);
}

static const struct log_event number_event = {LOG_LEVEL_WARNING, "A", 1, "{n}"};

/* Settings replace each other while the program runs. */
static void test_configure(void)
{
    struct log_settings json = {.stderr_level = LOG_LEVEL_NONE,
                                .format = {.formatter = LOG_FORMATTER_JSON}};
    struct log_settings systemd = {.stderr_level = LOG_LEVEL_NONE,
                                   .format = {.formatter = LOG_FORMATTER_SYSTEMD}};
    struct error err;

    json.format.timestamp = strdup("'at 00:00'");
    systemd.format.timestamp = strdup("'00:00:'dd ");
    REQUIRE(log_levels_add(&systemd.levels, "A", LOG_LEVEL_ERROR, false, &err) == 0);
    log_configure(&json);
    CHECK(!json.format.timestamp && log_is_enabled("A", LOG_LEVEL_WARNING));
    CHECK(!log_is_enabled("A", LOG_LEVEL_NONE));
    (void)fflush(stdout);
    capture_begin();
    log_event(&number_event, LOG_NUMBER("n", -7));
    const char *got = capture_raw();
    CHECK(strcmp(got, "{\"Timestamp\":\"at 00:00\",\"EventId\":1,\"LogLevel\":\"Warning\","
                      "\"Category\":\"A\",\"Message\":\"-7\",\"State\":{\"n\":-7,"
                      "\"{OriginalFormat}\":\"{n}\"}}\n") == 0);
    log_configure(&systemd);
    capture_begin();
    log_event(&number_event, LOG_NUMBER("n", -7));
    CHECK_AT("A is at Error now", strcmp(capture_raw(), "") == 0);
    CHECK(!log_is_enabled("A", LOG_LEVEL_WARNING) && log_is_enabled("B", LOG_LEVEL_WARNING));
}

/* Standard error gets the threshold and what is above it. */
static void test_threshold(void)
{
    struct log_settings settings = {.stderr_level = LOG_LEVEL_WARNING};
    int console = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0), in[2];
    char errors[256] = "";

    REQUIRE(console >= 0 && pipe2(in, O_CLOEXEC) == 0 && dup2(in[1], STDERR_FILENO) >= 0);
    log_configure(&settings);
    capture_begin();
    log_note(LOG_LEVEL_INFORMATION, "to one");
    log_note(LOG_LEVEL_WARNING, "to the other");
    const char *got = capture_raw();
    (void)dup2(console, STDERR_FILENO);
    (void)close(in[1]);
    CHECK(read(in[0], errors, sizeof errors - 1) > 0);
    (void)close(in[0]);
    (void)close(console);
    CHECK(strcmp(got, "info: Portside[0]\n      to one\n") == 0);
    CHECK(strcmp(errors, "warn: Portside[0]\n      to the other\n") == 0);
}

static const struct {
    enum log_colours colours;
    const char *variable;
    bool want;
} colours[] = {
    {LOG_COLOURS_DEFAULT, NULL, false},  {LOG_COLOURS_DEFAULT, "1", true},
    {LOG_COLOURS_DEFAULT, "TRUE", true}, {LOG_COLOURS_DEFAULT, "yes", false},
    {LOG_COLOURS_ENABLED, NULL, true},   {LOG_COLOURS_DISABLED, "1", false},
};

/* The console of this test is a pipe. */
static void test_colours(void)
{
    static const char name[] = "DOTNET_SYSTEM_CONSOLE_ALLOW_ANSI_COLOR_REDIRECTION";

    for (size_t i = 0; i < COUNT_OF(colours); i++) {
        struct log_settings settings = {.stderr_level = LOG_LEVEL_NONE,
                                        .colours = colours[i].colours};
        log_configure(&settings);
        if (colours[i].variable)
            (void)setenv(name, colours[i].variable, 1);
        else
            (void)unsetenv(name);
        capture_begin();
        log_note(LOG_LEVEL_ERROR, "x");
        CHECK((strchr(capture_raw(), '\x1b') != NULL) == colours[i].want);
    }
    (void)unsetenv(name);
}

TEST_SUITE("base/log", {"rows", test_rows}, {"levels", test_levels},
           {"long message", test_long_message}, {"macro", test_macro},
           {"console gone", test_console_gone}, {"configure", test_configure},
           {"threshold", test_threshold}, {"colours", test_colours})
