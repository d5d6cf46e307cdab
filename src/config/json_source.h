/*
 * config/json_source.h - a settings file as configuration keys.
 *
 * As Microsoft.Extensions.Configuration.Json 10 reads it: members become levels, items of arrays
 * 0, 1, 2...; numbers stay as they are written, true and false become True and False; null and {}
 * take a key away, [] is an empty value; the same key twice in one file is a fault, whatever its
 * case. A member "$schema" is a key like any other, which nobody reads.
 */
#pragma once

#include <stddef.h>

#include "src/config/keys.h"

/*
 * Adds what the `size` bytes say, as values of `source`, whose name stands in messages. -EINVAL for
 * everything that is wrong: "name:line:column: what and what was expected". `keys` may hold a part
 * of the file then.
 */
int json_source_add(struct config_keys *keys, const struct config_source *source, const char *data,
                    size_t size, struct error *err);
