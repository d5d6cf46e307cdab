#include "src/config/process_filter.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"

static const char *const key_names[PROCESS_KEY_COUNT] = {
    [PROCESS_KEY_ID] = "ProcessId",
    [PROCESS_KEY_NAME] = "ProcessName",
    [PROCESS_KEY_COMMAND_LINE] = "CommandLine",
    [PROCESS_KEY_ENTRY_ASSEMBLY] = "ManagedEntryPointAssemblyName",
};

static bool is_blank(const char *s)
{
    return !s || s[strspn(s, " \t")] == '\0';
}

/* A name of an enum, or its number, as .NET takes it; an empty value is one that is not set. */
static bool match_from_text(const char *s, bool *ret_contains)
{
    bool exact = !s || !s[0] || text_equal_nocase(s, "Exact") || strcmp(s, "0") == 0;

    *ret_contains = !exact && (text_equal_nocase(s, "Contains") || strcmp(s, "1") == 0);
    return exact || *ret_contains;
}

/* .NET takes enum values by name or by number. */
static bool key_from_text(const char *s, enum process_key *ret)
{
    for (unsigned k = 0; k < PROCESS_KEY_COUNT; k++) {
        char number[16];
        (void)snprintf(number, sizeof number, "%u", k);
        if (text_equal_nocase(s, key_names[k]) || strcmp(s, number) == 0) {
            *ret = (enum process_key)k;
            return true;
        }
    }
    return false;
}

/* Short form: the first of the four keys that is there and not blank. */
static const char *short_form(const struct config_keys *keys, const char *item,
                              enum process_key *ret_key)
{
    for (unsigned k = 0; k < PROCESS_KEY_COUNT; k++) {
        const char *value = config_keys_child(keys, item, key_names[k]);
        if (!is_blank(value)) {
            *ret_key = (enum process_key)k;
            return value;
        }
    }
    return NULL;
}

static int load_one(struct process_filter *f, const struct config_keys *keys, const char *item,
                    struct error *err)
{
    enum process_key key = PROCESS_KEY_ID;
    const char *match = config_keys_child(keys, item, "MatchType");
    const char *value = short_form(keys, item, &key);

    if (!value) {
        const char *name = config_keys_child(keys, item, "Key");
        value = config_keys_child(keys, item, "Value");
        if (name && name[0] && !key_from_text(name, &key))
            return error_set(err, -EINVAL,
                             "%s:Key: '%s' is none of ProcessId, ProcessName, CommandLine, "
                             "ManagedEntryPointAssemblyName",
                             item, name);
    }
    if (is_blank(value))
        return error_set(err, -EINVAL, "%s: a process filter needs a value", item);
    if (!match_from_text(match, &f->contains))
        return error_set(err, -EINVAL, "%s:MatchType: '%s' is neither Exact nor Contains", item,
                         match);
    f->key = key;
    f->contains = f->contains && key != PROCESS_KEY_ID;
    f->value = strdup(value);
    return f->value ? 0 : error_set(err, -ENOMEM, "%s", item);
}

int process_filters_add(struct process_filters *f, const struct config_keys *keys, const char *item,
                        struct error *err)
{
    struct process_filter *items = realloc(f->items, (f->count + 1) * sizeof *items);

    if (!items)
        return error_set(err, -ENOMEM, "%s", item);
    f->items = items;
    int r = load_one(&items[f->count], keys, item, err);
    if (r == 0)
        f->count++;
    return r;
}

int process_filters_load(struct process_filters *f, const struct config_keys *keys,
                         const char *prefix, struct error *err)
{
    struct process_filters loaded = {0};
    char item[512], last[512] = "";
    const struct config_entry *entry;
    size_t left = config_keys_below(keys, prefix, &entry);
    int r = 0;

    for (; r == 0 && left; left--, entry++) {
        const char *name = entry->key + strlen(prefix) + 1;
        (void)snprintf(item, sizeof item, "%s:%.*s", prefix, (int)strcspn(name, ":"), name);
        if (text_equal_nocase(item, last))
            continue;
        memcpy(last, item, sizeof last);
        r = process_filters_add(&loaded, keys, item, err);
    }
    if (r < 0)
        process_filters_deinit(&loaded);
    else
        *f = loaded;
    return r;
}

void process_filters_deinit(struct process_filters *f)
{
    for (size_t i = 0; i < f->count; i++)
        free(f->items[i].value);
    free(f->items);
    free(f->fault);
    *f = (struct process_filters){0};
}

bool process_filters_match(const struct process_filters *f, const struct process_identity *p)
{
    for (size_t i = 0; i < f->count; i++) {
        const char *text = p->text[f->items[i].key];
        bool match = f->items[i].contains ? strcasestr(text, f->items[i].value) != NULL
                                          : text_equal_nocase(text, f->items[i].value);
        if (!match)
            return false;
    }
    return true;
}
