/*
 * The API document and what the route table says of every route: also of those that this version
 * does not serve yet.
 */
#include "tests/support/golden.h"
#include "tests/support/portside.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static const cJSON *document_at(const char *base)
{
    const cJSON *json = json_of(http_get("%s/", base));

    REQUIRE(json != NULL);
    return json;
}

static void test_document(void)
{
    const struct portside *p = portside_start(NULL);
    const struct http *h = portside_get(p, "/");

    CHECK(h->status == 200);
    CHECK(strcmp(http_header(h, "Content-Type"), "application/json;charset=utf-8") == 0);
    const cJSON *json = document_at(p->base);
    CHECK(strcmp(json_text(json, "openapi"), "3.0.4") == 0);
    CHECK(strcmp(json_text(json, "servers[0].url"), world_text("%s/", p->base)) == 0);
    CHECK_AT("no authentication", !json_at(json, "security"));
    json = document_at(p->metrics);
    CHECK_AT("on the metrics address",
             strcmp(json_text(json, "servers[0].url"), world_text("%s/", p->metrics)) == 0);
    CHECK(http_run(&(struct http_request){.method = "POST", .url = world_text("%s/", p->base)})
              ->status == 405);
}

/* Asked for again and again, by any name, it stays the same but for that name. */
static void test_hosts(void)
{
    static const char *const hosts[] = {"example.test:80", "a.b", "[::1]:1", "x'&y"};
    const struct portside *p = portside_start(NULL);
    const cJSON *first = document_at(p->base);

    for (size_t i = 0; i < COUNT_OF(hosts); i++) {
        const struct http *h = http_run(&(struct http_request){
            .url = world_text("%s/", p->base), .headers = {world_text("Host: %s", hosts[i])}});
        const cJSON *json = json_of(h);
        CHECK_AT(hosts[i], json && strcmp(json_text(json, "servers[0].url"),
                                          world_text("http://%s/", hosts[i])) == 0);
        CHECK_AT(hosts[i],
                 cJSON_Compare(json_at(first, "paths"), json_at(json, "paths"), cJSON_True));
    }
    CHECK_AT("no host for a quote",
             http_run(&(struct http_request){.url = world_text("%s/", p->base),
                                             .headers = {"Host: a\"b"}})
                     ->status == 400);
}

static void test_security(void)
{
    const struct portside *p = portside_start(&(struct portside_options){.authenticate = true});
    const cJSON *json = document_at(p->base);

    CHECK(strcmp(json_text(json, "components.securitySchemes.ApiKeyAuth.name"), "Authorization") ==
          0);
    CHECK(cJSON_IsArray(json_at(json, "security[0].ApiKeyAuth")));
    CHECK_AT("open", cJSON_IsArray(json_at(json, "paths./metrics.get.security")));
    CHECK_AT("protected", !json_at(json, "paths./trace.get.security"));
}

static const struct {
    const char *method, *route, *query, *body;
} unserved[] = {
    {"POST", "/parameters", "", "{\"methods\":[]}"},
};

static const struct http *ask(const char *base, const char *method, const char *path,
                              const char *type, const char *body)
{
    return http_run(&(struct http_request){
        .method = method,
        .url = world_text("%s%s", base, path),
        .headers = {type ? world_text("Content-Type: %s", type) : NULL},
        .body = body,
    });
}

/* 501 names the route; before it come address, credential and method. */
static void test_unserved(void)
{
    const struct portside *p = portside_start(NULL);
    const struct portside *closed =
        portside_start(&(struct portside_options){.authenticate = true});

    for (size_t i = 0; i < COUNT_OF(unserved); i++) {
        const char *method = unserved[i].method, *body = unserved[i].body;
        const char *path = world_text("%s%s", unserved[i].route, unserved[i].query);
        const char *label = world_text("%s %s ", method, unserved[i].route);
        const struct http *h = ask(p->base, method, path, "application/json", body);
        const cJSON *problem = json_of(h);
        bool open = strcmp(path, "/metrics") == 0;

        CHECK_AT(label, h->status == 501 && json_number(problem, "status") == 501);
        CHECK_AT(label, strncmp(json_text(problem, "detail"), label, strlen(label)) == 0);
        h = ask(closed->base, method, path, "application/json", body);
        CHECK_AT(label, h->status == (open ? 501 : 401));
        h = ask(p->metrics, method, path, "application/json", body);
        CHECK_AT(label, h->status == (open ? 501 : 404));
        CHECK_AT(label, ask(p->base, "PUT", path, NULL, NULL)->status == 405);
    }
}

