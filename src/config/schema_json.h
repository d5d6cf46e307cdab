/*
 * config/schema_json.h - writes JSON without a check after each line: running out of memory is
 * noted in the schema, and looked at once, at the end. Only schema.c uses it.
 */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>

struct schema {
    cJSON *definitions;
    bool failed;
};

/* Notes when `item` is NULL; returns it. All functions take a NULL object as well. */
cJSON *schema_check(struct schema *s, cJSON *item);

/* New members of an object. */
cJSON *schema_object(struct schema *s, cJSON *to, const char *name);
cJSON *schema_array(struct schema *s, cJSON *to, const char *name);
void schema_text(struct schema *s, cJSON *to, const char *name, const char *text);

/* New items of an array. */
cJSON *schema_append_object(struct schema *s, cJSON *array);
void schema_append_text(struct schema *s, cJSON *array, const char *text);

/* "type": [a, b, c]; NULL is left out. */
void schema_types(struct schema *s, cJSON *to, const char *a, const char *b, const char *c);
