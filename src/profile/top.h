/*
 * profile/top.h - values per method: its own, and with all that it called.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/profile/profile.h"

struct top_method {
    uint32_t frame;
    uint64_t exclusive, inclusive; /* recursion counts once */
};

/* All frames of the kind's stacks, the heaviest first (equal ones by name). The caller frees the
 * list. False: out of memory. */
bool top_methods(const struct profile *p, enum profile_kind kind, bool inclusive,
                 struct top_method **ret_list, size_t *ret_count);