static const struct {
    const char *golden, *method, *path, *type, *body;
} refused[] = {
    {"B-trace-badprofile", NULL, "/trace?profile=nope&durationSeconds=2", NULL, NULL},
    {"B-trace-badprofile", NULL, "/trace?durationSeconds=x", NULL, NULL},
    {"B-trace-badprofile", NULL, "/trace?durationSeconds=1&durationSeconds=1", NULL, NULL},
    {"B-trace-badprofile", NULL, "/gcdump?pid=", NULL, NULL},
    {"B-trace-badprofile", NULL, "/collectionrules/x?uid=1", NULL, NULL},
    {"B-trace-badprofile", NULL, "/operations?pid=x", NULL, NULL},
    {"B-dump-badtype", NULL, "/dump?type=Full,", NULL, NULL},
    {"B-logs-get-level-bad", NULL, "/logs?durationSeconds=2&level=Zzz", NULL, NULL},
    {"B-op-badguid", NULL, "/operations/zzz", NULL, NULL},
    {"B-op-badguid", "DELETE", "/operations/zzz?stop=true", NULL, NULL},
    {"B-livemetrics-post-textplain", "POST", "/livemetrics", "text/plain", "{}"},
    {"B-livemetrics-post-textplain", "POST", "/trace?pid=x", "text/plain", "{}"},
    {"B-livemetrics-post-badjson", "POST", "/livemetrics", "application/json", "{bad"},
    {"B-livemetrics-post-badjson", "POST", "/trace", "application/json", "{\"providers\":1}"},
    {"B-trace-post-empty", "POST", "/trace?durationSeconds=2", "application/json", ""},
    {"B-logs-post-badlevel", "POST", "/logs", "application/json", "{\"logLevel\":\"Zz\"}"},
};

/* What does not bind is refused before anything is looked for. */
static void test_refused(void)
{
    const struct portside *p = portside_start(NULL);

    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        const struct http *h =
            ask(p->base, refused[i].method, refused[i].path, refused[i].type, refused[i].body);
        const char *found = golden_difference(refused[i].golden, h);
        CHECK_AT(world_text("%s: %s", refused[i].path, found), !found);
    }
}

static const struct {
    const char *golden, *method, *path, *type, *body;
} egress[] = {
    {"D4-nohttpegress-dump", NULL, "/dump", NULL, NULL},
    {"D4-nohttpegress-dump", NULL, "/dump?type=zz", NULL, NULL},
    {"D4-nohttpegress-dump", NULL, "/dump?egressProvider=", NULL, NULL},
    {"D4-nohttpegress-logs", NULL, "/logs", NULL, NULL},
    {"D4-nohttpegress-logs", NULL, "/stacks?pid=x", NULL, NULL},
    {"D4-nohttpegress-livemetrics", NULL, "/livemetrics", NULL, NULL},
    {"D4-nohttpegress-livemetrics", "POST", "/livemetrics", "application/json", "{}"},
    {"D4-nohttpegress-livemetrics", "POST", "/livemetrics", "application/json", ""},
    {"B-dump-badtype", NULL, "/dump?egressProvider=x&type=zz", NULL, NULL},
    {"B-livemetrics-post-textplain", "POST", "/trace", "text/plain", "{}"},
    {"B-livemetrics-post-badjson", "POST", "/trace", "application/json", "{bad"},
    {"A-processes-after-exit", NULL, "/processes", NULL, NULL},
};

static void test_no_http_egress(void)
{
    const struct portside *p =
        portside_start(&(struct portside_options){.args = {"--no-http-egress"}});

    for (size_t i = 0; i < COUNT_OF(egress); i++) {
        const struct http *h =
            ask(p->base, egress[i].method, egress[i].path, egress[i].type, egress[i].body);
        const char *found = golden_difference(egress[i].golden, h);
        CHECK_AT(world_text("%s: %s", egress[i].path, found), !found);
    }
}

WORLD_SUITE("component/openapi", {"document", test_document}, {"hosts", test_hosts},
            {"security", test_security}, {"unserved", test_unserved}, {"refused", test_refused},
            {"no http egress", test_no_http_egress})
