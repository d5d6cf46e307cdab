#include "src/config/section.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool is_in(const char *key, const char *prefix, size_t size)
{
    return strncasecmp(key, prefix, size) == 0 && (key[size] == '\0' || key[size] == ':');
}

struct section section_find(const struct config_keys *keys, const char *key)
{
    struct section found = {.key_size = strlen(key)};
    const struct config_entry *below;
    size_t count = config_keys_below(keys, key, &below);
    const struct config_entry *self = config_keys_entry(keys, key);

    found.first = self ? self : below;
    found.end = count ? below + count : self ? self + 1 : NULL;
    return found;
}

const struct config_entry *section_value(const struct section *section)
{
    return section->first < section->end && !section->first->key[section->key_size] ? section->first
                                                                                    : NULL;
}

const struct config_entry *section_first(const struct section *section)
{
    return section_value(section) ? section->first + 1 : section->first;
}

bool section_has_children(const struct section *section)
{
    return section_first(section) < section->end;
}

bool section_exists(const struct section *section)
{
    const struct config_entry *own = section_value(section);

    return (own && !own->is_null) || section_has_children(section);
}

const char *section_next(const struct section *section, const struct config_entry **at,
                         struct section *ret_child, char name[static LIMIT_CONFIG_KEY])
{
    if (*at >= section->end)
        return NULL;
    size_t skip = section->key_size + 1;
    size_t size = skip + strcspn((*at)->key + skip, ":");
    const struct config_entry *best = *at;

    *ret_child = (struct section){.first = *at, .key_size = size};
    for (; *at < section->end && is_in((*at)->key, best->key, size); (*at)++) {
        if ((*at)->shown->rank > best->shown->rank)
            best = *at;
    }
    ret_child->end = *at;
    (void)snprintf(name, LIMIT_CONFIG_KEY, "%.*s", (int)(size - skip), best->key + skip);
    return name;
}

bool section_child(const struct section *section, const char *name, struct section *ret_child)
{
    const struct config_entry *at = section_first(section);
    char child[LIMIT_CONFIG_KEY];

    while (section_next(section, &at, ret_child, child)) {
        if (strcasecmp(child, name) == 0)
            return true;
    }
    return false;
}

const char *section_text(const struct section *section, const char *name)
{
    struct section child;
    const struct config_entry *own =
        section_child(section, name, &child) ? section_value(&child) : NULL;

    return own && own->value[0] ? own->value : NULL;
}

bool section_is_list(const struct section *section)
{
    const struct config_entry *at = section_first(section);
    char name[LIMIT_CONFIG_KEY], want[24];
    struct section child;

    for (size_t i = 0; section_next(section, &at, &child, name); i++) {
        (void)snprintf(want, sizeof want, "%zu", i);
        if (strcmp(name, want) != 0)
            return false;
    }
    return true;
}
