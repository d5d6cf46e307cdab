#include "src/config/validate.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "src/base/limits.h"
#include "src/config/checks.h"
#include "src/config/model.h"
#include "src/config/suggest.h"

struct walk {
    const struct config_keys *keys;
    struct config_faults *faults;
};

/* Neighbours in the sorted keys that have a beginning in common. */
struct span {
    const struct config_entry *first;
    size_t count;
};

static void walk_place(const struct walk *w, const struct place *p, struct span s);

static bool is_ours(struct span s)
{
    for (size_t i = 0; i < s.count; i++) {
        if (config_entry_is_ours(&s.first[i]))
            return true;
    }
    return false;
}

static void add(const struct walk *w, enum fault_kind kind, const char *path, const char *text)
{
    char origin[CONFIG_ORIGIN_SIZE];

    config_faults_add(w->faults, kind, path, config_origin_near(w->keys, path, origin), "%s", text);
}

static void add_value_fault(const struct walk *w, const struct place *p,
                            const struct config_entry *entry)
{
    char origin[CONFIG_ORIGIN_SIZE], expected[EXPECTATION_SIZE];
    const struct key_row *row = p->row;

    (void)value_expectation(p->type, row->min, row->max, expected);
    (void)config_entry_origin(entry, origin);
    if (p->flags & OPTION_SECRET)
        config_faults_add(w->faults, FAULT_ERROR, entry->key, origin,
                          "the value (not shown) is not %s", expected);
    else
        config_faults_add(w->faults, FAULT_ERROR, entry->key, origin, "'%.*s' is not %s",
                          LIMIT_CONFIG_SHOWN, entry->value, expected);
}

static void check_value(const struct walk *w, const struct place *p,
                        const struct config_entry *entry)
{
    const struct value_type *type = place_type(p);
    struct value ignored;

    if (type && !(type->empty_is_unset && !entry->value[0]) &&
        !value_read(type, p->row->min, p->row->max, entry->value, &ignored))
        add_value_fault(w, p, entry);
    if (!type && entry->value[0] && config_entry_is_ours(entry))
        add(w, FAULT_WARNING, entry->key,
            "is a group of keys: a value of its own has no effect, set the keys below it");
}

static void offer(const struct place *member, const char *name, void *user)
{
    (void)member;
    suggestion_offer(user, name);
}

static void add_unknown(const struct walk *w, const struct place *p, const char *name, size_t size,
                        struct span s)
{
    char path[MODEL_KEY_SIZE], origin[CONFIG_ORIGIN_SIZE];
    struct suggestion near;

    if (!is_ours(s))
        return;
    suggestion_init(&near, name, size);
    model_members(p, offer, &near);
    (void)snprintf(path, sizeof path, "%.*s", (int)(name - s.first->key + (ptrdiff_t)size),
                   s.first->key);
    (void)config_entry_origin(s.first, origin);
    config_faults_add(w->faults, FAULT_UNKNOWN, path, origin,
                      near.name[0] ? "there is no such key; '%s' is meant?"
                                   : "there is no such key%s",
                      near.name);
}

/* Takes the entries of the next child off `s`: same name at the level that begins at `depth`. */
static struct span take_child(struct span *s, size_t depth, size_t *ret_size)
{
    const char *name = s->first->key + depth;
    size_t size = strcspn(name, ":"), n = 1;

    while (n < s->count) {
        const char *other = s->first[n].key + depth;
        if (strcspn(other, ":") != size || strncasecmp(name, other, size) != 0)
            break;
        n++;
    }
    struct span child = {s->first, n};
    s->first += n;
    s->count -= n;
    *ret_size = size;
    return child;
}

static void walk_children(const struct walk *w, const struct place *p, struct span s);

