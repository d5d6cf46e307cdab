#include "src/config/keys.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/limits.h"
#include "src/config/key_order.h"

static void free_source(struct config_source *source)
{
    free(source->name);
    free(source->provider);
    free(source);
}

void config_keys_deinit(struct config_keys *keys)
{
    for (size_t i = 0; i < keys->count; i++) {
        free(keys->entries[i].key);
        free(keys->entries[i].value);
    }
    for (size_t i = 0; i < keys->source_count; i++)
        free_source(keys->sources[i]);
    free(keys->entries);
    free(keys->sources);
    *keys = (struct config_keys){0};
}

static int append_source(struct config_keys *keys, struct config_source *source)
{
    struct config_source **sources =
        realloc(keys->sources, (keys->source_count + 1) * sizeof(struct config_source *));

    if (!sources)
        return -ENOMEM;
    keys->sources = sources;
    source->rank = keys->source_count;
    sources[keys->source_count++] = source;
    return 0;
}

const struct config_source *config_keys_add_source(struct config_keys *keys, const char *name,
                                                   const char *provider, bool ours,
                                                   struct error *err)
{
    struct config_source *source = calloc(1, sizeof *source);

    if (source) {
        source->name = strdup(name);
        source->provider = strdup(provider);
        source->ours = ours;
    }
    if (source && source->name && source->provider && append_source(keys, source) == 0)
        return source;
    if (source)
        free_source(source);
    (void)error_set(err, -ENOMEM, "%s", name);
    return NULL;
}

