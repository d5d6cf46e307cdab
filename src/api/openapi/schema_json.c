#include "src/api/openapi/schema_json.h"

#include <stdio.h>

static const char *const type_names[] = {
    [SCHEMA_STRING] = "string", [SCHEMA_INTEGER] = "integer", [SCHEMA_BOOLEAN] = "boolean",
    [SCHEMA_OBJECT] = "object", [SCHEMA_ARRAY] = "array",     [SCHEMA_MAP] = "object",
    [SCHEMA_SAME] = "object",
};

void schema_json_refer(struct json_out *w, const char *name, const char *kind, const char *target)
{
    char path[128];

    (void)snprintf(path, sizeof path, "#/components/%s/%s", kind, target);
    json_out_open(w, name, '{');
    json_out_string(w, "$ref", path);
    json_out_close(w, '}');
}

static void write_limits(struct json_out *w, const struct schema *s)
{
    if (s->flags & SCHEMA_RANGE) {
        json_out_number(w, "maximum", s->max);
        json_out_number(w, "minimum", s->min);
    }
    if (s->flags & SCHEMA_NOT_EMPTY)
        json_out_number(w, s->type == SCHEMA_ARRAY ? "minItems" : "minLength", 1);
    if (s->flags & SCHEMA_UNIQUE)
        json_out_bool(w, "uniqueItems", true);
}

static void write_values(struct json_out *w, const struct schema *s)
{
    if (!s->values)
        return;
    json_out_open(w, "enum", '[');
    for (size_t i = 0; s->values[i]; i++)
        json_out_string(w, NULL, s->values[i]);
    json_out_close(w, ']');
}

static bool has_required(const struct schema *members)
{
    bool any = false;

    for (const struct schema *m = members; m->name; m++)
        any |= m->flags & SCHEMA_REQUIRED;
    return any;
}

static void write_required(struct json_out *w, const struct schema *members)
{
    if (!has_required(members))
        return;
    json_out_open(w, "required", '[');
    for (const struct schema *m = members; m->name; m++) {
        if (m->flags & SCHEMA_REQUIRED)
            json_out_string(w, NULL, m->name);
    }
    json_out_close(w, ']');
}

static void write_members(struct json_out *w, const struct schema *s)
{
    write_required(w, s->members);
    json_out_open(w, "properties", '{');
    for (const struct schema *m = s->members; m->name; m++) {
        if (!(m->flags & SCHEMA_OURS))
            schema_json_use(w, m->name, m);
    }
    json_out_close(w, '}');
    json_out_raw(w, "additionalProperties", s->flags & SCHEMA_OPEN ? "{}" : "false");
}

static void write_parts(struct json_out *w, const struct schema *s)
{
    if (s->type == SCHEMA_OBJECT)
        write_members(w, s);
    if (s->type == SCHEMA_ARRAY)
        schema_json_use(w, "items", s->of);
    if (s->type == SCHEMA_MAP)
        schema_json_use(w, "additionalProperties", s->of);
    if (s->type != SCHEMA_SAME)
        return;
    /* A $ref alone cannot say "or null" in OpenAPI 3.0. */
    json_out_open(w, "oneOf", '[');
    schema_json_refer(w, NULL, "schemas", s->of->name);
    json_out_close(w, ']');
}

static void write_text(struct json_out *w, const char *name, const char *text)
{
    if (text)
        json_out_string(w, name, text);
}

/* Numbers and truth values are JSON as they stand. */
static void write_fallback(struct json_out *w, const struct schema *s)
{
    if (s->fallback && s->type == SCHEMA_STRING)
        json_out_string(w, "default", s->fallback);
    else if (s->fallback)
        json_out_raw(w, "default", s->fallback);
}

void schema_json_define(struct json_out *w, const char *name, const struct schema *s)
{
    json_out_open(w, name, '{');
    write_limits(w, s);
    write_values(w, s);
    json_out_string(w, "type", type_names[s->type]);
    write_parts(w, s);
    write_text(w, "description", s->sentence);
    write_text(w, "format", s->format);
    write_fallback(w, s);
    if (s->flags & SCHEMA_NULLABLE)
        json_out_bool(w, "nullable", true);
    write_text(w, "example", s->example);
    json_out_close(w, '}');
}

void schema_json_use(struct json_out *w, const char *name, const struct schema *s)
{
    if (s->flags & SCHEMA_COMPONENT)
        schema_json_refer(w, name, "schemas", s->name);
    else if (s->type == SCHEMA_SAME && !(s->flags & SCHEMA_NULLABLE))
        schema_json_refer(w, name, "schemas", s->of->name);
    else
        schema_json_define(w, name, s);
}
