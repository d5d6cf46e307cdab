/*
 * config/suggest.h - which known name someone meant who wrote another.
 */
#pragma once

#include <stddef.h>

struct suggestion {
    const char *written;
    size_t written_size;
    char name[64]; /* the nearest so far; "" when none is near enough */
    size_t distance;
};

/* `written` is borrowed. */
void suggestion_init(struct suggestion *s, const char *written, size_t size);

/* Takes `name` when it is nearer (without case) than the one before: at most a third of the letters
 * may differ. */
void suggestion_offer(struct suggestion *s, const char *name);
