/*
 * collect/value_text.h - a field of an event as .NET prints it in the invariant culture.
 *
 * True and False; numbers with the fewest digits that say them; GUIDs in lower case; times as
 * MM/dd/yyyy HH:mm:ss, those that come as a count in the zone of this program. Measured on .NET 10.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "proto/nettrace/fields.h"

/*
 * Writes at most `capacity` bytes including the NUL, always terminated if capacity > 0, and sets
 * the whole length. False: .NET has no text worth a comparison (arrays, structures), or we have
 * none (decimals).
 */
bool value_text(const struct nettrace_value *value, char *text, size_t capacity,
                size_t *ret_length);
