/*
 * otlp/pairs.h - `name=value,name=value` with percent-encoded values, as OTEL_RESOURCE_ATTRIBUTES
 * and OTEL_EXPORTER_OTLP_HEADERS have them.
 */
#pragma once

#include <stddef.h>

#include "src/base/error.h"

struct pair {
    char *name, *value;
};

struct pairs {
    struct pair *items;
    size_t count;
};

/* Blanks around names and values do not count; of equal names the last wins. -EINVAL for a part
 * without '=' or name, for a '%' without two digits, and for one that stands for NUL. */
int pairs_parse(const char *text, struct pairs *ret, struct error *err);
void pairs_deinit(struct pairs *p);

/* NULL: not there. */
const char *pairs_find(const struct pairs *p, const char *name);
