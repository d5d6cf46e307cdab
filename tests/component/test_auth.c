/*
 * Authentication of the running program: which routes are open, scopes, keys as people write them,
 * generatekey, --temp-apikey, token files. With PORTSIDE_PEER also: keys of the one work in the
 * other.
 */
#include <stdlib.h>
#include <unistd.h>

#include "tests/support/files.h"
#include "tests/support/golden.h"
#include "tests/support/portside.h"
#include "tests/support/server.h"
#include "tests/support/token_table.h"
#include "tests/support/world.h"

#define FILE_TOKEN "prometheus-0123456789abcdef01234567"

enum { RUN_MS = 20000, CHANGE_MS = 10000 };

static long status_of(const char *base, const char *method, const char *path,
                      const char *authorization)
{
    return http_run(&(struct http_request){
                        .method = method,
                        .url = world_text("%s%s", base, path),
                        .headers = {authorization},
                    })
        ->status;
}

static const struct route_row {
    const char *method, *path;
    long without, read_only, metrics_only;
} routes[] = {
    {"GET", "/info", 401, 200, 403},
    {"GET", "/processes", 401, 200, 403},
    {"GET", "/operations", 401, 200, 403},
    {"GET", "/env", 401, 403, 403},
    {"GET", "/dump", 401, 403, 403},
    {"DELETE", "/operations/00000000-0000-0000-0000-000000000000", 401, 403, 403},
    {"GET", "/healthz", 200, 200, 200},
    {"GET", "/nosuch", 404, 404, 404},
    {"POST", "/processes", 405, 405, 405},
};

/* Makes a key with the program's own generatekey; adds its settings to `env`. The header. */
static const char *generate(const char *program, const char *section, const char *scopes,
                            const char **env)
{
    const char *output;
    size_t n = 0;

    REQUIRE(proc_run(&(struct proc_options){.argv = (const char *[]){program, "generatekey", "-o",
                                                                     "machinejson", NULL},
                                            .output = world_text("%s/key.json", files_tmpdir())},
                     RUN_MS, &output) == 0);
    cJSON *json = cJSON_Parse(output);
    const cJSON *key = cJSON_GetObjectItemCaseSensitive(
        cJSON_GetObjectItemCaseSensitive(json, "Authentication"), "MonitorApiKey");
    while (env[n])
        n++;
    env[n++] = world_text("DotnetMonitor_Authentication__%s__Subject=%s", section,
                          cJSON_GetStringValue(cJSON_GetObjectItem(key, "Subject")));
    env[n++] = world_text("DotnetMonitor_Authentication__%s__PublicKey=%s", section,
                          cJSON_GetStringValue(cJSON_GetObjectItem(key, "PublicKey")));
    if (scopes)
        env[n++] = world_text("DotnetMonitor_Authentication__%s__Scopes=%s", section, scopes);
    const char *header =
        world_text("Authorization: %s",
                   cJSON_GetStringValue(cJSON_GetObjectItem(json, "AuthorizationHeader")));
    cJSON_Delete(json);
    return header;
}

static void test_routes(void)
{
    struct portside_options options = {.authenticate = true};
    const char *ours = getenv("PORTSIDE_BIN");
    const char *all = generate(ours, "MonitorApiKey", NULL, options.env);
    const char *read_only = generate(ours, "Keys__reader", "read", options.env);
    const char *metrics = generate(ours, "Keys__prometheus", "metrics", options.env);
    const struct portside *p = portside_start(&options);

    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        const struct route_row *r = &routes[i];
        CHECK_AT(r->path, status_of(p->base, r->method, r->path, NULL) == r->without);
        CHECK_AT(r->path, status_of(p->base, r->method, r->path, read_only) == r->read_only);
        CHECK_AT(r->path, status_of(p->base, r->method, r->path, metrics) == r->metrics_only);
        long with_all = status_of(p->base, r->method, r->path, all);
        CHECK_AT(r->path, with_all != 401 && with_all != 403);
        /* On the metrics address 404 comes before 401. */
        CHECK_AT(r->path,
                 r->without != 401 || status_of(p->metrics, r->method, r->path, NULL) == 404);
    }
}

