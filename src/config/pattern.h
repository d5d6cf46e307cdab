/*
 * config/pattern.h - names by pattern: `*` is any run of characters, case does not count.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Is the whole of `name` (of `size` bytes) described by one of `patterns`, which have ';' between
 * them? Blanks around a pattern and empty patterns do not count. Takes time linear in the product
 * of both lengths at the worst. */
bool pattern_matches_any(const char *patterns, const char *name, size_t size);
