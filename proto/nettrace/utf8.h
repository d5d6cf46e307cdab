/*
 * nettrace/utf8.h - the strings of v6: varint length in bytes, UTF-8.
 */
#pragma once

#include <stddef.h>

#include "proto/wire/cursor.h"

/* The next string's bytes, not terminated and not checked; an empty bad cursor if it is cut. */
struct cursor utf8_take(struct cursor *in);

/*
 * As utf16_to_utf8(): at most `capacity` bytes including the NUL, only whole characters; a byte
 * that starts no valid sequence, and a NUL, become U+FFFD. Returns the length of the whole text,
 * never more than 3 * size; cut if that is >= capacity.
 */
size_t utf8_to_text(const uint8_t *bytes, size_t size, char *text, size_t capacity);