static void test_goldens(void)
{
    struct portside_options options = {.authenticate = true};
    const struct portside *p = portside_start(&options);
    struct golden golden;

    REQUIRE(golden_load("D2-noconfig-withkey", &golden));
    const struct jose_key *key = jose_key_new("P-384");
    const char *token = jose_token(key, "ES384", "{\"alg\":\"ES384\"}", "{}");
    const struct http *h = http_run(&(struct http_request){
        .url = world_text("%s/processes", p->base),
        .headers = {world_text("Authorization: Bearer %s", token)},
    });
    CHECK(golden_difference("D2-noconfig-withkey", h) == NULL);
    CHECK(strcmp(http_header(h, "WWW-Authenticate"),
                 "Bearer error=\"invalid_token\", error_description=\"The signature key was not "
                 "found\"") == 0);
    h = portside_get(p, "/processes");
    CHECK(golden_difference("D2-noconfig-noauth", h) == NULL);
    CHECK(strcmp(http_header(h, "WWW-Authenticate"), "Bearer") == 0);
}

/* Lines of `log` from the n-th mention of `mark` on, as the golden has them. */
static bool log_has(const char *log, const char *category, const char *message)
{
    const char *at = strstr(log, category);

    return at && strstr(at, message);
}

static void test_log(void)
{
    struct portside_options options = {.authenticate = true};
    (void)generate(getenv("PORTSIDE_BIN"), "MonitorApiKey", NULL, options.env);
    const struct portside *p = portside_start(&options);
    static const char category[] =
        "info: Microsoft.Diagnostics.Tools.Monitor.Auth.ApiKey.MonitorApiKeyConfigurationObserver"
        "[25]\n";
    static const char message[] =
        "      MonitorApiKey settings have changed. The new settings have passed validation.\n";
    const char *golden = files_read("tests/data/golden/startup-log-auth.txt", NULL);

    CHECK(golden && log_has(golden, category, message));
    CHECK(log_has(proc_output(p->proc), category, message));
    CHECK(!strstr(proc_output(p->proc), "[56]") && !strstr(proc_output(p->proc), "[26]"));
}

static void test_temp_key(void)
{
    static const char category[] = "warn: Microsoft.Diagnostics.Tools.Monitor.Startup[23]\n";
    static const char message[] = "      Generated one-time-use ApiKey for dotnet-monitor; use the "
                                  "following header for authorization:\n"
                                  "      Authorization: Bearer ";
    const char *golden = files_read("tests/data/golden/startup-log-tempkey.txt", NULL);
    const struct portside *p =
        portside_start(&(struct portside_options){.authenticate = true, .args = {"--temp-apikey"}});
    const char *log = proc_output(p->proc);
    const char *at = strstr(log, message);

    CHECK(golden && log_has(golden, category, message));
    REQUIRE(log_has(log, category, message));
    at += sizeof message - 1 - strlen("Authorization: Bearer ");
    const char *header = world_text("%.*s", (int)strcspn(at, "\n"), at);
    CHECK(status_of(p->base, "GET", "/info", header) == 200);
    CHECK(status_of(p->base, "GET", "/info", NULL) == 401);
    CHECK(!strstr(log, "[25]"));
}

static void test_no_auth_wins(void)
{
    const struct portside *p =
        portside_start(&(struct portside_options){.args = {"--temp-apikey"}});
    const char *log = proc_output(p->proc);

    CHECK(status_of(p->base, "GET", "/info", NULL) == 200);
    CHECK(status_of(p->base, "GET", "/info", "Authorization: Bearer x") == 200);
    CHECK(strstr(log, "Startup[13]") && !strstr(log, "Startup[23]"));
}

static void test_token_file(void)
{
    const char *path = world_text("%s/token", files_tmpdir());
    REQUIRE(files_write(path, FILE_TOKEN, strlen(FILE_TOKEN)));
    const struct portside *p = portside_start(&(struct portside_options){
        .authenticate = true,
        .env = {world_text("DotnetMonitor_Authentication__Tokens__ci__File=%s", path),
                "DotnetMonitor_Authentication__Tokens__ci__Scopes=read"},
    });
    static const char header[] = "Authorization: Bearer " FILE_TOKEN;

    CHECK(status_of(p->base, "GET", "/info", header) == 200);
    CHECK(status_of(p->base, "GET", "/env", header) == 403);
    REQUIRE(unlink(path) == 0);
    CHECK(WAIT_UNTIL(CHANGE_MS, status_of(p->base, "GET", "/info", header) == 401));
}

