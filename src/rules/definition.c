#include "src/rules/definition.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/cleanup.h"
#include "src/base/text.h"
#include "src/config/section.h"
#include "src/config/types.h"
#include "src/config/validate.h"
#include "src/rules/action.h"

#define RULES "CollectionRules"

enum { ACTION_COUNT = 5 };

/* What a rule is read from. */
struct source {
    const struct config_keys *keys;
    const struct config_faults *faults;
    struct text fault; /* what is wrong with the rule, so far */
};

static char *path_of(const char *parent, const char *child)
{
    char *path;

    return asprintf(&path, "%s:%s", parent, child) < 0 ? NULL : path;
}

/* Where the object at `path` is: there, or, when a name stands there, among the templates. Takes
 * `path`, which may be NULL. */
static char *resolve(const struct config_keys *keys, char *path, const char *templates)
{
    const struct config_entry *entry = path ? config_keys_find(keys, path) : NULL;
    char *resolved;

    if (!entry || !entry->value[0])
        return path;
    if (asprintf(&resolved, "Templates:%s:%s", templates, entry->value) < 0)
        resolved = NULL;
    free(path);
    return resolved;
}

static bool is_at_or_below(const char *key, const char *path)
{
    size_t size = strlen(path);

    return strncasecmp(key, path, size) == 0 && (!key[size] || key[size] == ':');
}

static void add_fault(struct source *s, const char *text)
{
    text_add_fmt(&s->fault, "%s%s", s->fault.size ? "; " : "", text);
}

/* What config/validate has found there. */
static void add_faults_of(struct source *s, const char *path)
{
    for (size_t i = 0; i < s->faults->count; i++) {
        const struct config_fault *f = &s->faults->items[i];
        if (f->kind != FAULT_ERROR || !is_at_or_below(f->key, path))
            continue;
        text_add_fmt(&s->fault, "%s%s: %s", s->fault.size ? "; " : "", f->key, f->text);
    }
}

/* An object of the rule; what is wrong with it in its template is wrong with the rule. */
static char *object_at(struct source *s, const char *rule, const char *member,
                       const char *templates)
{
    char *path = resolve(s->keys, path_of(rule, member), templates);

    if (path && !is_at_or_below(path, rule))
        add_faults_of(s, path);
    return path;
}

/* Calls `read` with each item of a list, or with its template, until it fails. */
static int each_item(struct source *s, struct definition *d, const char *rule, const char *list,
                     const char *templates,
                     int (*read)(struct source *s, struct definition *d, const char *path,
                                 struct error *err),
                     struct error *err)
{
    cleanup(free_str) char *path = path_of(rule, list);
    char name[LIMIT_CONFIG_KEY];
    struct section item;
    int r = path ? 0 : error_set(err, -ENOMEM, "rules");

    if (r < 0)
        return r;
    const struct section all = section_find(s->keys, path);
    const struct config_entry *at = section_first(&all);
    while (r == 0 && section_next(&all, &at, &item, name)) {
        cleanup(free_str) char *member = path_of(list, name);
        cleanup(free_str) char *place = member ? object_at(s, rule, member, templates) : NULL;
        r = place ? read(s, d, place, err) : error_set(err, -ENOMEM, "rules");
    }
    return r;
}

static int read_filter(struct source *s, struct definition *d, const char *path, struct error *err)
{
    return process_filters_add(&d->filters, s->keys, path, err);
}

static bool read_bool(const struct config_keys *keys, const char *path, const char *name)
{
    const char *text = config_keys_child(keys, path, name);
    bool value = false;

    return text && text_to_bool(text, &value) && value;
}

static int read_action(struct source *s, struct definition *d, const char *path, struct error *err)
{
    const char *name = config_keys_child(s->keys, path, "Name");
    const char *type = config_keys_child(s->keys, path, "Type");
    struct action_definition *items = realloc(d->actions, (d->action_count + 1) * sizeof *items);

    if (!items)
        return error_set(err, -ENOMEM, "rules");
    d->actions = items;
    struct action_definition *a = &items[d->action_count++];
    *a = (struct action_definition){.name = name && name[0] ? strdup(name) : NULL,
                                    .type_name = strdup(type ? type : ""),
                                    .settings = path_of(path, "Settings"),
                                    .wait = read_bool(s->keys, path, "WaitForCompletion")};
    if ((name && name[0] && !a->name) || !a->type_name || !a->settings)
        return error_set(err, -ENOMEM, "rules");
    a->type = action_type_find(a->type_name);
    return a->type ? 0 : error_set(err, -EINVAL, "there is no action '%s'", a->type_name);
}

