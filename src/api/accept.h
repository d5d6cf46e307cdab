/*
 * api/accept.h - which of its formats a route answers in (CONTRACT 1.5).
 *
 * The peer looks for a media type that is named exactly, in the route's order of preference, and
 * only then for one that a wider entry covers, in the same order. Quality values do not count.
 */
#pragma once

#include <stddef.h>

#include "src/http/exchange.h"

enum {
    ACCEPT_ABSENT = -1, /* no Accept header, or only blank ones */
    ACCEPT_NONE = -2,   /* none of the types is acceptable */
};

/* Index into `types` (up to NULL, lower case, without parameters), or one of the above. */
int accept_choose(const struct http_request *request, const char *const *types);
