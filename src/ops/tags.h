/*
 * ops/tags.h - the words a client pins to an operation, to find it again.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "src/base/error.h"

/* Splits "a,b": case matters, blanks stay, empty ones are dropped, doubles count once. NULL gives
 * none. -E2BIG beyond LIMIT_TAGS. */
int tags_split(const char *text, char ***ret, size_t *ret_count, struct error *err);
void tags_free(char **tags, size_t count);

/* Are all of `wanted` among `have`? */
bool tags_include(char *const *have, size_t have_count, char *const *wanted, size_t wanted_count);