static int read_trigger(struct source *s, struct definition *d, const char *rule, struct error *err)
{
    cleanup(free_str) char *path = object_at(s, rule, "Trigger", "CollectionRuleTriggers");
    cleanup(free_str) char *settings = path ? path_of(path, "Settings") : NULL;
    const char *type = path ? config_keys_child(s->keys, path, "Type") : NULL;

    d->trigger_name = strdup(type ? type : "");
    if (!settings || !d->trigger_name)
        return error_set(err, -ENOMEM, "rules");
    d->trigger = trigger_type_find(d->trigger_name);
    if (!d->trigger)
        return error_set(err, -EINVAL, "there is no trigger '%s'", d->trigger_name);
    if (!d->trigger->read)
        return 0;
    const struct section own = section_find(s->keys, settings);
    const struct section defaults = section_find(s->keys, "CollectionRuleDefaults:Triggers");
    return d->trigger->read(&own, &defaults, &d->trigger_settings, err);
}

/* Of the rule's own, else of the defaults. */
static int64_t read_limit(const struct source *s, const char *path, const char *name,
                          const struct value_type *type, int64_t fallback)
{
    const char *own = config_keys_child(s->keys, path, name);
    const char *common = config_keys_child(s->keys, "CollectionRuleDefaults:Limits", name);
    const char *text = own && own[0] ? own : common;
    struct value value;

    return text && text[0] && value_read(type, 0, 0, text, &value) ? value.integer : fallback;
}

static int read_limits(struct source *s, struct definition *d, const char *rule, struct error *err)
{
    cleanup(free_str) char *path = object_at(s, rule, "Limits", "CollectionRuleLimits");

    if (!path)
        return error_set(err, -ENOMEM, "rules");
    add_faults_of(s, "CollectionRuleDefaults:Limits");
    d->limit = read_limit(s, path, "ActionCount", &type_number, ACTION_COUNT);
    d->window = read_limit(s, path, "ActionCountSlidingWindowDuration", &type_timespan, 0);
    d->duration = read_limit(s, path, "RuleDuration", &type_timespan, 0);
    return 0;
}

/* A fault of the settings ends in d->fault; only lack of memory is an error. */
static int read_rule(struct source *s, struct definition *d, const char *name, struct error *err)
{
    cleanup(free_str) char *path = path_of(RULES, name);

    d->name = strdup(name);
    if (!path || !d->name)
        return error_set(err, -ENOMEM, "rules");
    s->fault = (struct text){0};
    add_faults_of(s, path);
    int r = read_limits(s, d, path, err);
    if (r == 0)
        r = each_item(s, d, path, "Filters", "CollectionRuleFilters", read_filter, err);
    if (r == 0)
        r = each_item(s, d, path, "Actions", "CollectionRuleActions", read_action, err);
    if (r == 0)
        r = read_trigger(s, d, path, err);
    if (r < 0 && r != -ENOMEM && !s->fault.size)
        add_fault(s, err->text);
    if (r == -ENOMEM || s->fault.failed) {
        text_deinit(&s->fault);
        return error_set(err, -ENOMEM, "rules");
    }
    if (s->fault.size)
        d->fault = text_take(&s->fault);
    text_deinit(&s->fault);
    return 0;
}

static int add_rule(struct definitions *all, struct source *s, const char *name, struct error *err)
{
    struct definition *items = realloc(all->items, (all->count + 1) * sizeof *items);

    if (!items)
        return error_set(err, -ENOMEM, "rules");
    all->items = items;
    items[all->count] = (struct definition){0};
    return read_rule(s, &items[all->count++], name, err);
}

int definitions_load(struct definitions *ret, const struct config_keys *keys, struct error *err)
{
    const struct section all = section_find(keys, RULES);
    const struct config_entry *at = section_first(&all);
    struct config_faults faults = {0};
    struct source source = {.keys = keys, .faults = &faults};
    char name[LIMIT_CONFIG_KEY];
    struct section rule;
    int r = 0;

    *ret = (struct definitions){0};
    if (section_has_children(&all))
        config_validate(keys, &faults);
    while (r == 0 && section_next(&all, &at, &rule, name)) {
        if (section_exists(&rule))
            r = add_rule(ret, &source, name, err);
    }
    config_faults_deinit(&faults);
    if (r < 0)
        definitions_deinit(ret);
    return r;
}

static void definition_deinit(struct definition *d)
{
    for (size_t i = 0; i < d->action_count; i++) {
        free(d->actions[i].name);
        free(d->actions[i].type_name);
        free(d->actions[i].settings);
    }
    if (d->trigger_settings)
        d->trigger->free_settings(d->trigger_settings);
    process_filters_deinit(&d->filters);
    free(d->actions);
    free(d->trigger_name);
    free(d->fault);
    free(d->name);
}

void definitions_deinit(struct definitions *d)
{
    for (size_t i = 0; i < d->count; i++)
        definition_deinit(&d->items[i]);
    free(d->items);
    *d = (struct definitions){0};
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

bool definitions_same_faults(const struct definitions *a, const struct definitions *b)
{
    for (size_t i = 0; i < a->count && a->count == b->count; i++) {
        if (!same_text(a->items[i].fault, b->items[i].fault))
            return false;
    }
    return a->count == b->count;
}
