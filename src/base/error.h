/*
 * base/error.h - an error is a code for the program and a text for the human.
 *
 * Functions that can fail return 0 or a negative errno (libuv's convention too) and take a
 * `struct error *err` last. On success `err` is untouched; on failure it is always filled. The text
 * names the cause and, where we know one, the cure. Codes become HTTP statuses in one table (api).
 */
#pragma once

#include <stddef.h>

enum {
    ERROR_TEXT_SIZE = 1024, /* createdump's own messages come in whole; longer ones are cut */
};

struct error {
    int code; /* negative errno */
    char text[ERROR_TEXT_SIZE];
};

/* Fills `err` and returns `code`, so that callers can write: return error_set(err, -EIO, ...). */
__attribute__((format(printf, 3, 4))) int error_set(struct error *err, int code, const char *fmt,
                                                    ...);

/* Puts "context: " before the text that is there already. Returns err->code. */
__attribute__((format(printf, 2, 3))) int error_prefix(struct error *err, const char *fmt, ...);

/* Puts `text` after the text that is there already. Returns err->code. */
__attribute__((format(printf, 2, 3))) int error_append(struct error *err, const char *fmt, ...);