/* Where `key` is, or where it belongs. */
static size_t position(const struct config_keys *keys, const char *key)
{
    size_t low = 0, high = keys->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (key_order_compare(keys->entries[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_at(const struct config_keys *keys, size_t at, const char *key)
{
    return at < keys->count && strcasecmp(keys->entries[at].key, key) == 0;
}

static int make_room(struct config_keys *keys)
{
    if (keys->count < keys->capacity)
        return 0;
    if (keys->count >= LIMIT_CONFIG_KEYS)
        return -E2BIG;
    size_t capacity = keys->capacity ? keys->capacity * 2 : 64;
    struct config_entry *entries = realloc(keys->entries, capacity * sizeof *entries);
    if (!entries)
        return -ENOMEM;
    keys->entries = entries;
    keys->capacity = capacity;
    return 0;
}

/* Takes the strings of `entry`. */
static int place(struct config_keys *keys, const struct config_entry *entry)
{
    size_t at = position(keys, entry->key);
    struct config_entry *there = keys->entries ? keys->entries + at : NULL;

    if (is_at(keys, at, entry->key)) {
        free(there->key); /* the name is spelled as the highest source does */
        free(there->value);
        *there = *entry;
        return 0;
    }
    int r = make_room(keys);
    if (r < 0)
        return r;
    there = keys->entries + at;
    memmove(there + 1, there, (keys->count - at) * sizeof *there);
    *there = *entry;
    keys->count++;
    return 0;
}

/* Longer or deeper than anything that is ever looked up. */
static bool is_too_long(const char *key)
{
    size_t levels = 1;

    for (const char *c = key; *c; c++)
        levels += *c == ':';
    return strlen(key) >= LIMIT_CONFIG_KEY || levels > LIMIT_CONFIG_LEVELS;
}

int config_keys_put(struct config_keys *keys, const char *key, const char *value,
                    const struct config_source *source, unsigned line, struct error *err)
{
    if (key[0] == '\0')
        return error_set(err, -EINVAL, "%s: a configuration key is empty", source->name);
    if (is_too_long(key))
        return error_set(err, -ENAMETOOLONG,
                         "%s: a configuration key has more than %d bytes or %d levels",
                         source->name, LIMIT_CONFIG_KEY - 1, LIMIT_CONFIG_LEVELS);
    struct config_entry entry = {
        .key = strdup(key),
        .value = strdup(value ? value : ""),
        .is_null = !value,
        .line = line,
        .source = source,
        .shown = source,
    };
    int r = entry.key && entry.value ? place(keys, &entry) : -ENOMEM;
    if (r == 0)
        return 0;
    free(entry.key);
    free(entry.value);
    if (r == -E2BIG)
        return error_set(err, r, "%s: there are more than %d settings", source->name,
                         LIMIT_CONFIG_KEYS);
    return error_set(err, r, "configuration key %s", key);
}

int config_keys_set(struct config_keys *keys, const char *key, const char *value,
                    const char *source, struct error *err)
{
    const struct config_source *found = NULL;

    for (size_t i = 0; i < keys->source_count; i++) {
        if (strcmp(keys->sources[i]->name, source) == 0)
            found = keys->sources[i];
    }
    if (!found)
        found = config_keys_add_source(keys, source, source, false, err);
    return found ? config_keys_put(keys, key, value, found, 0, err) : err->code;
}

int config_keys_merge(struct config_keys *keys, const struct config_keys *from, struct error *err)
{
    size_t base = keys->source_count;

    for (size_t i = 0; i < from->source_count; i++) {
        const struct config_source *s = from->sources[i];
        if (!config_keys_add_source(keys, s->name, s->provider, s->ours, err))
            return err->code;
    }
    for (size_t i = 0; i < from->count; i++) {
        const struct config_entry *e = &from->entries[i];
        int r = config_keys_put(keys, e->key, e->is_null ? NULL : e->value,
                                keys->sources[base + e->source->rank], e->line, err);
        if (r < 0)
            return r;
    }
    return 0;
}

struct config_entry *config_keys_entry(const struct config_keys *keys, const char *key)
{
    size_t at = position(keys, key);

    return is_at(keys, at, key) ? &keys->entries[at] : NULL;
}

const struct config_entry *config_keys_find(const struct config_keys *keys, const char *key)
{
    const struct config_entry *entry = config_keys_entry(keys, key);

    return entry && !entry->is_null ? entry : NULL;
}

const char *config_keys_child(const struct config_keys *keys, const char *prefix, const char *name)
{
    char key[LIMIT_CONFIG_KEY];
    int n = snprintf(key, sizeof key, "%s:%s", prefix, name);
    const struct config_entry *entry =
        n > 0 && (size_t)n < sizeof key ? config_keys_find(keys, key) : NULL;

    return entry ? entry->value : NULL;
}

size_t config_keys_below(const struct config_keys *keys, const char *prefix,
                         const struct config_entry **ret_first)
{
    char key[LIMIT_CONFIG_KEY];
    int n = snprintf(key, sizeof key, "%s:", prefix);

    *ret_first = NULL;
    if (n < 0 || (size_t)n >= sizeof key)
        return 0;
    size_t first = position(keys, key), end = first;
    while (end < keys->count && strncasecmp(keys->entries[end].key, key, (size_t)n) == 0)
        end++;
    if (end > first)
        *ret_first = &keys->entries[first];
    return end - first;
}

bool config_keys_equal(const struct config_keys *a, const struct config_keys *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        const struct config_entry *x = &a->entries[i], *y = &b->entries[i];
        if (x->is_null != y->is_null || strcasecmp(x->key, y->key) != 0 ||
            strcmp(x->value, y->value) != 0)
            return false;
    }
    return true;
}

bool config_entry_is_ours(const struct config_entry *entry)
{
    return entry->source->ours;
}

const char *config_entry_origin(const struct config_entry *entry,
                                char buffer[static CONFIG_ORIGIN_SIZE])
{
    if (entry->line)
        (void)snprintf(buffer, CONFIG_ORIGIN_SIZE, "%s:%u", entry->source->name, entry->line);
    else
        (void)snprintf(buffer, CONFIG_ORIGIN_SIZE, "%s", entry->source->name);
    return buffer;
}
