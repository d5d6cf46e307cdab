#include "src/config/keys.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char own_source[] = "DotnetMonitor_* environment";

void config_keys_deinit(struct config_keys *keys)
{
    for (size_t i = 0; i < keys->count; i++) {
        free(keys->entries[i].key);
        free(keys->entries[i].value);
    }
    free(keys->entries);
    *keys = (struct config_keys){0};
}

static bool is_number(const char *s, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (s[i] < '0' || s[i] > '9')
            return false;
    }
    return size > 0;
}

static int compare_numbers(const char *a, size_t a_size, const char *b, size_t b_size)
{
    for (; a_size > 1 && *a == '0'; a_size--)
        a++;
    for (; b_size > 1 && *b == '0'; b_size--)
        b++;
    return a_size != b_size ? (a_size > b_size) - (a_size < b_size) : memcmp(a, b, a_size);
}

/* One level of a key: nothing, then numbers by value, then names. */
static int compare_levels(const char *a, size_t a_size, const char *b, size_t b_size)
{
    bool a_number = is_number(a, a_size), b_number = is_number(b, b_size);

    if (a_number != b_number && a_size && b_size)
        return a_number ? -1 : 1;
    int r = a_number && b_number ? compare_numbers(a, a_size, b, b_size) : 0;
    if (r == 0) /* "01" is not "1" */
        r = strncasecmp(a, b, a_size < b_size ? a_size : b_size);
    return r ? r : (a_size > b_size) - (a_size < b_size);
}

static int compare_keys(const char *a, const char *b)
{
    for (;;) {
        size_t a_size = strcspn(a, ":"), b_size = strcspn(b, ":");
        int r = compare_levels(a, a_size, b, b_size);
        if (r || !a[a_size] || !b[b_size])
            return r ? r : (a[a_size] != '\0') - (b[b_size] != '\0');
        a += a_size + 1;
        b += b_size + 1;
    }
}

/* Where `key` is, or where it belongs. */
static size_t position(const struct config_keys *keys, const char *key)
{
    size_t low = 0, high = keys->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_keys(keys->entries[middle].key, key) < 0)
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
    size_t capacity = keys->capacity ? keys->capacity * 2 : 64;
    struct config_entry *entries = realloc(keys->entries, capacity * sizeof *entries);
    if (!entries)
        return -ENOMEM;
    keys->entries = entries;
    keys->capacity = capacity;
    return 0;
}

static int insert(struct config_keys *keys, size_t at, const char *key, char *value,
                  const char *source)
{
    char *copy = strdup(key);

    if (!copy || make_room(keys) < 0) {
        free(copy);
        return -ENOMEM;
    }
    struct config_entry *entry = keys->entries + at;
    memmove(entry + 1, entry, (keys->count - at) * sizeof *entry);
    *entry = (struct config_entry){copy, value, source};
    keys->count++;
    return 0;
}

int config_keys_set(struct config_keys *keys, const char *key, const char *value,
                    const char *source, struct error *err)
{
    if (key[0] == '\0')
        return error_set(err, -EINVAL, "%s: a configuration key is empty", source);
    char *copy = strdup(value);
    if (!copy)
        return error_set(err, -ENOMEM, "configuration key %s", key);

    size_t at = position(keys, key);
    if (is_at(keys, at, key)) {
        free(keys->entries[at].value);
        keys->entries[at].value = copy;
        keys->entries[at].source = source;
        return 0;
    }
    if (insert(keys, at, key, copy, source) < 0) {
        free(copy);
        return error_set(err, -ENOMEM, "configuration key %s", key);
    }
    return 0;
}

const struct config_entry *config_keys_find(const struct config_keys *keys, const char *key)
{
    size_t at = position(keys, key);

    return is_at(keys, at, key) ? &keys->entries[at] : NULL;
}

const char *config_keys_child(const struct config_keys *keys, const char *prefix, const char *name)
{
    char key[512];
    int n = snprintf(key, sizeof key, "%s:%s", prefix, name);
    const struct config_entry *entry =
        n > 0 && (size_t)n < sizeof key ? config_keys_find(keys, key) : NULL;

    return entry ? entry->value : NULL;
}

size_t config_keys_below(const struct config_keys *keys, const char *prefix,
                         const struct config_entry **ret_first)
{
    char key[512];
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

bool config_entry_is_ours(const struct config_entry *entry)
{
    return entry->source == own_source;
}

/* "A__B" is "A:B". `key` has room for the name: it can only shrink. */
static void key_from_name(const char *name, size_t size, char *key)
{
    size_t n = 0;

    for (size_t i = 0; i < size; i++) {
        if (name[i] == '_' && i + 1 < size && name[i + 1] == '_') {
            key[n++] = ':';
            i++;
        } else {
            key[n++] = name[i];
        }
    }
    key[n] = '\0';
}

static int add_layer(struct config_keys *keys, char *const *environment, const char *prefix,
                     const char *source, struct error *err)
{
    size_t skip = strlen(prefix);

    for (char *const *entry = environment; *entry; entry++) {
        const char *equals = strchr(*entry, '=');
        char key[512];
        if (!equals || strncasecmp(*entry, prefix, skip) != 0)
            continue;
        size_t size = (size_t)(equals - *entry);
        if (size <= skip || size - skip >= sizeof key)
            continue;
        key_from_name(*entry + skip, size - skip, key);
        int r = config_keys_set(keys, key, equals + 1, source, err);
        if (r < 0)
            return r;
    }
    return 0;
}

int config_keys_add_environment(struct config_keys *keys, char *const *environment,
                                struct error *err)
{
    static const struct {
        const char *prefix, *source;
    } layers[] = {
        {"DOTNET_", "DOTNET_* environment"},
        {"ASPNETCORE_", "ASPNETCORE_* environment"},
        {"", "environment"},
        {"DotnetMonitor_", own_source},
    };

    for (size_t i = 0; i < sizeof layers / sizeof layers[0]; i++) {
        int r = add_layer(keys, environment, layers[i].prefix, layers[i].source, err);
        if (r < 0)
            return r;
    }
    return 0;
}

const char *config_entry_origin(const struct config_entry *entry,
                                char buffer[static CONFIG_ORIGIN_SIZE])
{
    (void)snprintf(buffer, CONFIG_ORIGIN_SIZE, "%s", entry->source);
    return buffer;
}
