#include <cjson/cJSON.h>
#include <errno.h>
#include <stdlib.h>

#include "src/config/schema.h"
#include "tests/support/check.h"

static cJSON *make(void)
{
    struct error err;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return NULL;
    CHECK(schema_print(out, &err) == 0);
    (void)fclose(out);
    cJSON *schema = cJSON_Parse(text);
    free(text);
    return schema;
}

/* The member at "a/b/c" of an object. */
static const cJSON *at(const cJSON *json, const char *path)
{
    char name[64];

    for (; json && *path; path += strlen(name) + (path[strlen(name)] == '/')) {
        (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(path, "/"), path);
        json = cJSON_IsArray(json) ? cJSON_GetArrayItem(json, (int)strtol(name, NULL, 10))
                                   : cJSON_GetObjectItemCaseSensitive(json, name);
    }
    return json;
}

static const struct {
    const char *path, *want; /* of a string; NULL: is there */
} rows[] = {
    {"$schema", "http://json-schema.org/draft-07/schema#"},
    {"properties/Metrics/properties/Enabled/type/0", "boolean"},
    {"properties/Metrics/properties/Enabled/type/1", "string"},
    {"properties/Metrics/properties/MetricCount/minimum", NULL},
    {"properties/Metrics/properties/Endpoints/default", "http://localhost:52325"},
    {"properties/DiagnosticPort/anyOf/0/type/0", "string"},
    {"properties/DiagnosticPort/anyOf/1/properties/EndpointName", NULL},
    {"properties/Logging/properties/LogLevel/properties/Default/anyOf/0/enum/0", "Trace"},
    {"properties/Logging/properties/LogLevel/additionalProperties/anyOf/0/enum/6", "None"},
    {"properties/CollectionRules/additionalProperties/anyOf/0/$ref",
     "#/definitions/CollectionRule"},
    {"definitions/CollectionRule/required/0", "Trigger"},
    {"definitions/CollectionRule/properties/Trigger/anyOf/1/type/1", "string"},
    {"definitions/Trigger/allOf/0/if/properties/Type/const", "AspNetRequestCount"},
    {"definitions/Trigger/allOf/0/then/properties/Settings/anyOf/0/$ref",
     "#/definitions/AspNetRequestCount"},
    {"definitions/CollectTrace/properties/StoppingEvent/anyOf/0/$ref",
     "#/definitions/StoppingEvent"},
    {"definitions/Action/properties/WaitForCompletion/type/0", "boolean"},
};

static void test_rows(void)
{
    cJSON *schema = make();

    REQUIRE(schema != NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const cJSON *found = at(schema, rows[i].path);
        CHECK_AT(rows[i].path, found != NULL);
        if (found && rows[i].want)
            CHECK_AT(rows[i].path,
                     cJSON_IsString(found) && strcmp(found->valuestring, rows[i].want) == 0);
    }
    CHECK_AT("the root is open", at(schema, "additionalProperties") == NULL);
    CHECK_AT("objects are not",
             cJSON_IsFalse(at(schema, "definitions/Limits/additionalProperties")));
    CHECK_AT("extensions are free",
             cJSON_IsObject(at(schema, "properties/Egress/additionalProperties")));
    cJSON_Delete(schema);
}

static size_t references;

/* Each $ref leads to a definition. */
static void check_references(const cJSON *json, const cJSON *definitions)
{
    static const char prefix[] = "#/definitions/";
    const cJSON *child;

    cJSON_ArrayForEach(child, json)
    {
        if (child->string && strcmp(child->string, "$ref") == 0) {
            references++;
            CHECK_AT(child->valuestring,
                     strncmp(child->valuestring, prefix, strlen(prefix)) == 0 &&
                         at(definitions, child->valuestring + strlen(prefix)) != NULL);
        }
        check_references(child, definitions);
    }
}

static void test_references(void)
{
    cJSON *schema = make();

    REQUIRE(schema != NULL);
    references = 0;
    check_references(schema, at(schema, "definitions"));
    CHECK(references > 40);
    cJSON_Delete(schema);
}

static void test_full_disk(void)
{
    struct error err = {0};
    FILE *full = fopen("/dev/full", "we");

    REQUIRE(full != NULL);
    (void)setvbuf(full, NULL, _IONBF, 0);
    CHECK(schema_print(full, &err) == -ENOSPC && strstr(err.text, "schema"));
    (void)fclose(full);
}

TEST_SUITE("config/schema", {"rows", test_rows}, {"references", test_references},
           {"full disk", test_full_disk})
