/*
 * cli/arguments.h - the arguments of commands on files: words, and options from a table.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "src/base/error.h"

struct argument {
    const char *name;       /* "--format" */
    const char *short_name; /* "-o", or NULL */
    const char **value;     /* takes a value, as the next word or behind "=" ... */
    bool *flag;             /* ... or is one */
};

/* Fills words[0..*count) with what is no option; more than `capacity` are an error, and so are
 * unknown options. "-" is a word; behind "--" all are. 0 or -EINVAL. */
int arguments_parse(int argc, char **argv, const struct argument *table, size_t table_size,
                    const char **words, size_t capacity, size_t *count, struct error *err);