/* Cannot start: nothing on the way to being ready, the reason, exit code 255. */
static void test_faulty_start(void)
{
    const struct portside *p = portside_spawn(&(struct portside_options){
        .authenticate = true,
        .env = {"DotnetMonitor_Authentication__Tokens__ci__File=/x"},
    });

    REQUIRE(proc_wait(p->proc, RUN_MS));
    CHECK(proc_exit_code(p->proc) == 255);
    CHECK(strstr(proc_output(p->proc), "Tokens:ci: Scopes is missing") != NULL);
    CHECK(!strstr(proc_output(p->proc), "Application started"));
}

/* How people write the key; what a good token is then answered, and which events are told. */
static const struct key_row {
    const char *label, *type; /* of the signing key */
    const char *how;
    const char *(*public_key)(const struct jose_key *key);
    const char *subject, *issuer; /* settings; NULL: none */
    const char *token_issuer;     /* NULL: generatekey's */
    long status;
    const char *event, *no_event; /* in the log */
    long peer_status;             /* 0: as ours */
} key_rows[];

static const char *plain(const struct jose_key *key)
{
    return jose_base64url_text(key->jwk);
}

static const char *private_part(const struct jose_key *key)
{
    return jose_base64url_text(key->jwk_private);
}

static const char *pascal(const struct jose_key *key)
{
    char *text = world_text("%s", key->jwk);

    for (char *c = strchr(text, '"'); c; c = strchr(c + 1, '"')) {
        const char *end = strchr(c + 1, '"');
        if (end && end[1] == ':')
            c[1] = (char)(c[1] - ('a' - 'A'));
        c = strchr(c + 1, '"');
    }
    return jose_base64url_text(text);
}

static const char *no_base64(const struct jose_key *key)
{
    return world_text("%s!", plain(key));
}

static const char *padded(const struct jose_key *key)
{
    const char *text = plain(key);

    return world_text("%s=", text);
}

static const char *no_json(const struct jose_key *key)
{
    (void)key;
    return jose_base64url_text("key");
}

static const char *symmetric(const struct jose_key *key)
{
    (void)key;
    return jose_base64url_text("{\"kty\":\"oct\",\"k\":\"AAAA\"}");
}

static const char *with_id(const struct jose_key *key)
{
    return jose_base64url_text(world_text("{\"kid\":\"one\",\"use\":\"enc\",%s", key->jwk + 1));
}

static const char *nothing(const struct jose_key *key)
{
    (void)key;
    return "";
}

/* clang-format off */
static const struct key_row key_rows[] = {
    {"plain", "P-384", "ES384", plain, TOKEN_SUBJECT, NULL, NULL, 200, "[25]", "[26]", 0},
    {"Pascal case", "P-384", "ES384", pascal, TOKEN_SUBJECT, NULL, NULL, 200, "[25]", "[26]", 0},
    {"Pascal case, RSA", "RSA-2048", "RS256", pascal, TOKEN_SUBJECT, NULL, NULL, 200, "[25]", "[26]", 0},
    {"private part", "P-384", "ES384", private_part, TOKEN_SUBJECT, NULL, NULL, 200, "MonitorApiKeyPostConfigure[26]", "[21]", 0},
    {"private part, RSA", "RSA-2048", "RS512", private_part, TOKEN_SUBJECT, NULL, NULL, 200, "MonitorApiKeyPostConfigure[26]", "[21]", 0},
    {"kid and use", "P-384", "ES384", with_id, TOKEN_SUBJECT, NULL, NULL, 200, "[25]", "[26]", 0},
    {"RSA of 4096 bits", "RSA-4096", "RS384", plain, TOKEN_SUBJECT, NULL, NULL, 200, "[25]", "[26]", 0},
    {"RSA of 1024 bits", "RSA-1024", "RS256", plain, TOKEN_SUBJECT, NULL, NULL, 401, NULL, "[26]", 200},
    {"no base64url", "P-384", "ES384", no_base64, TOKEN_SUBJECT, NULL, NULL, 401, "[21]", "[25]", 0},
    {"padding", "P-384", "ES384", padded, TOKEN_SUBJECT, NULL, NULL, 401, "[21]", "[25]", 0},
    {"no JSON", "P-384", "ES384", no_json, TOKEN_SUBJECT, NULL, NULL, 401, "[21]", "[25]", 0},
    {"symmetric", "P-384", "ES384", symmetric, TOKEN_SUBJECT, NULL, NULL, 401, "[21]", "[26]", 0},
    {"no key", "P-384", "ES384", nothing, TOKEN_SUBJECT, NULL, NULL, 401, "[21]", "[25]", 0},
    {"no subject", "P-384", "ES384", plain, "", NULL, NULL, 401, "[21]", "[25]", 0},
    {"own issuer", "P-384", "ES384", plain, TOKEN_SUBJECT, "me", "me", 200, "[25]", "[21]", 0},
    {"own issuer, other token", "P-384", "ES384", plain, TOKEN_SUBJECT, "me", NULL, 401, "[25]", "[21]", 0},
    {"empty issuer", "P-384", "ES384", plain, TOKEN_SUBJECT, "", NULL, 200, "[25]", "[21]", 0},
};
/* clang-format on */

