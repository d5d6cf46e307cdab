#include <cJSON.h>
#include <stdlib.h>

#include "src/api/api.h"
#include "src/api/openapi/document.h"
#include "src/api/openapi/endpoint.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

enum { OPEN = 1 };

static const struct schema text = {.type = SCHEMA_STRING};

static const struct http_route routes[] = {
    {"GET", "/", NULL, OPEN, &(const struct endpoint){0}},
    {"GET", "/a", NULL, 0,
     &(const struct endpoint){"GetA", "First", "Get an a.", .params = {PARAM_PID, PARAM_TYPE},
                              .replies = REPLY_200 | REPLY_202 | REPLY_400, .content = &text,
                              .media = {"text/plain", "text/x"}}},
    {"POST", "/a", NULL, OPEN,
     &(const struct endpoint){
         "PostA", "First", "Post an a.", .body = &schema_exceptions_configuration,
         .replies = REPLY_401 | REPLY_429 | REPLY_201, .content = &text, .media = {"text/plain"}}},
    {"DELETE", "/b/{operationId}", NULL, 0,
     &(const struct endpoint){"DeleteB", "Second", "Delete a b.",
                              .params = {PARAM_OPERATION, PARAM_STOP}, .replies = REPLY_200}},
};
static const struct http_router router = {.routes = routes, .count = COUNT_OF(routes)};

/* The value at "a.b[0]", NULL when there is none; its text, "" when it is none. */
static const cJSON *json_at(const cJSON *json, const char *path)
{
    while (json && *path) {
        size_t size = strcspn(path, ".[");
        if (*path == '[') {
            char *end;
            json = cJSON_GetArrayItem(json, (int)strtol(path + 1, &end, 10));
            path = end + 1;
        } else {
            json = cJSON_GetObjectItemCaseSensitive(json, world_text("%.*s", (int)size, path));
            path += size;
        }
        path += *path == '.';
    }
    return json;
}

static const char *json_text(const cJSON *json, const char *path)
{
    const char *found = cJSON_GetStringValue(json_at(json, path));

    return found ? found : "";
}

static void end_json(void *json)
{
    cJSON_Delete(json);
}

static const cJSON *json_parse(const char *from)
{
    cJSON *json = cJSON_ParseWithOpts(from, NULL, true);

    REQUIRE(json != NULL);
    world_at_end(end_json, json);
    return json;
}

static const char *document_text(const struct http_router *of, const struct api_security *security,
                                 const char *host)
{
    struct text rest = {0}, all = {0};
    struct error err;

    REQUIRE(document_build(of, security, &rest, &err) == 0);
    document_write(&rest, "https", host, &all);
    REQUIRE(!all.failed);
    const char *copy = world_text("%s", all.data);
    text_deinit(&rest);
    text_deinit(&all);
    return copy;
}

static const cJSON *document(const struct api_security *security)
{
    return json_parse(document_text(&router, security, "host:1"));
}

static const struct {
    const char *at, *text;
} texts[] = {
    {"openapi", "3.0.4"},
    {"info.title", "dotnet-monitor"},
    {"info.version", "1.0"},
    {"servers[0].url", "https://host:1/"},
    {"paths./a.get.operationId", "GetA"},
    {"paths./a.get.summary", "Get an a."},
    {"paths./a.get.tags[0]", "First"},
    {"paths./a.get.parameters[0].name", "pid"},
    {"paths./a.get.parameters[0].in", "query"},
    {"paths./a.get.parameters[0].schema.type", "integer"},
    {"paths./a.get.parameters[1].schema.$ref", "#/components/schemas/DumpType"},
    {"paths./a.get.responses.400.$ref", "#/components/responses/BadRequestResponse"},
    {"paths./a.get.responses.200.description", "OK"},
    {"paths./a.get.responses.202.description", "Accepted"},
    {"paths./a.post.responses.201.description", "Created"},
    {"paths./a.post.responses.401.$ref", "#/components/responses/UnauthorizedResponse"},
    {"paths./a.post.responses.429.$ref", "#/components/responses/TooManyRequestsResponse"},
    {"paths./b/{operationId}.delete.parameters[0].in", "path"},
    {"components.responses.UnauthorizedResponse.headers.WWW_Authenticate.schema.type", "string"},
    {"tags[0].name", "First"},
    {"tags[1].name", "Second"},
};

static void test_members(void)
{
    const cJSON *json = document(&(struct api_security){.kind = SECURITY_NONE});

    for (size_t i = 0; i < COUNT_OF(texts); i++)
        CHECK_AT(texts[i].at, strcmp(json_text(json, texts[i].at), texts[i].text) == 0);
    const cJSON *get = json_at(json, "paths./a.get");
    CHECK_AT("both media types", cJSON_GetArraySize(json_at(get, "responses.200.content")) == 2);
    CHECK_AT("nothing in 202", !json_at(get, "responses.202.content"));
    CHECK_AT("no body", !json_at(get, "requestBody"));
    CHECK_AT("said once", !json_at(get, "parameters[0].schema.description"));
    CHECK(cJSON_IsTrue(json_at(json, "paths./a.post.requestBody.required")));
    CHECK(cJSON_GetArraySize(json_at(json, "paths./a.post.requestBody.content")) == 3);
    CHECK(cJSON_IsTrue(json_at(json, "paths./b/{operationId}.delete.parameters[0].required")));
    CHECK_AT("undocumented", cJSON_GetArraySize(json_at(json, "paths")) == 2);
    CHECK(cJSON_GetArraySize(json_at(json, "tags")) == 2);
    CHECK_AT("no security", !json_at(json, "security") && !json_at(json, "paths./a.post.security"));
    CHECK(!json_at(json, "components.securitySchemes"));
}

