#include "src/config/command_value.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "src/config/timespan.h"

static const char *const levels[] = {"Redacted", "Full"};
static const char *const formats[] = {"Json", "Text", "Cmd", "Shell", "PowerShell", "MachineJson"};
#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

bool command_value_is_switch(const struct option_row *row)
{
    return row->kind == OPTION_KIND_SWITCH;
}

/* A name without case, or its number; blanks around it do not matter. */
static bool find_name(const char *value, const char *const *names, size_t count, unsigned *ret)
{
    value += strspn(value, " \t");
    size_t size = strcspn(value, " \t");

    if (value[size + strspn(value + size, " \t")])
        return false;
    for (unsigned i = 0; i < count; i++) {
        char number[16];
        (void)snprintf(number, sizeof number, "%u", i);
        if ((strlen(names[i]) == size && strncasecmp(value, names[i], size) == 0) ||
            (strlen(number) == size && memcmp(value, number, size) == 0)) {
            *ret = i;
            return true;
        }
    }
    return false;
}

static void add_fault(const struct command_value *v, const char *type, const char *instead,
                      struct text *faults)
{
    text_add_fmt(faults, "Cannot parse argument '%s' for option '%s' as expected type '%s'.%s\n",
                 v->last, v->row->name, type, instead);
}

static void apply_level(const struct command_value *v, struct command_flags *flags,
                        struct text *faults)
{
    unsigned found = 0;

    if (v->last && !find_name(v->last, levels, COUNT_OF(levels), &found))
        add_fault(v, "Microsoft.Diagnostics.Tools.Monitor.ConfigDisplayLevel",
                  " Did you mean one of the following?\nFull\nRedacted", faults);
    flags->show_full = found == 1;
}

static void apply_format(const struct command_value *v, struct command_flags *flags,
                         struct text *faults)
{
    unsigned found = KEY_FORMAT_JSON;

    if (v->last && !find_name(v->last, formats, COUNT_OF(formats), &found))
        add_fault(v, "Microsoft.Diagnostics.Tools.Monitor.OutputFormat",
                  " Did you mean one of the following?\nCmd\nJson\nMachineJson\nPowerShell\nShell\n"
                  "Text",
                  faults);
    flags->key_format = (enum key_format)found;
}

static void apply_expiration(const struct command_value *v, struct command_flags *flags,
                             struct text *faults)
{
    const char *value = v->last ? v->last : v->row->fallback;
    int64_t ticks = 0;

    if (!timespan_parse(value, &ticks))
        add_fault(v, "System.TimeSpan", "", faults);
    else if (ticks <= 0)
        text_add_fmt(faults, "The value '%s' of option '%s' must be a positive time.\n", value,
                     v->row->name);
    flags->key_expiration_ticks = ticks;
}

static void apply_switch(const struct command_value *v, struct command_flags *flags)
{
    bool on = v->given_as != NULL;

    if (v->last)
        (void)text_to_bool(v->last, &on);
    memcpy((char *)flags + v->row->offset, &on, sizeof on);
}

static int put_switch(const struct command_value *v, struct config_keys *keys,
                      const struct config_source *source, struct error *err)
{
    bool on = true;

    (void)text_to_bool(v->last ? v->last : v->row->fallback, &on);
    return config_keys_put(keys, v->row->key, on ? "True" : "False", source, 0, err);
}

static int put_port(const char *path, struct config_keys *keys, const struct config_source *source,
                    struct error *err)
{
    if (!path || !path[0])
        return 0;
    int r = config_keys_put(keys, "DiagnosticPort:ConnectionMode", "Listen", source, 0, err);
    return r < 0 ? r : config_keys_put(keys, "DiagnosticPort:EndpointName", path, source, 0, err);
}

static bool check_count(const struct command_value *v, struct text *faults)
{
    if (v->given_as && v->count == 0 && !command_value_is_switch(v->row)) {
        text_add_fmt(faults, "Required argument missing for option: '%s'.\n", v->given_as);
        return false;
    }
    if (v->count > 1 && v->row->kind != OPTION_KIND_KEY) {
        text_add_fmt(faults, "Option '%s' expects a single argument but %zu were provided.\n",
                     v->given_as, v->count);
        return false;
    }
    return true;
}

int command_value_apply(const struct command_value *v, struct command_flags *flags,
                        struct config_keys *keys, const struct config_source *source,
                        struct text *faults, struct error *err)
{
    if (!check_count(v, faults))
        return 0;
    switch (v->row->kind) {
    case OPTION_KIND_KEY:
        return config_keys_put(keys, v->row->key, v->count ? v->joined.data : v->row->fallback,
                               source, 0, err);
    case OPTION_KIND_PORT:
        return put_port(v->last, keys, source, err);
    case OPTION_KIND_PATH:
        if (v->last && !v->last[0])
            add_fault(v, "System.IO.FileInfo", "", faults);
        memcpy((char *)flags + v->row->offset, &v->last, sizeof v->last);
        return 0;
    case OPTION_KIND_SWITCH:
        if (v->row->key)
            return put_switch(v, keys, source, err);
        apply_switch(v, flags);
        return 0;
    case OPTION_KIND_LEVEL:
        apply_level(v, flags, faults);
        return 0;
    case OPTION_KIND_FORMAT:
        apply_format(v, flags, faults);
        return 0;
    case OPTION_KIND_EXPIRATION:
        apply_expiration(v, flags, faults);
        return 0;
    default:
        return 0;
    }
}
