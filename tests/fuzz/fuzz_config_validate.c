/*
 * Lines "KEY=VALUE" as a configuration of ours: validated; each value also read as every type.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/limits.h"
#include "src/config/environment.h"
#include "src/config/model.h"
#include "src/config/timespan.h"
#include "src/config/validate.h"

static const struct value_type *const types[] = {
    &type_text,  &type_boolean, &type_number,       &type_real,     &type_timespan,
    &type_octal, &type_guid,    &type_uri,          &type_names,    &type_base64url,
    &type_level, &type_scopes,  &type_status_codes, &type_keywords, &type_trace_profile,
};

static void read_value(const char *text)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        struct value v = {0};
        char again[TIMESPAN_SIZE];
        int64_t ticks;
        if (value_read(types[i], 1, 100, text, &v) && types[i]->form == VALUE_INTEGER &&
            (v.integer < 1 || v.integer > 100))
            abort();
        if (!timespan_parse(text, &ticks))
            continue;
        int64_t printed = 0;
        if (!timespan_parse(timespan_print(ticks, again), &printed) || printed != ticks)
            abort();
    }
}

/* Every fault has its texts, is of a known kind, and shows no secret. */
static void check_faults(const struct config_faults *faults)
{
    size_t sum = 0;
    struct error err = {0};

    for (size_t i = 0; i < FAULT_KINDS; i++)
        sum += faults->kinds[i];
    if (sum != faults->count + faults->dropped || faults->count > LIMIT_CONFIG_FAULTS)
        abort();
    for (size_t i = 0; i < faults->count; i++) {
        const struct config_fault *f = &faults->items[i];
        if (!f->text[0] || !f->origin[0] || f->kind >= FAULT_KINDS)
            abort();
        if (strncmp(f->text, "the value (not shown)", 21) == 0 && !config_key_is_secret(f->key))
            abort();
    }
    if ((config_faults_summary(faults, &err) < 0) != (faults->kinds[FAULT_ERROR] > 0))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { LINES = 128 };
    static char prefix[] = "DotnetMonitor_";
    char *environment[LINES + 1] = {0};
    struct config_keys keys = {0};
    struct config_faults faults = {0};
    struct error err;
    char *text = malloc(size + 1);
    size_t count = 0;

    if (!text)
        abort();
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    for (char *rest = text, *line; (line = strsep(&rest, "\n")) != NULL && count < LINES;) {
        char *equals = strchr(line, '=');
        if (!equals || asprintf(&environment[count], "%s%s", prefix, line) < 0)
            continue;
        count++;
        read_value(equals + 1);
        *equals = '\0';
        (void)config_key_is_secret(line);
    }
    if (config_keys_add_environment(&keys, environment, &err) == 0) {
        config_validate(&keys, &faults);
        check_faults(&faults);
    }
    config_faults_deinit(&faults);
    config_keys_deinit(&keys);
    for (size_t i = 0; i < count; i++)
        free(environment[i]);
    free(text);
    return 0;
}
