/*
 * base/text.h - a growing string, and strict number parsing.
 *
 * Running out of memory marks the text `failed`; later appends are no-ops and the owner checks
 * once.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
    char *data; /* NUL-terminated once anything was appended, else NULL */
    size_t size, capacity;
    bool failed;
};

void text_deinit(struct text *t);
/* Room for so many more bytes: for what is known to become large. */
void text_reserve(struct text *t, size_t more);
void text_add(struct text *t, const char *data, size_t size);
void text_add_str(struct text *t, const char *s);
__attribute__((format(printf, 2, 3))) void text_add_fmt(struct text *t, const char *fmt, ...);

/* Hands the string (never NULL unless failed) to the caller, who frees it. */
char *text_take(struct text *t);

/* The whole of `s` is a decimal number, sign allowed, no blanks. False otherwise or when out of
 * range. */
bool text_to_i64(const char *s, int64_t min, int64_t max, int64_t *ret);

/* .NET's bool spellings: true/false without case, blanks around them allowed. */
bool text_to_bool(const char *s, bool *ret);

bool text_equal_nocase(const char *a, const char *b);
