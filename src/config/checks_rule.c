/* The rules of collection rules, triggers and actions (CONTRACT section 19). */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "src/base/limits.h"
#include "src/base/text.h"
#include "src/config/checks.h"
#include "src/config/model.h"

static void check_count(const struct check *c, const char *name)
{
    const char *common = config_keys_child(c->keys, "CollectionRuleDefaults:Triggers", name);

    if (!check_member(c, name) && (!common || !common[0]))
        check_fault(c, FAULT_ERROR, name,
                    "is missing: set it, or CollectionRuleDefaults:Triggers:%s", name);
}

void check_request_count(const struct check *c)
{
    check_count(c, "RequestCount");
}

void check_response_count(const struct check *c)
{
    check_count(c, "ResponseCount");
}

void check_threshold_order(const struct check *c)
{
    const char *greater = check_member(c, "GreaterThan"), *less = check_member(c, "LessThan");
    struct value low, high;

    if (!greater || !less || !value_read(&type_real, 0, 0, greater, &low) ||
        !value_read(&type_real, 0, 0, less, &high) || low.real < high.real)
        return;
    if (low.real > high.real)
        check_fault(c, FAULT_ERROR, "GreaterThan",
                    "must be less than LessThan, or no value can be between them");
    else
        check_fault(c, FAULT_WARNING, "GreaterThan",
                    "is equal to LessThan: no value is between them, the rule never acts");
}

void check_thresholds(const struct check *c)
{
    if (!check_member(c, "GreaterThan") && !check_member(c, "LessThan"))
        check_fault(c, FAULT_ERROR, NULL, "set GreaterThan or LessThan, or both");
    check_threshold_order(c);
}

/* Is there a destination of that name, of whatever type? */
static bool has_provider(const struct config_keys *keys, const char *name)
{
    const struct config_entry *entry;
    size_t size = strlen(name);

    for (size_t left = config_keys_below(keys, "Egress", &entry); left; left--, entry++) {
        const char *type = entry->key + strlen("Egress:");
        size_t type_size = strcspn(type, ":");
        const char *found = type + type_size + 1;
        if (!type[type_size] || (type_size == 10 && strncasecmp(type, "Properties", 10) == 0))
            continue;
        if (strncasecmp(found, name, size) == 0 && (!found[size] || found[size] == ':'))
            return true;
    }
    return false;
}

void check_artifact(const struct check *c)
{
    const char *name = check_member(c, "Egress");
    const char *common = config_keys_child(c->keys, "CollectionRuleDefaults:Actions", "Egress");

    if (!name && (!common || !common[0])) {
        check_fault(c, FAULT_ERROR, "Egress",
                    "no destination: set it, or CollectionRuleDefaults:Actions:Egress");
        return;
    }
    if (!name)
        name = common;
    if (!has_provider(c->keys, name))
        check_fault(
            c, FAULT_ERROR, "Egress",
            "destination '%.*s' is not configured: add Egress:FileSystem:%.*s:DirectoryPath "
            "or another",
            LIMIT_CONFIG_SHOWN, name, LIMIT_CONFIG_SHOWN, name);
}

static bool is_on(const struct config_keys *keys, const char *key, bool *ret_set)
{
    const struct config_entry *entry = config_keys_find(keys, key);
    bool on = false;

    *ret_set = entry && text_to_bool(entry->value, &on);
    return on;
}

/* Ours is on unless it is switched off. */
static void check_not_off(const struct check *c, const char *key)
{
    const char *const keys[] = {key, "InProcessFeatures:Enabled"};
    bool set;

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (!is_on(c->keys, keys[i], &set) && set) {
            check_fault(c, FAULT_WARNING, NULL, "the action needs %s, which is off", keys[i]);
            return;
        }
    }
}

void check_exceptions_action(const struct check *c)
{
    check_not_off(c, "InProcessFeatures:Exceptions:Enabled");
    check_artifact(c);
}

void check_stacks_action(const struct check *c)
{
    check_not_off(c, "InProcessFeatures:CallStacks:Enabled");
    check_artifact(c);
}

/* Calls `visit` with the path of each child of `name`, until it returns true; false when none did.
 */
