/*
 * gcdump/limits.h - bounds on what a file may ask of us. Counts and sizes in it are claims.
 */
#pragma once

enum {
    GCDUMP_TEXT = 1024 * 1024, /* one name; more than that of any real type. Longer texts that
                                  nobody needs (the log of the collection) are skipped */
    GCDUMP_KEPT = 255,         /* bytes kept of a machine's, process' or tool's name */
    GCDUMP_PIECE = 64 * 1024,  /* what the writer hands over at once */
};
