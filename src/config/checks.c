#include "src/config/checks.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "src/config/model.h"

const char *check_member(const struct check *c, const char *name)
{
    const char *value = config_keys_child(c->keys, c->path, name);

    return value && value[0] ? value : NULL;
}

bool check_has_below(const struct check *c, const char *name)
{
    char path[MODEL_KEY_SIZE];
    const struct config_entry *first;

    (void)snprintf(path, sizeof path, "%s:%s", c->path, name);
    return config_keys_below(c->keys, path, &first) > 0;
}

const char *config_origin_near(const struct config_keys *keys, const char *path,
                               char buffer[static CONFIG_ORIGIN_SIZE])
{
    char at[MODEL_KEY_SIZE];
    const struct config_entry *entry;
    char *colon;

    (void)snprintf(at, sizeof at, "%s", path);
    for (;;) {
        entry = config_keys_find(keys, at);
        if (!entry)
            (void)config_keys_below(keys, at, &entry);
        if (entry)
            return config_entry_origin(entry, buffer);
        colon = strrchr(at, ':');
        if (!colon)
            break;
        *colon = '\0';
    }
    (void)snprintf(buffer, CONFIG_ORIGIN_SIZE, "not set");
    return buffer;
}

void check_fault(const struct check *c, enum fault_kind kind, const char *name, const char *fmt,
                 ...)
{
    char path[MODEL_KEY_SIZE], origin[CONFIG_ORIGIN_SIZE], text[ERROR_TEXT_SIZE];
    va_list ap;

    (void)snprintf(path, sizeof path, "%s%s%s", c->path, name ? ":" : "", name ? name : "");
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    config_faults_add(c->faults, kind, path, config_origin_near(c->keys, path, origin), "%s", text);
}

static bool is_blank(const char *s)
{
    return !s || s[strspn(s, " \t")] == '\0';
}

void check_process_filter(const struct check *c)
{
    static const char *const names[] = {"Value", "ProcessId", "ProcessName", "CommandLine",
                                        "ManagedEntryPointAssemblyName"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!is_blank(check_member(c, names[i])))
            return;
    }
    check_fault(c, FAULT_ERROR, NULL,
                "a process filter needs a value: set Key and Value, or ProcessName alone");
}

void check_diagnostic_port(const struct check *c)
{
    const struct config_entry *path = config_keys_find(c->keys, c->path);
    const struct config_entry *shared = config_keys_find(c->keys, "Storage:DefaultSharedPath");
    const char *mode = check_member(c, "ConnectionMode");
    struct value v;

    if (!mode || (path && path->value[0]) || check_member(c, "EndpointName") ||
        (shared && shared->value[0]))
        return;
    if (value_read(&type_port_mode, 0, 0, mode, &v) && v.choice == 1)
        check_fault(c, FAULT_ERROR, "EndpointName",
                    "Listen mode needs a socket path: set it, or Storage:DefaultSharedPath");
}

void check_authentication(const struct check *c)
{
    if (check_has_below(c, "MonitorApiKey") && check_has_below(c, "AzureAd"))
        check_fault(c, FAULT_ERROR, NULL,
                    "MonitorApiKey and AzureAd exclude each other: remove one of them");
}

void check_client_certificate(const struct check *c)
{
    if (!check_member(c, "Subject") && !check_member(c, "Fingerprint"))
        check_fault(c, FAULT_ERROR, NULL, "no certificate is meant: set Subject or Fingerprint");
}

void check_meter(const struct check *c)
{
    if (!check_member(c, "MeterName"))
        check_fault(c, FAULT_WARNING, "MeterName", "without a name no meter is meant: set it");
}
