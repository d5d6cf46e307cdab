/*
 * profile/output.h - text and bytes on their way to whoever takes them, in pieces.
 *
 * After the first failure all writes are no-ops; the writer checks once, at output_end().
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct output {
    int (*write)(void *user, const void *data, size_t size); /* 0, or a negative errno: the last */
    void *user;
    int error;
    size_t size;
    char buffer[16 * 1024];
};

void output_init(struct output *o, int (*write)(void *, const void *, size_t), void *user);

/* Hands over what is buffered. Returns 0 or the first error. */
int output_end(struct output *o);

void output_put(struct output *o, const void *data, size_t size);
void output_str(struct output *o, const char *s);
void output_u64(struct output *o, uint64_t value);
__attribute__((format(printf, 2, 3))) void output_fmt(struct output *o, const char *fmt, ...);

/* Nanoseconds as milliseconds (shift 6) or microseconds (3), with no more digits than needed. */
void output_decimal(struct output *o, int64_t value, unsigned shift);

/* For a terminal, which obeys control characters: they become \xNN, and bytes that are no UTF-8
 * U+FFFD. */
void output_shown(struct output *o, const char *s);

/* "..." in JSON that is safe inside HTML too: < > & are escaped. Bytes that are no UTF-8 become
 * U+FFFD. */
void output_json(struct output *o, const char *s);
