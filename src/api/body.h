/*
 * api/body.h - request bodies: JSON that fits a schema, as System.Text.Json takes it in the peer.
 */
#pragma once

#include <cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "src/api/openapi/schema.h"

/* Is a Content-Type JSON: application/json, text/json or anything with the suffix +json? NULL is
 * not. Parameters behind it do not count. */
bool body_is_json_type(const char *content_type);

/* The document, which the caller deletes; NULL when it is none by RFC 8259, holds more than one, is
 * deeper than LIMIT_JSON_DEPTH, or a text in it holds a NUL (it would be cut there). A byte order
 * mark may come first. */
cJSON *body_parse(const char *data, size_t size);

/*
 * Does `json` bind to the object `s`? Names count without case, unknown members are passed over,
 * numbers may be quoted, enums are names or numbers, and null stands for any text, list or object.
 * Ranges and required members are not looked at: nor does the peer.
 */
bool body_fits(const cJSON *json, const struct schema *s);