static bool any_child(const struct check *c, const char *name,
                      bool (*visit)(const struct check *item, void *user), void *user)
{
    char prefix[MODEL_KEY_SIZE], path[MODEL_KEY_SIZE], last[MODEL_KEY_SIZE] = "";
    struct check item = {c->keys, c->faults, path};
    const struct config_entry *entry;

    (void)snprintf(prefix, sizeof prefix, "%s:%s", c->path, name);
    for (size_t left = config_keys_below(c->keys, prefix, &entry); left; left--, entry++) {
        const char *child = entry->key + strlen(prefix) + 1;
        (void)snprintf(path, sizeof path, "%s:%.*s", prefix, (int)strcspn(child, ":"), child);
        if (text_equal_nocase(path, last))
            continue;
        memcpy(last, path, sizeof last);
        if (visit(&item, user))
            return true;
    }
    return false;
}

static bool is_provider(const struct check *item, void *user)
{
    const char *name = check_member(item, "Name"), *want = user;

    return name && strcmp(name, want) == 0;
}

void check_trace(const struct check *c)
{
    bool providers = check_has_below(c, "Providers");
    bool event = check_has_below(c, "StoppingEvent");
    const char *profile = check_member(c, "Profile");
    const char *source = check_member(c, "StoppingEvent:ProviderName");

    if (profile && providers)
        check_fault(c, FAULT_ERROR, "Profile", "excludes Providers: remove one of them");
    if (profile && event)
        check_fault(c, FAULT_ERROR, "Profile",
                    "excludes StoppingEvent: name the providers in Providers instead");
    if (!profile && !providers)
        check_fault(c, FAULT_ERROR, NULL, "nothing to trace: set Profile or Providers");
    if (!profile && source && !any_child(c, "Providers", is_provider, (char *)(uintptr_t)source))
        check_fault(c, FAULT_ERROR, "StoppingEvent:ProviderName",
                    "'%.*s' is none of Providers: add it there (case matters)", LIMIT_CONFIG_SHOWN,
                    source);
    check_artifact(c);
}

/* The value at the path of the item is the name of a template of the map `user`. */
static bool check_template(const struct check *item, void *user)
{
    const struct config_entry *entry = config_keys_find(item->keys, item->path), *first;
    const char *map = user;
    char path[MODEL_KEY_SIZE];

    if (!entry || !entry->value[0])
        return false;
    (void)snprintf(path, sizeof path, "Templates:%s:%s", map, entry->value);
    if (!config_keys_below(item->keys, path, &first))
        check_fault(item, FAULT_ERROR, NULL,
                    "there is no template '%.*s': add Templates:%s:%.*s, or write the object here",
                    LIMIT_CONFIG_SHOWN, entry->value, map, LIMIT_CONFIG_SHOWN, entry->value);
    return false;
}

struct names {
    const char *items[64];
    size_t count;
};

static bool check_name(const struct check *item, void *user)
{
    struct names *names = user;
    const char *name = check_member(item, "Name");

    for (size_t i = 0; name && i < names->count; i++) {
        if (strcmp(names->items[i], name) == 0)
            check_fault(item, FAULT_ERROR, "Name",
                        "'%.*s' is the name of an earlier action: choose another",
                        LIMIT_CONFIG_SHOWN, name);
    }
    if (name && names->count < sizeof names->items / sizeof names->items[0])
        names->items[names->count++] = name;
    return false;
}

static void check_one_template(const struct check *c, const char *name, const char *map)
{
    char path[MODEL_KEY_SIZE], copy[64];
    struct check item = {c->keys, c->faults, path};

    (void)snprintf(path, sizeof path, "%s:%s", c->path, name);
    (void)snprintf(copy, sizeof copy, "%s", map);
    (void)check_template(&item, copy);
}

void check_rule(const struct check *c)
{
    struct names names = {0};
    char filters[] = "CollectionRuleFilters", actions[] = "CollectionRuleActions";

    check_one_template(c, "Trigger", "CollectionRuleTriggers");
    check_one_template(c, "Limits", "CollectionRuleLimits");
    (void)any_child(c, "Filters", check_template, filters);
    (void)any_child(c, "Actions", check_template, actions);
    (void)any_child(c, "Actions", check_name, &names);
}
