#include "src/config/schema.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/cleanup.h"
#include "src/config/model.h"
#include "src/config/schema_json.h"

/* Names first, for editors; then what .NET takes as well. */
static void add_choice(struct schema *s, cJSON *to, const struct value_type *type)
{
    cJSON *any = schema_array(s, to, "anyOf");
    cJSON *names = schema_array(s, schema_append_object(s, any), "enum");
    cJSON *other = schema_append_object(s, any);

    for (size_t i = 0; i < type->names_count; i++)
        schema_append_text(s, names, type->names[i]);
    schema_types(s, other, "string", "integer", "null");
    if (type->list)
        schema_text(s, schema_object(s, schema_append_object(s, any), "items"), "type", "string");
}

static void add_range(struct schema *s, cJSON *to, const struct key_row *row)
{
    if (row->max <= row->min)
        return;
    (void)schema_check(s, cJSON_AddNumberToObject(to, "minimum", (double)row->min));
    if (row->max != INT64_MAX)
        (void)schema_check(s, cJSON_AddNumberToObject(to, "maximum", (double)row->max));
}

static void add_value(struct schema *s, cJSON *to, const struct place *p)
{
    const struct value_type *type = p->type;

    if (type->names) {
        add_choice(s, to, type);
    } else if (type->list) {
        schema_types(s, to, "string", "array", "null");
    } else if (type->form == VALUE_BOOLEAN) {
        schema_types(s, to, "boolean", "string", "null");
    } else if (type->form == VALUE_REAL) {
        schema_types(s, to, "number", "string", "null");
        add_range(s, to, p->row);
    } else if (type == &type_number) {
        schema_types(s, to, "integer", "string", "null");
        add_range(s, to, p->row);
    } else {
        schema_types(s, to, "string", "null", NULL);
    }
}

static void fill_object(struct schema *s, cJSON *to, const struct place *p);

/* A reference to the shape's definition, which is made when it is not there yet. */
static void add_reference(struct schema *s, cJSON *to, const struct shape *shape)
{
    char name[96];

    (void)snprintf(name, sizeof name, "#/definitions/%s", shape->name);
    schema_text(s, to, "$ref", name);
    if (s->failed || cJSON_GetObjectItemCaseSensitive(s->definitions, shape->name))
        return;
    cJSON *definition = schema_object(s, s->definitions, shape->name);
    struct place p = {.shape = shape};
    fill_object(s, definition, &p);
}

/* An object below a list, map or choice: null, its definition, or the name of a template. */
static void add_shape(struct schema *s, cJSON *to, const struct shape *shape, bool or_name)
{
    cJSON *any = schema_array(s, to, "anyOf");

    add_reference(s, schema_append_object(s, any), shape);
    schema_types(s, schema_append_object(s, any), "null", or_name ? "string" : NULL, NULL);
}

/* if Type is X then Settings is the definition of X. */
static void add_variants(struct schema *s, cJSON *object, const struct key_row *row)
{
    cJSON *all = schema_array(s, object, "allOf");

    for (const struct key_variant *v = row->variants; v->type; v++) {
        cJSON *one = schema_append_object(s, all);
        cJSON *when = schema_object(s, one, "if");
        cJSON *type = schema_object(s, schema_object(s, when, "properties"), "Type");
        schema_append_text(s, schema_array(s, when, "required"), "Type");
        schema_text(s, type, "const", v->type);
        cJSON *then = schema_object(s, schema_object(s, one, "then"), "properties");
        cJSON *settings = schema_object(s, then, row->key);
        if (v->shape)
            add_shape(s, settings, v->shape, false);
        else
            schema_types(s, settings, "object", "null", NULL);
    }
}

static void add_item(struct schema *s, cJSON *to, const struct place *p)
{
    if (p->shape)
        add_shape(s, to, p->shape, p->type != NULL);
    else
        add_value(s, to, p);
}

static void fill_member(struct schema *s, cJSON *to, const struct place *p);

