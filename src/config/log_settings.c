#include "src/config/log_settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GENERAL "Logging:LogLevel"
#define CONSOLE "Logging:Console:LogLevel"
#define FORMATTER "Logging:Console:FormatterOptions:"

#define DEFAULT_TIMESTAMP "HH:mm:ss "

const struct config_default log_default_keys[] = {
    {"Logging:Console:FormatterName", "simple"},
    {FORMATTER "IncludeScopes", "True"},
    {FORMATTER "TimestampFormat", DEFAULT_TIMESTAMP},
    {"Logging:EventLog:LogLevel:Default", "Information"},
    {"Logging:EventLog:LogLevel:Microsoft", "Warning"},
    {"Logging:EventLog:LogLevel:Microsoft.Diagnostics", "Information"},
    {"Logging:EventLog:LogLevel:Microsoft.Hosting.Lifetime", "Information"},
    {GENERAL ":Default", "Information"},
    {GENERAL ":Microsoft", "Warning"},
    {GENERAL ":Microsoft.Diagnostics", "Information"},
    {GENERAL ":Microsoft.Hosting.Lifetime", "Information"},
};
const size_t log_default_count = sizeof log_default_keys / sizeof log_default_keys[0];

/* What is being filled, and what was wrong. */
struct loading {
    const struct config_keys *keys;
    struct log_settings *settings;
    struct text faults;
    struct error *err;
};

static void add_fault(struct loading *l, const struct config_entry *entry, const char *expected)
{
    char origin[CONFIG_ORIGIN_SIZE];

    text_add_fmt(&l->faults, "%s%s (%s): '%s' is not %s", l->faults.size ? "\n" : "", entry->key,
                 config_entry_origin(entry, origin), entry->value, expected);
}

static bool take_boolean(const char *value, void *field)
{
    return text_to_bool(value, field);
}

static bool take_level(const char *value, void *field)
{
    return log_level_parse(value, field);
}

static bool take_choice(const char *const *names, size_t count, const char *value, unsigned *ret)
{
    for (unsigned i = 0; i < count; i++) {
        if (text_equal_nocase(value, names[i])) {
            *ret = i;
            return true;
        }
    }
    return false;
}

static bool take_formatter(const char *value, void *field)
{
    static const char *const names[] = {"simple", "json", "systemd"};
    unsigned v;

    if (!take_choice(names, 3, value, &v))
        return false;
    *(enum log_formatter *)field = (enum log_formatter)v;
    return true;
}

static bool take_colours(const char *value, void *field)
{
    static const char *const names[] = {"Default", "Enabled", "Disabled"};
    static const char *const numbers[] = {"0", "1", "2"};
    unsigned v;

    if (!take_choice(names, 3, value, &v) && !take_choice(numbers, 3, value, &v))
        return false;
    *(enum log_colours *)field = (enum log_colours)v;
    return true;
}

static bool take_timestamp(const char *value, void *field)
{
    char *copy = log_time_check(value) ? strdup(value) : NULL;

    if (!copy)
        return false;
    free(*(char **)field);
    *(char **)field = copy;
    return true;
}

/* The keys that are one value each. */
static const struct {
    const char *key;
    bool (*take)(const char *value, void *field);
    size_t field;
    const char *expected;
} rows[] = {
    {"Logging:Console:FormatterName", take_formatter,
     offsetof(struct log_settings, format.formatter), "one of simple, json, systemd"},
    {"Logging:Console:LogToStandardErrorThreshold", take_level,
     offsetof(struct log_settings, stderr_level), "a level from Trace to Critical, or None"},
    {FORMATTER "IncludeScopes", take_boolean, offsetof(struct log_settings, format.include_scopes),
     "true or false"},
    {FORMATTER "TimestampFormat", take_timestamp, offsetof(struct log_settings, format.timestamp),
     "a date and time format of .NET"},
    {FORMATTER "UseUtcTimestamp", take_boolean, offsetof(struct log_settings, format.utc),
     "true or false"},
    {FORMATTER "SingleLine", take_boolean, offsetof(struct log_settings, format.single_line),
     "true or false"},
    {FORMATTER "ColorBehavior", take_colours, offsetof(struct log_settings, colours),
     "Default, Enabled or Disabled"},
    {FORMATTER "JsonWriterOptions:Indented", take_boolean,
     offsetof(struct log_settings, format.indented), "true or false"},
};

static void load_rows(struct loading *l)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct config_entry *entry = config_keys_find(l->keys, rows[i].key);
        if (entry && !rows[i].take(entry->value, (char *)l->settings + rows[i].field))
            add_fault(l, entry, rows[i].expected);
    }
}

static int add_level(struct loading *l, const char *pattern, enum log_level level, bool console)
{
    return log_levels_add(&l->settings->levels, pattern, level, console, l->err);
}

/* The defaults come first: where the configuration names the same category, it is the later rule
 * and wins. */
static int load_default_levels(struct loading *l)
{
    size_t size = strlen(GENERAL ":");
    enum log_level level = LOG_LEVEL_INFORMATION;

    for (size_t i = 0; i < log_default_count; i++) {
        const struct config_default *d = &log_default_keys[i];
        if (strncmp(d->key, GENERAL ":", size) != 0)
            continue;
        (void)log_level_parse(d->value, &level); /* the table's own values can be read */
        int r = add_level(l, d->key + size, level, false);
        if (r < 0)
            return r;
    }
    return 0;
}

static int load_levels(struct loading *l, const char *section, bool console)
{
    const struct config_entry *entry;
    enum log_level level;

    for (size_t left = config_keys_below(l->keys, section, &entry); left; left--, entry++) {
        const char *pattern = entry->key + strlen(section) + 1;
        if (!entry->value[0])
            continue; /* as if it were not there */
        if (!log_level_parse(entry->value, &level)) {
            add_fault(l, entry, "one of Trace, Debug, Information, Warning, Error, Critical, None");
            continue;
        }
        int r = add_level(l, pattern, level, console);
        if (r == -ENOMEM)
            return r;
        if (r < 0)
            text_add_fmt(&l->faults, "%s%s", l->faults.size ? "\n" : "", l->err->text);
    }
    return 0;
}

/* Logging:CaptureScopes=false: no scopes in any output. */
static void load_capture(struct loading *l)
{
    const struct config_entry *entry = config_keys_find(l->keys, "Logging:CaptureScopes");
    bool capture = true;

    if (entry && !text_to_bool(entry->value, &capture))
        add_fault(l, entry, "true or false");
    if (!capture)
        l->settings->format.include_scopes = false;
}

int log_settings_load(const struct config_keys *keys, struct log_settings *ret, char **ret_faults,
                      struct error *err)
{
    struct log_settings settings = {.stderr_level = LOG_LEVEL_NONE,
                                    .format = {.include_scopes = true}};
    struct loading l = {.keys = keys, .settings = &settings, .err = err};
    int r = 0;

    settings.format.timestamp = strdup(DEFAULT_TIMESTAMP);
    if (!settings.format.timestamp)
        r = error_set(err, -ENOMEM, "log settings");
    if (r == 0)
        r = load_default_levels(&l);
    if (r == 0)
        r = load_levels(&l, GENERAL, false);
    if (r == 0)
        r = load_levels(&l, CONSOLE, true);
    if (r < 0) {
        log_settings_deinit(&settings);
        text_deinit(&l.faults);
        return r;
    }
    load_rows(&l);
    load_capture(&l);
    if (ret_faults)
        *ret_faults = text_take(&l.faults);
    text_deinit(&l.faults);
    *ret = settings;
    return 0;
}
