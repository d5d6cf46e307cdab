#include <stdlib.h>

#include "src/base/cleanup.h"
#include "src/config/log_settings.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define C "Logging:Console:"
#define F C "FormatterOptions:"

enum { PAIRS = 3 };

static struct log_settings got;
static char *faults;

static void load(const char *const pairs[PAIRS][2])
{
    struct config_keys keys = {0};
    struct error err;

    for (size_t i = 0; i < PAIRS && pairs && pairs[i][0]; i++)
        REQUIRE(config_keys_set(&keys, pairs[i][0], pairs[i][1], "test", &err) == 0);
    REQUIRE(log_settings_load(&keys, &got, &faults, &err) == 0);
    config_keys_deinit(&keys);
    REQUIRE(faults != NULL);
}

static void unload(void)
{
    log_settings_deinit(&got);
    free(faults);
}

static enum log_level level_of(const char *category)
{
    return log_levels_find(&got.levels, category);
}

static void test_defaults(void)
{
    load(NULL);
    CHECK(faults[0] == '\0');
    CHECK(got.stderr_level == LOG_LEVEL_NONE && got.colours == LOG_COLOURS_DEFAULT);
    CHECK(got.format.formatter == LOG_FORMATTER_SIMPLE && got.format.include_scopes);
    CHECK(!got.format.utc && !got.format.single_line && !got.format.indented);
    CHECK(strcmp(got.format.timestamp, "HH:mm:ss ") == 0);
    CHECK(level_of("Portside.Audit") == LOG_LEVEL_INFORMATION);
    CHECK(level_of("Microsoft.AspNetCore.Hosting.Diagnostics") == LOG_LEVEL_WARNING);
    CHECK(level_of("Microsoft.Diagnostics.Tools.Monitor.Startup") == LOG_LEVEL_INFORMATION);
    CHECK(level_of("Microsoft.Hosting.Lifetime") == LOG_LEVEL_INFORMATION);
    unload();
}

static const struct {
    const char *pairs[PAIRS][2];
    const char *category;
    enum log_level want;
} levels[] = {
    {{{"Logging:LogLevel:Default", "Error"}}, "A", LOG_LEVEL_ERROR},
    {{{"Logging:LogLevel:Default", "Error"}}, "Microsoft.Diagnostics.X", LOG_LEVEL_INFORMATION},
    {{{"Logging:LogLevel:Microsoft.Diagnostics", "Debug"}},
     "Microsoft.Diagnostics.Tools.Monitor.Startup",
     LOG_LEVEL_DEBUG},
    {{{"logging:loglevel:MICROSOFT.diagnostics", "DEBUG"}},
     "Microsoft.Diagnostics.Tools.Monitor.Startup",
     LOG_LEVEL_DEBUG},
    {{{C "LogLevel:Microsoft", "None"}}, "Microsoft.Diagnostics.X", LOG_LEVEL_NONE},
    {{{C "LogLevel:Default", "Trace"}, {"Logging:LogLevel:A.B", "Error"}}, "A.B", LOG_LEVEL_TRACE},
    {{{"Logging:EventLog:LogLevel:Default", "Trace"}}, "A", LOG_LEVEL_INFORMATION},
    {{{"Logging:LogLevel:A", ""}}, "A", LOG_LEVEL_INFORMATION},
    {{{"Logging:LogLevel:A", "4"}}, "A", LOG_LEVEL_ERROR},
};

static void test_levels(void)
{
    for (size_t i = 0; i < COUNT_OF(levels); i++) {
        load(levels[i].pairs);
        CHECK_AT(levels[i].pairs[0][0], level_of(levels[i].category) == levels[i].want);
        CHECK_AT(levels[i].pairs[0][0], faults[0] == '\0');
        unload();
    }
}

static void test_values(void)
{
    const char *const first[PAIRS][2] = {
        {C "FormatterName", "JSON"},
        {C "LogToStandardErrorThreshold", "warning"},
        {F "JsonWriterOptions:Indented", "True"},
    };
    const char *const second[PAIRS][2] = {
        {F "TimestampFormat", "o"}, {F "UseUtcTimestamp", "true"}, {F "SingleLine", "true"}};
    const char *const third[PAIRS][2] = {{F "ColorBehavior", "Disabled"},
                                         {"Logging:CaptureScopes", "false"}};

    load(first);
    CHECK(got.format.formatter == LOG_FORMATTER_JSON && got.stderr_level == LOG_LEVEL_WARNING &&
          got.format.indented);
    unload();
    load(second);
    CHECK(strcmp(got.format.timestamp, "o") == 0 && got.format.utc && got.format.single_line);
    unload();
    load(third);
    CHECK(got.colours == LOG_COLOURS_DISABLED && !got.format.include_scopes);
    unload();
}

static const char *const bad[][2] = {
    {C "FormatterName", "xml"},
    {C "LogToStandardErrorThreshold", "Loud"},
    {F "IncludeScopes", "maybe"},
    {F "TimestampFormat", "'"},
    {F "TimestampFormat", "x"},
    {F "UseUtcTimestamp", ""},
    {F "SingleLine", "2"},
    {F "ColorBehavior", "Rainbow"},
    {F "JsonWriterOptions:Indented", "1"},
    {"Logging:CaptureScopes", "on"},
    {"Logging:LogLevel:A", "Loud"},
    {C "LogLevel:A", "Loud"},
    {"Logging:LogLevel:a*b*", "Error"},
};

/* Told with key, and the default stays. */
static void test_bad(void)
{
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        const char *const pairs[PAIRS][2] = {{bad[i][0], bad[i][1]}};
        const char *name = strrchr(bad[i][0], ':') + 1;
        load(pairs);
        CHECK_AT(bad[i][0], strstr(faults, name) != NULL && strchr(faults, '\n') == NULL);
        CHECK(got.format.formatter == LOG_FORMATTER_SIMPLE && got.format.include_scopes &&
              strcmp(got.format.timestamp, "HH:mm:ss ") == 0 &&
              got.stderr_level == LOG_LEVEL_NONE && level_of("A") == LOG_LEVEL_INFORMATION);
        unload();
    }
}

static void test_all_faults(void)
{
    const char *const pairs[PAIRS][2] = {
        {C "FormatterName", "xml"}, {F "IncludeScopes", "x"}, {"Logging:LogLevel:A", "x"}};
    int lines = 1;

    load(pairs);
    for (const char *c = faults; *c; c++)
        lines += *c == '\n';
    CHECK(lines == 3);
    unload();
}

TEST_SUITE("config/log_settings", {"defaults", test_defaults}, {"levels", test_levels},
           {"values", test_values}, {"bad", test_bad}, {"all faults", test_all_faults})
