/*
 * rules/path_glob.h - which paths of requests are meant: patterns of a rule (CONTRACT 19.2).
 *
 * A pattern describes the whole path; letters of ASCII match in both cases (paths come escaped, so
 * there are no others). A star is any run of characters without a slash; two stars and a slash are
 * any number of segments, also none. Three stars are refused. The time is at worst that of path
 * times pattern.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "src/base/error.h"

struct path_glob; /* one pattern */

/* Those that a path must, and must not, be described by. A zeroed one means every path. */
struct path_globs {
    struct path_glob *include, *exclude;
    size_t include_count, exclude_count;
};

void path_globs_deinit(struct path_globs *g);

/* -EINVAL: three stars; -E2BIG: too long, or too many; -ENOMEM. */
int path_globs_include(struct path_globs *g, const char *pattern, struct error *err);
int path_globs_exclude(struct path_globs *g, const char *pattern, struct error *err);

/* Every path is meant: nobody needs to look. */
bool path_globs_is_all(const struct path_globs *g);

/* Excluded beats included; nothing to include is everything. */
bool path_globs_match(const struct path_globs *g, const char *path);