struct members {
    struct schema *schema;
    cJSON *object, *properties;
};

static void add_member(const struct place *p, const char *name, void *user)
{
    struct members *m = user;
    struct schema *s = m->schema;

    if (s->failed)
        return;
    if (strcmp(name, "*") == 0) {
        (void)cJSON_DeleteItemFromObjectCaseSensitive(m->object, "additionalProperties");
        (void)schema_object(s, m->object, "additionalProperties");
        return;
    }
    fill_member(s, schema_object(s, m->properties, name), p);
    if (p->row && p->row->variants)
        add_variants(s, m->object, p->row);
    if (!p->row || !(p->row->flags & OPTION_REQUIRED))
        return;
    cJSON *required = cJSON_GetObjectItemCaseSensitive(m->object, "required");
    schema_append_text(s, required ? required : schema_array(s, m->object, "required"), name);
}

/* Named members of options.def and of the shape. */
static void fill_object(struct schema *s, cJSON *to, const struct place *p)
{
    struct members members = {s, to, NULL};

    schema_types(s, to, "object", "null", NULL);
    (void)schema_check(s, cJSON_AddFalseToObject(to, "additionalProperties"));
    members.properties = schema_object(s, to, "properties");
    if (!s->failed)
        model_members(p, add_member, &members);
}

static void fill_map(struct schema *s, cJSON *to, const struct place *p)
{
    fill_object(s, to, p); /* rows of options.def: Logging:LogLevel:Default */
    (void)cJSON_DeleteItemFromObjectCaseSensitive(to, "additionalProperties");
    add_item(s, schema_object(s, to, "additionalProperties"), p);
}

static void fill_single(struct schema *s, cJSON *to, const struct place *p)
{
    const struct value_type *type = place_type(p);

    if (p->is_free || (p->row && p->row->variants))
        return;
    if (!place_is_object(p)) {
        if (type)
            add_value(s, to, p);
        return;
    }
    if (!p->is_fixed) {
        add_shape(s, to, p->shape, type != NULL);
        return;
    }
    if (!type) {
        fill_object(s, to, p);
        return;
    }
    cJSON *any = schema_array(s, to, "anyOf"); /* DiagnosticPort */
    add_value(s, schema_append_object(s, any), p);
    fill_object(s, schema_append_object(s, any), p);
}

static void fill_member(struct schema *s, cJSON *to, const struct place *p)
{
    const struct key_row *row = p->row;

    if (s->failed)
        return;
    if (row && row->sentence)
        schema_text(s, to, "description", row->sentence);
    if (row && row->fallback && row->fallback[0])
        schema_text(s, to, "default", row->fallback);
    if (p->count == KEY_LIST) {
        schema_types(s, to, "array", "null", NULL);
        add_item(s, schema_object(s, to, "items"), p);
    } else if (p->count == KEY_MAP) {
        fill_map(s, to, p);
    } else {
        fill_single(s, to, p);
    }
}

static cJSON *make(struct schema *s)
{
    cJSON *root = schema_check(s, cJSON_CreateObject());
    struct place place = model_root();

    if (!root)
        return NULL;
    schema_text(s, root, "$schema", "http://json-schema.org/draft-07/schema#");
    schema_text(s, root, "title", "portside");
    s->definitions = schema_object(s, root, "definitions");
    if (!s->failed)
        fill_object(s, root, &place);
    /* The peer's schema leaves the root open: other programs may read the same file. */
    (void)cJSON_DeleteItemFromObjectCaseSensitive(root, "additionalProperties");
    return root;
}

int schema_print(FILE *out, struct error *err)
{
    struct schema s = {0};
    cJSON *root = make(&s);
    cleanup(free_str) char *text = s.failed ? NULL : cJSON_Print(root);

    cJSON_Delete(root);
    if (!text)
        return error_set(err, -ENOMEM, "no memory for the schema");
    if (fprintf(out, "%s\n", text) < 0)
        return error_set(err, -errno, "the schema cannot be written: %s", strerror(errno));
    return 0;
}
