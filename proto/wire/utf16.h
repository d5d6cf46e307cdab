/*
 * wire/utf16.h - UTF-16LE on the wire, UTF-8 in memory.
 *
 * What cannot be converted becomes U+FFFD: an unpaired surrogate one; invalid UTF-8 one for each
 * byte that starts no valid sequence. A NUL inside a string becomes U+FFFD too, so that nothing
 * behind it is lost from sight and the text stays a C string.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/wire/cursor.h"

struct arena;

/*
 * Converts `count` units (2 * count bytes at `units`, any alignment). Writes at most `capacity`
 * bytes including the NUL, only whole characters, always terminated if capacity > 0. Returns the
 * length of the whole UTF-8 text without NUL: the text was cut when that is >= capacity. Never more
 * than 3 * count.
 */
size_t utf16_to_utf8(const uint8_t *units, size_t count, char *text, size_t capacity);

/* Number of UTF-16 units of `utf8`, without NUL. */
size_t utf16_length(const char *utf8);

/* Writes those units as little-endian bytes to `units`, which has room for 2 * utf16_length(). */
void utf16_from_utf8(const char *utf8, uint8_t *units);

/* True if no U+FFFD would have to stand in: needed where a changed text would name another file. */
bool utf8_is_valid(const char *utf8);

/*
 * Decode the protocol's string: u32 count of units including the NUL, units. Count 0 is "". The NUL
 * at the end is stripped; a missing one is accepted. The count is checked against the cursor before
 * anything is allocated.
 */

/* Into malloc'ed memory that the caller frees. WIRE_BAD: out of memory. */
enum wire_status utf16_decode(struct cursor *in, char **ret_text);

/* Into the caller's buffer. WIRE_BAD: does not fit into `capacity` with its NUL. */
enum wire_status utf16_decode_into(struct cursor *in, char *text, size_t capacity);

/* Into `arena`, which owns the text. WIRE_BAD: no room there. */
enum wire_status utf16_decode_arena(struct cursor *in, struct arena *arena, const char **ret_text);

/*
 * Decode the string of event payloads: units up to a NUL unit, without a count. malloc'ed.
 * WIRE_MORE: the range ends before the NUL.
 */
enum wire_status utf16_decode_terminated(struct cursor *in, char **ret_text);
