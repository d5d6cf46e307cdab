/*
 * config/section.h - the flat keys seen as a tree: a section is a key with all that is below it.
 */
#pragma once

#include "src/base/limits.h"
#include "src/config/keys.h"

/* Its entries stand side by side; borrowed from the keys, which do not change meanwhile. */
struct section {
    const struct config_entry *first, *end;
    size_t key_size;
};

/* The section of this key; one that is not there is empty. */
struct section section_find(const struct config_keys *keys, const char *key);

/* Its own value (perhaps taken away); NULL: it has none. */
const struct config_entry *section_value(const struct section *section);

/* The first entry below it, for section_next(). */
const struct config_entry *section_first(const struct section *section);
bool section_has_children(const struct section *section);

/* .NET's word for it: it has a value or children. */
bool section_exists(const struct section *section);

/* The next child from `*at` on, which then is behind it. Its name is spelled as by the highest
 * source. Returns `name`, or NULL when there are no more. */
const char *section_next(const struct section *section, const struct config_entry **at,
                         struct section *ret_child, char name[static LIMIT_CONFIG_KEY]);

/* The child of this name, without regard to case. False: there is none. */
bool section_child(const struct section *section, const char *name, struct section *ret_child);

/* The child's own value; NULL: none, taken away, or empty. */
const char *section_text(const struct section *section, const char *name);

/* Are the children 0, 1, 2... without a gap? */
bool section_is_list(const struct section *section);
