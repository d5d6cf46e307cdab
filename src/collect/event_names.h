/*
 * collect/event_names.h - enumerations in the runtime's own events: names for their numbers, those
 * of TraceEvent 3.1.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "proto/nettrace/fields.h"
#include "proto/nettrace/metadata.h"

enum { EVENT_NAME_MAX = 512 };

/* As .NET prints an enumeration: "Induced"; of flags, all that are set: "Nested, ReThrown". False:
 * the field is none, or its number has no name. Cut at `capacity`. */
bool event_names_text(const struct nettrace_metadata *metadata, const char *field,
                      const struct nettrace_value *value, char *text, size_t capacity);
