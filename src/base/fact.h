/*
 * base/fact.h - what may become known of an artifact while it is collected: "Events", 12.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct fact_kind {
    const char *name; /* "Events" */
    bool is_truth;    /* "true" or "false" rather than a number */
};

struct fact {
    const struct fact_kind *kind;
    bool known;
    uint64_t value;
};
