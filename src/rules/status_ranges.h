/*
 * rules/status_ranges.h - a set of HTTP status codes, given one by one and as ranges.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "src/base/error.h"

enum { STATUS_RANGES_END = 600 };

/* A zeroed one is empty. */
struct status_ranges {
    uint64_t bits[(STATUS_RANGES_END + 63) / 64];
};

/* "404", "500-599": from 100 to 599. -EINVAL: it is neither, or ends before it begins. */
int status_ranges_add(struct status_ranges *s, const char *text, struct error *err);

bool status_ranges_has(const struct status_ranges *s, int64_t status);