static const char *good_token(const struct key_row *row, const struct jose_key *key)
{
    return jose_token(
        key, row->how, world_text("{\"alg\":\"%s\"}", row->how),
        world_text("{\"aud\":\"https://github.com/dotnet/dotnet-monitor\",\"exp\":4000000000,"
                   "\"iss\":\"%s\",\"sub\":\"" TOKEN_SUBJECT "\"}",
                   row->token_issuer
                       ? row->token_issuer
                       : "https://github.com/dotnet/dotnet-monitor/generatekey+MonitorApiKey"));
}

static void try_key(const struct key_row *row, bool peer)
{
    const struct jose_key *key = jose_key_new(row->type);
    const char *env[SERVER_ENV] = {server_setting("Subject", row->subject),
                                   server_setting("PublicKey", row->public_key(key)),
                                   row->issuer ? server_setting("Issuer", row->issuer) : NULL};
    struct server s;

    server_start(&s, peer, env);
    long status = status_of(s.base, "GET", "/info",
                            world_text("Authorization: Bearer %s", good_token(row, key)));
    CHECK_AT(row->label, status == (peer && row->peer_status ? row->peer_status : row->status));
    CHECK_AT(row->label, !row->event || strstr(proc_output(s.proc), row->event));
    CHECK_AT(row->label, !strstr(proc_output(s.proc), row->no_event));
    server_stop(&s);
}

static void test_keys(void)
{
    for (size_t i = 0; i < sizeof key_rows / sizeof key_rows[0]; i++)
        try_key(&key_rows[i], false);
}

static void test_keys_peer(void)
{
    if (!server_has_peer())
        return;
    for (size_t i = 0; i < sizeof key_rows / sizeof key_rows[0]; i++)
        try_key(&key_rows[i], true);
}

/* A key that one program has made opens the other. */
static void test_exchange(void)
{
    if (!server_has_peer())
        return;
    for (int peer = 0; peer < 2; peer++) {
        const char *env[SERVER_ENV] = {NULL};
        const char *header =
            generate(getenv(peer ? "PORTSIDE_BIN" : "PORTSIDE_PEER"), "MonitorApiKey", NULL, env);
        struct server s;
        server_start(&s, peer, env);
        CHECK_AT(peer ? "ours in the peer" : "the peer's in ours",
                 status_of(s.base, "GET", "/info", header) == 200);
        CHECK(status_of(s.base, "GET", "/info", NULL) == 401);
        server_stop(&s);
    }
}

WORLD_SUITE("component/auth", {"routes", test_routes}, {"goldens", test_goldens}, {"log", test_log},
            {"temporary key", test_temp_key}, {"--no-auth wins", test_no_auth_wins},
            {"token file", test_token_file}, {"faulty start", test_faulty_start},
            {"keys", test_keys}, {"keys, the peer", test_keys_peer}, {"keys across", test_exchange})
