#include "src/rules/rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/cleanup.h"
#include "src/base/events.h"
#include "src/base/log.h"
#include "src/rules/action_execute.h"
#include "src/rules/process_rules.h"

struct rules {
    struct rules_context context;
    struct config_keys keys; /* what rules look at while they run */
    struct definitions definitions;
    struct registry *registry;
    struct registry_watcher watcher;
    struct list processes;
};

/* Sections that rules consist of: when one has changed, all begin anew. */
static const char *const own_sections[] = {"CollectionRules", "CollectionRuleDefaults",
                                           "Templates"};
/* What triggers and actions read besides. */
static const char *const other_sections[] = {"GlobalCounter", "Metrics"};

enum {
    OWN_SECTIONS = sizeof own_sections / sizeof own_sections[0],
    OTHER_SECTIONS = sizeof other_sections / sizeof other_sections[0],
};

static int copy_section(struct config_keys *to, const struct config_keys *from, const char *name,
                        struct error *err)
{
    const struct config_entry *entry;
    int r = 0;

    for (size_t left = config_keys_below(from, name, &entry); r == 0 && left; left--, entry++)
        r = config_keys_set(to, entry->key, entry->is_null ? NULL : entry->value,
                            entry->source->name, err);
    return r;
}

static int copy_sections(struct config_keys *to, const struct config_keys *from,
                         const char *const names[], size_t count, struct error *err)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < count; i++)
        r = copy_section(to, from, names[i], err);
    return r;
}

static struct process_rules *find(const struct rules *all, const struct target *t)
{
    list_each(p, &all->processes, struct process_rules, link)
    {
        if (p->target == t)
            return p;
    }
    return NULL;
}

/* Processes that cannot be followed go on without rules. */
static struct process_rules *follow(struct rules *all, struct target *t)
{
    struct process_rules *p =
        all->definitions.count ? process_rules_new(&all->context, &all->definitions, t) : NULL;

    if (p)
        list_append(&all->processes, &p->link);
    return p;
}

static void on_arrived(void *user, struct target *t)
{
    (void)follow(user, t);
}

/* Its rules begin when it has told who it is; it does not wait for that for ever. */
static void on_change(void *user, struct target *t)
{
    struct rules *all = user;
    struct process_rules *p = find(all, t);

    if (t->gone) {
        if (p)
            process_rules_end(p, ACTION_LEAVE);
        return;
    }
    if (!t->listed)
        return;
    if (!p && t->told)
        p = follow(all, t);
    if (p && t->told)
        process_rules_apply(p);
    else if (p)
        process_rules_release(p);
}

int rules_new(const struct rules_config *config, const struct config_keys *keys, struct rules **ret,
              struct error *err)
{
    struct rules *all = calloc(1, sizeof *all);

    if (!all)
        return error_set(err, -ENOMEM, "rules");
    all->context = (struct rules_context){.loop = config->loop,
                                          .keys = &all->keys,
                                          .feeds = config->feeds,
                                          .operations = config->operations,
                                          .egress = config->egress,
                                          .metrics = config->metrics};
    list_init(&all->context.programs);
    list_init(&all->processes);
    all->registry = config->registry;
    int r = copy_sections(&all->keys, keys, own_sections, OWN_SECTIONS, err);
    if (r == 0)
        r = copy_sections(&all->keys, keys, other_sections, OTHER_SECTIONS, err);
    if (r == 0)
        r = definitions_load(&all->definitions, keys, err);
    if (r < 0) {
        config_keys_deinit(&all->keys);
        free(all);
        return r;
    }
    all->watcher =
        (struct registry_watcher){.on_change = on_change, .on_arrived = on_arrived, .user = all};
    registry_watch(config->registry, &all->watcher);
    *ret = all;
    return 0;
}

static void end_all(struct rules *all, enum action_end how)
{
    while (!list_empty(&all->processes))
        process_rules_end(container_of(all->processes.next, struct process_rules, link), how);
}

void rules_free(struct rules *all)
{
    if (!all)
        return;
    registry_unwatch(&all->watcher);
    end_all(all, ACTION_CANCEL);
    action_execute_end_all(&all->context);
    definitions_deinit(&all->definitions);
    config_keys_deinit(&all->keys);
    free(all);
}

/* Do rules consist of the same? */
static int compare(const struct rules *all, const struct config_keys *keys, bool *ret_equal,
                   struct error *err)
{
    struct config_keys before = {0}, now = {0};
    int r = copy_sections(&before, &all->keys, own_sections, OWN_SECTIONS, err);

    if (r == 0)
        r = copy_sections(&now, keys, own_sections, OWN_SECTIONS, err);
    if (r == 0)
        *ret_equal = config_keys_equal(&before, &now);
    config_keys_deinit(&before);
    config_keys_deinit(&now);
    return r;
}

static void begin_anew(struct rules *all, struct definitions *definitions)
{
    log_write(&event_rules_changed, NULL, 0);
    end_all(all, ACTION_LEAVE);
    definitions_deinit(&all->definitions);
    all->definitions = *definitions;
    *definitions = (struct definitions){0};
    list_each(t, registry_targets(all->registry), struct target, link)
    {
        on_change(all, t);
    }
}

int rules_reload(struct rules *all, const struct config_keys *keys, struct error *err)
{
    struct definitions definitions = {0};
    struct config_keys own = {0};
    bool equal = true;

    if (!all)
        return 0;
    int r = compare(all, keys, &equal, err);
    if (r == 0)
        r = copy_sections(&own, keys, own_sections, OWN_SECTIONS, err);
    if (r == 0)
        r = copy_sections(&own, keys, other_sections, OTHER_SECTIONS, err);
    if (r == 0)
        r = definitions_load(&definitions, keys, err);
    if (r < 0) {
        config_keys_deinit(&own);
        return r;
    }
    config_keys_deinit(&all->keys);
    all->keys = own;
    if (!equal || !definitions_same_faults(&all->definitions, &definitions))
        begin_anew(all, &definitions);
    definitions_deinit(&definitions);
    return 0;
}

void rules_each(const struct rules *all, const struct target *t,
                void (*visit)(void *user, const struct rule *rule), void *user)
{
    const struct process_rules *p = all ? find(all, t) : NULL;

    for (size_t i = 0; p && i < p->definitions->count; i++) {
        if (p->rules[i])
            visit(user, p->rules[i]);
    }
}

const struct rule *rules_find(const struct rules *all, const struct target *t, const char *name)
{
    const struct process_rules *p = all ? find(all, t) : NULL;

    for (size_t i = 0; p && i < p->definitions->count; i++) {
        if (p->rules[i] && strcmp(rule_name(p->rules[i]), name) == 0)
            return p->rules[i];
    }
    return NULL;
}
