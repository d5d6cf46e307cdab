/*
 * support/json.h - JSON answers: find a value by path, compare the shape of two documents.
 */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "tests/support/http.h"

/* The document, until the test has ended; NULL when it is not JSON (or has bytes after it). */
const cJSON *json_parse(const char *text);

/* The body of an answer of media type application/json or application/problem+json, else NULL. */
const cJSON *json_of(const struct http *h);

/* "a.b" and "[0].a": the value at that place, NULL when there is none. */
const cJSON *json_at(const cJSON *doc, const char *path);

/* Its string, "" when it is none. Its number, -1 when it is none. */
const char *json_text(const cJSON *doc, const char *path);
double json_number(const cJSON *doc, const char *path);

/*
 * Whether both have the same members in the same order with values of the same type. Arrays are
 * compared by their first elements. NULL when they agree, else what differs and where.
 */
const char *json_shape_difference(const cJSON *want, const cJSON *got);
