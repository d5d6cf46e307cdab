/*
 * auth/json_object.h - JSON objects of tokens and keys, from bytes that anybody may have written.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "src/base/error.h"

/* One object and nothing else, no deeper than base/limits.h says; of a member that comes twice the
 * last one counts, as cjose and the peer read it. -EINVAL with the reason. The caller gives it back
 * with json_decref(). */
int json_object_read(const char *text, size_t size, json_t **ret, struct error *err);

/* The text of a value; NULL when it is of another type, or holds U+0000: a C string would end
 * there, and two different texts would be the same. */
const char *json_object_string(const json_t *value);

/* The text of a member; NULL when absent or of another type. The exact name goes first, then one
 * that differs in case when `any_case`. */
const char *json_object_text(json_t *object, const char *name, bool any_case);

static inline void json_object_free(json_t **object)
{
    json_decref(*object);
}
