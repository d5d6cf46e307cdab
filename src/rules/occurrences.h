/*
 * rules/occurrences.h - how often a rule has acted, and whether it may again (CONTRACT 19.6).
 *
 * Without a window a rule acts `limit` times in all; with one, `limit` times within it. Times are
 * of one clock of the caller's, in ms, and never go back.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct occurrences {
    uint64_t limit;
    int64_t window_ms; /* 0: none */
    uint64_t lifetime;
    int64_t *times; /* with a window: those within it, oldest first */
    size_t count, capacity;
};

void occurrences_deinit(struct occurrences *o);

/* The rule acts now. False: it is throttled (also when LIMIT_RULE_OCCURRENCES are in the window,
 * or there is no memory). */
bool occurrences_begin(struct occurrences *o, int64_t now_ms);

/* It has acted `limit` times, and there is no window: never again. */
bool occurrences_exhausted(const struct occurrences *o);

bool occurrences_throttled(const struct occurrences *o, int64_t now_ms);

/* In the window; without one, all. */
uint64_t occurrences_within(const struct occurrences *o, int64_t now_ms);

/* Until the oldest leaves the window, when the rule is throttled; else 0. */
int64_t occurrences_left_ms(const struct occurrences *o, int64_t now_ms);