/* The shape of Settings, by the Type beside it. False when there is nothing to look at. */
static bool settle_variant(const struct walk *w, const struct place *parent, struct place *p)
{
    const char *type = config_keys_child(w->keys, parent->path, "Type");
    struct suggestion near;
    char text[160], path[MODEL_KEY_SIZE];

    if (!type || !type[0])
        return false; /* told as a missing member */
    if (model_variant(p->row, type, &p->shape))
        return p->shape != NULL;
    suggestion_init(&near, type, strlen(type));
    for (const struct key_variant *v = p->row->variants; v->type; v++)
        suggestion_offer(&near, v->type);
    (void)snprintf(path, sizeof path, "%s:Type", parent->path);
    (void)snprintf(text, sizeof text,
                   near.name[0] ? "'%.*s' is no known type; '%s' is meant?"
                                : "'%.*s' is no known type%s",
                   64, type, near.name);
    add(w, FAULT_ERROR, path, text);
    return false;
}

/* Members that must be there, and settings that have such members even when nothing is set. */
static void check_absent(const struct walk *w, const struct place *p)
{
    for (size_t i = 0; i < p->shape->count; i++) {
        const struct key_row *row = &p->shape->rows[i];
        struct place member;
        const struct config_entry *first;
        if (!model_child(p, row->key, strlen(row->key), &member))
            continue;
        const char *value = config_keys_child(w->keys, p->path, row->key);
        bool below = config_keys_below(w->keys, member.path, &first) > 0;
        if (row->flags & OPTION_REQUIRED && !below && (!value || !value[0]))
            add(w, FAULT_ERROR, member.path, "is missing: set it");
        if (row->variants && !below && settle_variant(w, p, &member))
            walk_children(w, &member, (struct span){0});
    }
}

static void walk_members(const struct walk *w, const struct place *p, struct span s)
{
    size_t depth = p->path[0] ? strlen(p->path) + 1 : 0, size;

    while (s.count) {
        struct place child;
        struct span group = take_child(&s, depth, &size);
        const char *name = group.first->key + depth;
        if (!model_child(p, name, size, &child))
            add_unknown(w, p, name, size, group);
        else if (!child.row || !child.row->variants || settle_variant(w, p, &child))
            walk_place(w, &child, group);
    }
}

/* What is below a place, and what should be. */
static void walk_children(const struct walk *w, const struct place *p, struct span s)
{
    bool holds_items = p->count != KEY_ONE && !p->is_item;
    struct check check = {w->keys, w->faults, p->path};

    walk_members(w, p, s);
    if (!p->shape || holds_items)
        return;
    check_absent(w, p);
    if (p->shape->check)
        p->shape->check(&check);
}

/* `s`: the entries at the place and below it. */
static void walk_place(const struct walk *w, const struct place *p, struct span s)
{
    bool own = strlen(s.first->key) == strlen(p->path);
    /* {} with a name is there all the same: a rule that lacks everything. */
    bool is_empty_item = own && p->is_item && p->row->count == KEY_MAP && !s.first->value[0];

    if (p->row && p->row->flags & OPTION_LATER && !p->is_item && is_ours(s))
        add(w, FAULT_LATER, p->path, "accepted, without effect in this version");
    if (p->is_free)
        return;
    if (own) {
        /* Found or not: a higher source can take a value away, and then it is not set. An item is.
         */
        if (p->is_item || config_keys_find(w->keys, s.first->key))
            check_value(w, p, s.first);
        if (s.first->value[0] && place_type(p) == &type_template)
            return; /* the name wins over members */
        s.first++;
        s.count--;
    }
    if (s.count || (p->shape && (!own || is_empty_item)))
        walk_children(w, p, s);
}

void config_validate(const struct config_keys *keys, struct config_faults *faults)
{
    struct walk w = {keys, faults};
    struct place root = model_root();

    walk_members(&w, &root, (struct span){keys->entries, keys->count});
}

int config_validate_print(const struct config_keys *keys, FILE *out)
{
    struct config_faults faults = {0};

    config_validate(keys, &faults);
    config_faults_print(&faults, out);
    size_t errors = faults.kinds[FAULT_ERROR];
    size_t warnings = faults.kinds[FAULT_WARNING] + faults.kinds[FAULT_UNKNOWN];
    (void)fprintf(out, "%zu error%s, %zu warning%s\n", errors, errors == 1 ? "" : "s", warnings,
                  warnings == 1 ? "" : "s");
    config_faults_deinit(&faults);
    return errors ? 1 : 0;
}
