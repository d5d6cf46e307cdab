/*
 * The API document against those of the peer: the file that it publishes, and recordings of it.
 */
#include <stdlib.h>

#include "tests/support/files.h"
#include "tests/support/portside.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/*
 * Member by member, in both directions. Sentences are our own, and so may be whole paths and
 * schemas.
 */
static const char *difference(const char *where, const cJSON *want, const cJSON *got);

static bool is_sentence(const cJSON *member)
{
    return cJSON_IsString(member) &&
           (strcmp(member->string, "description") == 0 || strcmp(member->string, "summary") == 0);
}

static bool may_be_added(const char *where, const cJSON *member)
{
    return strcmp(where, ".paths") == 0 || strcmp(where, ".components.schemas") == 0 ||
           (strcmp(where, "") == 0 && strcmp(member->string, "servers") == 0);
}

static const char *object_difference(const char *where, const cJSON *want, const cJSON *got)
{
    const cJSON *child;

    cJSON_ArrayForEach(child, got)
    {
        if (!is_sentence(child) && !cJSON_GetObjectItemCaseSensitive(want, child->string) &&
            !may_be_added(where, child))
            return world_text("%s.%s is too much", where, child->string);
    }
    cJSON_ArrayForEach(child, want)
    {
        const cJSON *other = cJSON_GetObjectItemCaseSensitive(got, child->string);
        if (is_sentence(child))
            continue;
        const char *place = world_text("%s.%s", where, child->string);
        const char *found =
            other ? difference(place, child, other) : world_text("%s is missing", place);
        if (found)
            return found;
    }
    return NULL;
}

static const char *difference(const char *where, const cJSON *want, const cJSON *got)
{
    if (cJSON_IsObject(want) && cJSON_IsObject(got))
        return object_difference(where, want, got);
    if (!cJSON_IsArray(want) || !cJSON_IsArray(got))
        return cJSON_Compare(want, got, cJSON_True) ? NULL : world_text("%s differs", where);
    if (cJSON_GetArraySize(want) != cJSON_GetArraySize(got))
        return world_text("%s has another length", where);
    for (int i = 0; i < cJSON_GetArraySize(want); i++) {
        const char *found = difference(world_text("%s[%d]", where, i), cJSON_GetArrayItem(want, i),
                                       cJSON_GetArrayItem(got, i));
        if (found)
            return found;
    }
    return NULL;
}

