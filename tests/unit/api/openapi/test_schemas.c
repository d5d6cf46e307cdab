/* The tables agree with themselves. */
#include "src/api/openapi/params.h"
#include "tests/support/check.h"

static bool is_component(const struct schema *s)
{
    for (size_t i = 0; schema_components[i]; i++) {
        if (schema_components[i] == s)
            return true;
    }
    return false;
}

/* What is ours alone is not in the document, and neither need be what it refers to. */
static void check_schema(const struct schema *s)
{
    bool ours = s->flags & SCHEMA_OURS;
    const char *label = s->name ? s->name : "element";
    bool refers = s->type == SCHEMA_SAME || s->type == SCHEMA_ARRAY || s->type == SCHEMA_MAP;

    CHECK_AT(label, (s->of != NULL) == refers);
    CHECK_AT(label, (s->members != NULL) == (s->type == SCHEMA_OBJECT));
    CHECK_AT(label, !s->values || s->type == SCHEMA_STRING);
    CHECK_AT(label, s->type != SCHEMA_SAME || ours || is_component(s->of));
    CHECK_AT(label, !(s->flags & SCHEMA_RANGE) || s->min <= s->max);
    for (const struct schema *m = s->members; m && m->name; m++)
        check_schema(m);
    if (s->of && s->of->flags & SCHEMA_COMPONENT && !ours)
        CHECK_AT(label, is_component(s->of));
    else if (s->of)
        check_schema(s->of);
}

static void test_components(void)
{
    for (size_t i = 0; schema_components[i]; i++) {
        const struct schema *s = schema_components[i];
        CHECK_AT(s->name, s->flags & SCHEMA_COMPONENT);
        CHECK_AT(s->name, i == 0 || strcmp(schema_components[i - 1]->name, s->name) < 0);
        check_schema(s);
    }
}

static void test_enum_defaults(void)
{
    for (size_t i = 0; schema_components[i]; i++) {
        const struct schema *s = schema_components[i];
        int32_t number;
        if (s->values && s->fallback)
            CHECK_AT(s->name, schema_read_enum(s, s->fallback, &number));
    }
}

static void test_params(void)
{
    for (int p = PARAM_NONE + 1; p < PARAM_COUNT; p++) {
        const struct schema *s = &schema_params[p];
        CHECK(s->name && s->sentence);
        if (!s->name)
            continue;
        check_schema(s);
        CHECK_AT(s->name, schema_real(s)->type <= SCHEMA_BOOLEAN);
    }
}

TEST_SUITE("api/openapi/schemas", {"components", test_components},
           {"enum defaults", test_enum_defaults}, {"params", test_params})
