/*
 * support/golden.h - recorded answers of the peer (tests/data/golden/NAME.http).
 */
#pragma once

#include "tests/support/http.h"

struct golden {
    long status;
    const char *type;  /* Content-Type; NULL: none */
    const char *allow; /* Allow; NULL: none */
    const char *body;
};

/* False when the file is missing: that fails the test. Parts live until the test has ended. */
bool golden_load(const char *name, struct golden *ret_golden);

/*
 * NULL when `h` has the golden's status, media type and Allow, and: for an error answer the same
 * body byte for byte, for a JSON answer the same shape. Else what differs.
 */
const char *golden_difference(const char *name, const struct http *h);