/* The comparison itself sees what it must. */
static void test_comparison(void)
{
    static const struct {
        const char *want, *got;
        bool same;
    } rows[] = {
        {"{\"a\":1,\"b\":[1,2]}", "{\"b\":[1,2],\"a\":1}", true},
        {"{\"a\":1}", "{\"a\":2}", false},
        {"{\"a\":1}", "{\"a\":\"1\"}", false},
        {"{\"a\":[1,2]}", "{\"a\":[2,1]}", false},
        {"{\"a\":[1]}", "{\"a\":[1,2]}", false},
        {"{\"a\":{}}", "{\"a\":{\"b\":1}}", false},
        {"{\"a\":{\"b\":1}}", "{\"a\":{}}", false},
        {"{\"a\":{\"description\":\"x\"}}", "{\"a\":{\"summary\":\"y\"}}", true},
        {"{\"a\":{\"description\":{}}}", "{\"a\":{}}", false},
        {"{\"paths\":{\"/a\":{}}}", "{\"paths\":{\"/a\":{},\"/b\":{}},\"servers\":[]}", true},
        {"{\"paths\":{\"/a\":{}}}", "{\"paths\":{\"/a\":{\"get\":{}}}}", false},
        {"{\"paths\":{\"/a\":{}}}", "{\"paths\":{\"/b\":{}}}", false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *found = difference("", json_parse(rows[i].want), json_parse(rows[i].got));
        CHECK_AT(world_text("%s %s: %s", rows[i].want, rows[i].got, found ? found : "same"),
                 !found == rows[i].same);
    }
}

/* The peer's words are not in this tree: PORTSIDE_SHARED or ../shared is where they lie. NULL after
 * a loud skip. */
static const char *shared_text(const char *name)
{
    const char *shared = getenv("PORTSIDE_SHARED");
    const char *path = world_text("%s/contract/%s", shared ? shared : "../shared", name);
    const char *text = files_read(path, NULL);

    if (!text)
        world_skip("no %s (PORTSIDE_SHARED): not compared with the peer's document", path);
    return text;
}

static const cJSON *own_document(bool authenticate)
{
    const struct portside *p =
        portside_start(&(struct portside_options){.authenticate = authenticate});
    const cJSON *json = json_of(portside_get(p, "/"));

    REQUIRE(json != NULL);
    return json;
}

/* The file that the peer publishes. */
static void test_published(void)
{
    const char *text = shared_text("openapi.json");

    if (!text)
        return;
    const char *found = difference("", json_parse(text), own_document(false));
    CHECK_AT(found ? found : "equal", !found);
}

/* What OpenAPI 3.1 says with the type "null", 3.0 says with "nullable". */
static void write_as_3_0(cJSON *json)
{
    cJSON *types = cJSON_GetObjectItemCaseSensitive(json, "type");
    cJSON *choices = cJSON_GetObjectItemCaseSensitive(json, "oneOf");
    cJSON *child;

    if (cJSON_IsArray(types) && strcmp(json_text(types, "[0]"), "null") == 0) {
        cJSON *type = cJSON_DetachItemFromArray(types, 1);
        REQUIRE(cJSON_ReplaceItemInObjectCaseSensitive(json, "type", type));
        (void)cJSON_AddBoolToObject(json, "nullable", true);
    }
    if (choices && strcmp(json_text(choices, "[0].type"), "null") == 0) {
        cJSON_DeleteItemFromArray(choices, 0);
        (void)cJSON_AddStringToObject(json, "type", "object");
        (void)cJSON_AddBoolToObject(json, "nullable", true);
    }
    cJSON_ArrayForEach(child, json) write_as_3_0(child);
}

static void end_json(void *json)
{
    cJSON_Delete(json);
}

/* The document in a recording of the running peer, written as 3.0. */
static cJSON *recorded(const char *text)
{
    const char *body = strstr(text, "\r\n\r\n");
    cJSON *json = body ? cJSON_ParseWithOpts(body, NULL, true) : NULL;

    REQUIRE(json != NULL);
    world_at_end(end_json, json);
    write_as_3_0(json);
    REQUIRE(strcmp(json_text(json, "openapi"), "3.1.1") == 0);
    cJSON_SetValuestring(cJSON_GetObjectItem(json, "openapi"), "3.0.4");
    cJSON_DeleteItemFromObject(json, "servers"); /* another address */
    return json;
}

/* What the running peer answered, without and with an API key. */
static void test_recorded(void)
{
    const char *text = shared_text("golden/B-root.http");

    if (!text)
        return;
    const char *found = difference("", recorded(text), own_document(false));
    CHECK_AT(found ? found : "equal", !found);
}

static void test_recorded_with_key(void)
{
    const char *text = shared_text("golden/D-root-noauth.http");

    if (!text)
        return;
    cJSON *want = recorded(text);
    /* Ours on purpose, see docs/DIFFERENCES.md: the peer's says that nothing is needed. */
    (void)cJSON_ReplaceItemInObject(want, "security", cJSON_Parse("[{\"ApiKeyAuth\":[]}]"));
    cJSON *metrics = cJSON_GetObjectItem(cJSON_GetObjectItem(want, "paths"), "/metrics");
    (void)cJSON_AddArrayToObject(cJSON_GetObjectItem(metrics, "get"), "security");
    const char *found = difference("", want, own_document(true));
    CHECK_AT(found ? found : "equal", !found);
}

WORLD_SUITE("component/openapi_equal", {"comparison", test_comparison},
            {"published", test_published}, {"recorded", test_recorded},
            {"recorded with key", test_recorded_with_key})
