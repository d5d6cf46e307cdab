/*
 * profile/gzip.h - an output whose bytes go on compressed.
 */
#pragma once

#include <stdbool.h>
#include <zlib.h>

#include "src/profile/output.h"

struct gzip {
    z_stream z;
    struct output in;   /* write here */
    struct output *out; /* where it goes; borrowed */
    bool failed;
};

/* False: out of memory. */
bool gzip_init(struct gzip *g, struct output *out);

/* Ends the stream and frees what init took. False: out of memory on the way. */
bool gzip_end(struct gzip *g);