static void test_api_key(void)
{
    const cJSON *json =
        document(&(struct api_security){.kind = SECURITY_API_KEY, .open_flag = OPEN});
    const cJSON *scheme = json_at(json, "components.securitySchemes.ApiKeyAuth");

    CHECK(strcmp(json_text(scheme, "type"), "apiKey") == 0);
    CHECK(strcmp(json_text(scheme, "in"), "header") == 0);
    CHECK(strcmp(json_text(scheme, "name"), "Authorization") == 0);
    CHECK(cJSON_IsArray(json_at(json, "security[0].ApiKeyAuth")));
    CHECK_AT("open", cJSON_GetArraySize(json_at(json, "paths./a.post.security")) == 0);
    CHECK_AT("open", cJSON_IsArray(json_at(json, "paths./a.post.security")));
    CHECK_AT("not open", !json_at(json, "paths./a.get.security"));
}

static void test_entra(void)
{
    const cJSON *json =
        document(&(struct api_security){.kind = SECURITY_ENTRA, .authority = "https://login/t\"x"});
    const cJSON *scheme = json_at(json, "components.securitySchemes.OAuth2");
    const cJSON *flow = json_at(scheme, "flows.authorizationCode");

    CHECK(strcmp(json_text(scheme, "type"), "oauth2") == 0);
    CHECK(strcmp(json_text(flow, "authorizationUrl"), "https://login/t\"x/oauth2/v2.0/authorize") ==
          0);
    CHECK(strcmp(json_text(flow, "tokenUrl"), "https://login/t\"x/oauth2/v2.0/token") == 0);
    CHECK(cJSON_IsObject(json_at(flow, "scopes")));
    CHECK(cJSON_IsArray(json_at(json, "security[0].OAuth2")));
}

/* The client chooses the host. */
static void test_hosts(void)
{
    static const char *const hosts[][2] = {
        {"a.b:99", "https://a.b:99/"},
        {"[::1]:5", "https://[::1]:5/"},
        {"", "https://localhost/"},
        {"a\"}],\"x\":[{\"", "https://a\"}],\"x\":[{\"/"},
        {"back\\slash", "https://back\\slash/"},
    };

    for (size_t i = 0; i < COUNT_OF(hosts); i++) {
        const cJSON *json =
            json_parse(document_text(&router, &(struct api_security){0}, hosts[i][0]));
        CHECK_AT(hosts[i][0], strcmp(json_text(json, "servers[0].url"), hosts[i][1]) == 0);
        CHECK_AT(hosts[i][0], cJSON_GetArraySize(json) == 6);
    }
}

static void check_references(const cJSON *root, const cJSON *json)
{
    const cJSON *child;

    cJSON_ArrayForEach(child, json)
    {
        check_references(root, child);
        if (!child->string || strcmp(child->string, "$ref") != 0)
            continue;
        const char *ref = child->valuestring;
        char *path = world_text("%s", ref + 2);
        for (char *slash; (slash = strchr(path, '/')) != NULL;)
            *slash = '.';
        CHECK_AT(ref, strncmp(ref, "#/", 2) == 0 && json_at(root, path));
    }
}

/* The whole table of routes: every reference has its target, every id comes once. */
static void test_own_routes(void)
{
    static struct api api;
    const cJSON *path, *operation;
    size_t count = 0;

    api_init(&api);
    const cJSON *json = json_parse(document_text(&api.router, &api.security, "x"));
    check_references(json, json);
    const cJSON *paths = json_at(json, "paths");
    cJSON_ArrayForEach(path, paths)
    {
        CHECK_AT("once", cJSON_GetObjectItemCaseSensitive(paths, path->string) == path);
        cJSON_ArrayForEach(operation, path)
        {
            count++;
            CHECK_AT(path->string, json_text(operation, "operationId")[0] != '\0');
            CHECK_AT(path->string, json_text(operation, "summary")[0] != '\0');
        }
    }
    CHECK(count + 1 == api.router.count);
    for (size_t i = 0; i < api.router.count; i++) {
        const struct endpoint *e = api.router.routes[i].details;
        CHECK_AT(api.router.routes[i].pattern, e->handle != NULL);
        for (size_t k = 0; e->id && k < i; k++) {
            const char *other = ((const struct endpoint *)api.router.routes[k].details)->id;
            CHECK_AT(e->id, !other || strcmp(other, e->id) != 0);
        }
    }
    api_deinit(&api);
}

WORLD_SUITE("api/openapi/document", {"members", test_members}, {"api key", test_api_key},
            {"entra", test_entra}, {"hosts", test_hosts}, {"own routes", test_own_routes})
