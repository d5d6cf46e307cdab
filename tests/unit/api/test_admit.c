/* Which routes ask for a credential, and that the handler learns who it was. */
#include "src/api/api.h"
#include "src/auth/temp_key.h"
#include "tests/unit/api/exchange_pair.h"

static char identity[128];

static void on_route(void *user, struct http_exchange *x)
{
    const char *who = http_exchange_request(x)->identity;

    (void)user;
    (void)snprintf(identity, sizeof identity, "%s", who ? who : "");
    http_respond(x, 200, NULL, 0, NULL, 0);
}

static const struct http_route routes[] = {
    {"GET", "/open", on_route, ROUTE_OPEN, NULL},
    {"GET", "/metrics", on_route, ROUTE_OPEN | ROUTE_ON_METRICS | ROUTE_SCOPE(SCOPE_METRICS), NULL},
    {"GET", "/read", on_route, ROUTE_SCOPE(SCOPE_READ), NULL},
    {"GET", "/any", on_route, 0, NULL},
};

/* A server with two keys: one may do all, one only read. */
struct fixture {
    uv_loop_t loop;
    struct config_keys keys;
    struct temp_key all, reader;
    struct options options;
    struct api api;
};

static void set_key(struct fixture *f, const char *section, const struct temp_key *key)
{
    struct error err;

    REQUIRE(config_keys_set(&f->keys, world_text("%s:Subject", section), key->subject, "test",
                            &err) == 0);
    REQUIRE(config_keys_set(&f->keys, world_text("%s:PublicKey", section), key->public_key, "test",
                            &err) == 0);
}

static void begin(struct fixture *f)
{
    struct error err;

    *f = (struct fixture){.options.metrics_auth = false};
    (void)uv_loop_init(&f->loop);
    REQUIRE(temp_key_make(&f->all, &err) == 0 && temp_key_make(&f->reader, &err) == 0);
    set_key(f, "Authentication:MonitorApiKey", &f->all);
    set_key(f, "Authentication:Keys:reader", &f->reader);
    REQUIRE(config_keys_set(&f->keys, "Authentication:Keys:reader:Scopes", "read", "test", &err) ==
            0);
    f->api.options = &f->options;
    f->api.router = (struct http_router){routes, COUNT_OF(routes), &f->api, api_admit};
    REQUIRE(auth_new(&f->loop, &f->options, &f->keys, &f->api.auth, &err) == 0);
}

static void end(struct fixture *f)
{
    auth_free(f->api.auth);
    config_keys_deinit(&f->keys);
    temp_key_deinit(&f->all);
    temp_key_deinit(&f->reader);
    CHECK(uv_loop_close(&f->loop) == 0);
}

/* The status of a request with this token; NULL: without. */
static int status_of(struct fixture *f, const char *path, const char *token)
{
    const char *target =
        token ? world_text("%s HTTP/1.1\r\nAuthorization: Bearer %s\r\nX-Rest: x", path, token)
              : path;
    const char *answer = exchange_answer(target, http_router_dispatch, &f->api.router);

    return (int)strtol(answer + strlen("HTTP/1.1 "), NULL, 10);
}

static const struct row {
    const char *path;
    bool metrics_auth;
    int without, with_reader, with_all;
} rows[] = {
    {"/open", false, 200, 200, 200},    {"/open", true, 200, 200, 200},
    {"/metrics", false, 200, 200, 200}, {"/metrics", true, 401, 403, 200},
    {"/read", false, 401, 200, 200},    {"/any", false, 401, 403, 200},
};

static void test_routes(void)
{
    struct fixture f;

    begin(&f);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        f.options.metrics_auth = rows[i].metrics_auth;
        CHECK_AT(rows[i].path, status_of(&f, rows[i].path, NULL) == rows[i].without);
        CHECK_AT(rows[i].path, status_of(&f, rows[i].path, f.reader.token) == rows[i].with_reader);
        CHECK_AT(rows[i].path, status_of(&f, rows[i].path, f.all.token) == rows[i].with_all);
    }
    end(&f);
}

static void test_identity(void)
{
    struct fixture f;

    begin(&f);
    CHECK(status_of(&f, "/read", f.reader.token) == 200);
    CHECK(strcmp(identity, f.reader.subject) == 0);
    CHECK(status_of(&f, "/open", f.reader.token) == 200);
    CHECK(strcmp(identity, "") == 0);
    end(&f);
}

WORLD_SUITE("api/admit", {"routes", test_routes}, {"identity", test_identity})
