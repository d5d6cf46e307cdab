/*
 * api/openapi/json_out.h - JSON, written from the front to the back into a text.
 *
 * For documents that are kept: running out of memory marks the text as failed, so none is ever
 * kept with parts missing. `name` is NULL for the elements of an array.
 */
#pragma once

#include "src/base/text.h"

struct json_out {
    struct text *to;
    bool comma; /* something stands before the next value */
};

void json_out_open(struct json_out *w, const char *name, char bracket);
void json_out_close(struct json_out *w, char bracket);

/* `value` is UTF-8; anything else in it is escaped as needed. */
void json_out_string(struct json_out *w, const char *name, const char *value);
void json_out_number(struct json_out *w, const char *name, int64_t value);
void json_out_bool(struct json_out *w, const char *name, bool value);

/* `value` is JSON. */
void json_out_raw(struct json_out *w, const char *name, const char *value);
