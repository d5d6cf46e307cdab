/*
 * api/openapi/schema_json.h - a schema as OpenAPI 3.0 writes it.
 */
#pragma once

#include "src/api/openapi/json_out.h"
#include "src/api/openapi/schema.h"

/* The use of a schema: a component becomes a $ref. */
void schema_json_use(struct json_out *w, const char *name, const struct schema *s);

/* A component's own definition. */
void schema_json_define(struct json_out *w, const char *name, const struct schema *s);

/* {"$ref": "#/components/KIND/TARGET"} */
void schema_json_refer(struct json_out *w, const char *name, const char *kind, const char *target);
