/*
 * profile/names.h - texts kept once each, known by a number.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct names {
    char *bytes; /* NUL-ended texts, one after the other */
    size_t size, capacity, limit;
    uint32_t *slots; /* hash table: offset of a text + 1, 0 is free */
    size_t slot_count, count;
};

/* 0 is no limit but that of the numbers (4 GiB). */
void names_init(struct names *n, size_t limit);
void names_deinit(struct names *n);

enum { NAMES_NONE = UINT32_MAX };

/* The number of the text, which stays; NAMES_NONE when there is no memory or the limit is reached.
 */
uint32_t names_add(struct names *n, const char *text, size_t size);

/* NAMES_NONE: it is not there. */
uint32_t names_find(const struct names *n, const char *text, size_t size);

/* Valid until the next names_add(). */
static inline const char *names_get(const struct names *n, uint32_t number)
{
    return n->bytes + number;
}
