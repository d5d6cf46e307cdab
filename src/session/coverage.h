/*
 * session/coverage.h - does a session that was asked for one thing give another too?
 *
 * Arguments are compared as text: what they mean is the event source's affair.
 */
#pragma once

#include <stdbool.h>

#include "proto/wire/arena.h"
#include "src/base/error.h"
#include "src/session/feed.h"

/* Everything that a session of `need` sends, one of `have` sends as well, and its buffer in the
 * target is no smaller. */
bool coverage_has(const struct feed_need *have, const struct feed_need *need);

/* A need that owns all it points to. */
struct coverage {
    struct feed_need need;
    struct arena memory;
};

int coverage_init(struct coverage *c, const struct feed_need *need, struct error *err);
void coverage_deinit(struct coverage *c);
