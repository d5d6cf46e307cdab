/* Who is asking, and may they: the table of tokens, scopes, kinds of credentials, reload. */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "src/auth/auth.h"
#include "src/auth/temp_key.h"
#include "tests/support/files.h"
#include "tests/support/token_table.h"
#include "tests/support/world.h"

#define FINGERPRINT "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define FILE_TOKEN "prometheus-0123456789abcdef01234567"

static uv_loop_t loop;
static struct config_keys keys;

static void set(const char *key, const char *value)
{
    struct error err;

    REQUIRE(config_keys_set(&keys, key, value, "test", &err) == 0);
}

static void begin(void)
{
    config_keys_deinit(&keys);
    (void)uv_loop_init(&loop);
}

static void end(struct auth *a)
{
    auth_free(a);
    config_keys_deinit(&keys);
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    CHECK(uv_loop_close(&loop) == 0);
}

static struct auth *start(void)
{
    static struct options options;
    struct auth *a = NULL;
    struct error err = {0};

    CHECK_AT(err.text, auth_new(&loop, &options, &keys, &a, &err) == 0);
    REQUIRE(a != NULL);
    return a;
}

static struct auth_answer ask(struct auth *a, const char *authorization, enum auth_scope scope)
{
    struct auth_answer answer;

    auth_ask(a, &(struct auth_question){.authorization = authorization, .scope = scope}, &answer);
    return answer;
}

/* Values of one header are a list, as api/admit.c hands them on. */
static const char *joined(const struct token_request *r)
{
    return r->authorization[0] && r->authorization[1]
               ? world_text("%s,%s", r->authorization[0], r->authorization[1])
               : r->authorization[0];
}

static void try_row(struct auth *a, const struct token_keys *made, const struct token_row *row)
{
    int64_t now = time(NULL);
    const char *challenge = token_challenge(row->challenge, now);
    struct token_request request;

    token_request_make(row, made, now, &request);
    /* Twice: the second time the signature is remembered. */
    for (int i = 0; i < 2; i++) {
        struct auth_answer answer = ask(a, joined(&request), SCOPE_READ);
        enum auth_verdict verdict = row->status == 200   ? AUTH_ALLOWED
                                    : row->status == 403 ? AUTH_FORBIDDEN
                                                         : AUTH_UNKNOWN;
        CHECK_AT(row->label, answer.verdict == verdict);
        CHECK_AT(row->label, !challenge || strcmp(answer.challenge, challenge) == 0);
        CHECK_AT(row->label, verdict != AUTH_ALLOWED || strcmp(answer.subject, TOKEN_SUBJECT) == 0);
    }
}

static void test_table(void)
{
    struct token_keys made;

    token_keys_make(&made);
    for (size_t k = 0; k < TOKEN_KEY_TYPES; k++) {
        begin();
        set("Authentication:MonitorApiKey:Subject", TOKEN_SUBJECT);
        set("Authentication:MonitorApiKey:PublicKey", jose_base64url_text(made.types[k].own->jwk));
        struct auth *a = start();
        for (size_t i = 0; i < token_row_count; i++) {
            if (TOKEN_ROW_FOR(&token_rows[i], made.types[k].type))
                try_row(a, &made, &token_rows[i]);
        }
        end(a);
    }
}

/* A key as generatekey makes them, put into the configuration; the header for it. */
static const char *add_key(const char *section, const char *scopes)
{
    struct temp_key key;
    struct error err;

    REQUIRE(temp_key_make(&key, &err) == 0);
    set(world_text("%s:Subject", section), key.subject);
    set(world_text("%s:PublicKey", section), key.public_key);
    if (scopes)
        set(world_text("%s:Scopes", section), scopes);
    const char *header = world_text("Bearer %s", key.token);
    temp_key_deinit(&key);
    return header;
}

static void test_scopes(void)
{
    begin();
    const char *all = add_key("Authentication:MonitorApiKey", NULL);
    const char *metrics = add_key("Authentication:Keys:prometheus", "metrics");
    const char *some = add_key("Authentication:Keys:ops", "read;trace");
    const char *stranger = all;
    struct auth *a = start();
    for (unsigned scope = 1; scope < SCOPE_ALL; scope <<= 1) {
        enum auth_scope s = (enum auth_scope)scope;
        CHECK(ask(a, all, s).verdict == AUTH_ALLOWED);
        CHECK(ask(a, metrics, s).verdict == (s == SCOPE_METRICS ? AUTH_ALLOWED : AUTH_FORBIDDEN));
        bool may = s == SCOPE_READ || s == SCOPE_TRACE;
        CHECK(ask(a, some, s).verdict == (may ? AUTH_ALLOWED : AUTH_FORBIDDEN));
    }
    /* A route of no scope needs them all. */
    CHECK(ask(a, all, SCOPE_ALL).verdict == AUTH_ALLOWED);
    CHECK(ask(a, some, SCOPE_ALL).verdict == AUTH_FORBIDDEN);
    end(a);
    begin();
    (void)add_key("Authentication:Keys:ops", "*");
    a = start();
    CHECK(ask(a, stranger, SCOPE_READ).verdict == AUTH_UNKNOWN);
    end(a);
}

static void test_token_file(void)
{
    const char *path = world_text("%s/token", files_tmpdir());

    begin();
    REQUIRE(files_write(path, FILE_TOKEN "\n", strlen(FILE_TOKEN) + 1));
    set("Authentication:Tokens:prometheus:File", path);
    set("Authentication:Tokens:prometheus:Scopes:0", "metrics");
    set("Authentication:Tokens:prometheus:Scopes:1", "read");
    struct auth *a = start();
    struct auth_answer answer = ask(a, "Bearer " FILE_TOKEN, SCOPE_METRICS);
    CHECK(answer.verdict == AUTH_ALLOWED && strcmp(answer.subject, "token prometheus") == 0);
    CHECK(ask(a, "Bearer " FILE_TOKEN, SCOPE_READ).verdict == AUTH_ALLOWED);
    CHECK(ask(a, "Bearer " FILE_TOKEN, SCOPE_DUMP).verdict == AUTH_FORBIDDEN);
    CHECK(ask(a, "Bearer " FILE_TOKEN "x", SCOPE_READ).verdict == AUTH_UNKNOWN);
    CHECK(ask(a, FILE_TOKEN, SCOPE_READ).verdict == AUTH_UNKNOWN);
    end(a);
}

static enum auth_verdict ask_tls(struct auth *a, const char *subject, const char *authorization,
                                 enum auth_scope scope)
{
    struct auth_answer answer;

    auth_ask(a,
             &(struct auth_question){.authorization = authorization,
                                     .client_subject = subject,
                                     .client_fingerprint = subject ? FINGERPRINT : NULL,
                                     .scope = scope},
             &answer);
    return answer.verdict;
}

static void test_client_certificate(void)
{
    begin();
    const char *key = add_key("Authentication:MonitorApiKey", NULL);
    set("Authentication:ClientCertificates:a:Subject", "CN=prometheus");
    set("Authentication:ClientCertificates:a:Scopes", "metrics");
    set("Authentication:ClientCertificates:b:Fingerprint", FINGERPRINT);
    set("Authentication:ClientCertificates:b:Scopes", "read");
    struct auth *a = start();
    CHECK(ask_tls(a, "CN=prometheus", NULL, SCOPE_METRICS) == AUTH_ALLOWED);
    CHECK(ask_tls(a, "CN=x", NULL, SCOPE_READ) == AUTH_ALLOWED);
    CHECK(ask_tls(a, "CN=prometheus", NULL, SCOPE_DUMP) == AUTH_FORBIDDEN);
    CHECK(ask_tls(a, "CN=x", NULL, SCOPE_METRICS) == AUTH_FORBIDDEN);
    CHECK(ask_tls(a, "CN=x", key, SCOPE_DUMP) == AUTH_ALLOWED);
    CHECK(ask_tls(a, NULL, NULL, SCOPE_READ) == AUTH_UNKNOWN);
    end(a);
}

/* The log must tell whose certificate it was, without a subject too. */
static void test_certificate_without_subject(void)
{
    struct auth_answer answer;

    begin();
    set("Authentication:ClientCertificates:b:Fingerprint", FINGERPRINT);
    set("Authentication:ClientCertificates:b:Scopes", "read");
    struct auth *a = start();
    auth_ask(a,
             &(struct auth_question){
                 .client_subject = "", .client_fingerprint = FINGERPRINT, .scope = SCOPE_READ},
             &answer);
    CHECK(answer.verdict == AUTH_ALLOWED);
    CHECK_AT(answer.subject, strcmp(answer.subject, "SHA-256 " FINGERPRINT) == 0);
    end(a);
}

static void test_reload(void)
{
    begin();
    const char *old = add_key("Authentication:MonitorApiKey", NULL);
    struct auth *a = start();
    CHECK(ask(a, old, SCOPE_READ).verdict == AUTH_ALLOWED);
    const char *new = add_key("Authentication:MonitorApiKey", NULL);
    CHECK(ask(a, new, SCOPE_READ).verdict == AUTH_UNKNOWN);
    auth_reload(a, &keys);
    CHECK(ask(a, new, SCOPE_READ).verdict == AUTH_ALLOWED);
    CHECK(ask(a, old, SCOPE_READ).verdict == AUTH_UNKNOWN);
    set("Authentication:MonitorApiKey:PublicKey", "e30");
    auth_reload(a, &keys);
    CHECK(ask(a, new, SCOPE_READ).verdict == AUTH_UNKNOWN);
    /* A faulty entry of ours is left out; the others count. */
    const char *good = add_key("Authentication:Keys:good", "read");
    const char *bad = add_key("Authentication:Keys:bad", NULL);
    auth_reload(a, &keys);
    CHECK(ask(a, good, SCOPE_READ).verdict == AUTH_ALLOWED);
    CHECK(ask(a, bad, SCOPE_READ).verdict == AUTH_UNKNOWN);
    end(a);
}

static const struct fault {
    const char *label, *key, *value, *reason;
} faults[] = {
    {"no scopes", "Authentication:Tokens:a:File", "/x", "Tokens:a: Scopes is missing"},
    {"unknown scope", "Authentication:Keys:a:Scopes", "all", "'all' is no scope"},
    {"no subject", "Authentication:Keys:a:Scopes", "*", "Subject and PublicKey is missing"},
    {"no file", "Authentication:Tokens:a:Scopes", "*", "Tokens:a: File must be"},
    {"no certificate", "Authentication:ClientCertificates:a:Scopes", "*", "Subject or Fingerprint"},
};

static void test_faults(void)
{
    static const struct options options;

    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        struct auth *a = NULL;
        struct error err = {0};
        begin();
        set(faults[i].key, faults[i].value);
        CHECK_AT(faults[i].label, auth_new(&loop, &options, &keys, &a, &err) == -EINVAL);
        CHECK_AT(faults[i].label, strstr(err.text, faults[i].reason) != NULL);
        end(a);
    }
}

static void test_two_modes(void)
{
    static const struct options options;
    struct auth *a = NULL;
    struct error err = {0};

    begin();
    (void)add_key("Authentication:MonitorApiKey", NULL);
    set("Authentication:AzureAd:TenantId", "x");
    CHECK(auth_new(&loop, &options, &keys, &a, &err) == -EINVAL);
    CHECK(strstr(err.text, "AzureAd or MonitorApiKey") != NULL);
    end(a);
}

static void test_switches(void)
{
    const struct options open = {.no_auth = true, .temp_api_key = true};
    const struct options temporary = {.temp_api_key = true};
    struct auth *a = NULL;
    struct error err;

    begin();
    set("Authentication:Keys:a:Scopes", "nonsense, which --no-auth does not look at");
    REQUIRE(auth_new(&loop, &open, &keys, &a, &err) == 0);
    CHECK(ask(a, NULL, SCOPE_DUMP).verdict == AUTH_ALLOWED);
    end(a);
    begin();
    const char *configured = add_key("Authentication:MonitorApiKey", NULL);
    REQUIRE(auth_new(&loop, &temporary, &keys, &a, &err) == 0);
    CHECK(ask(a, NULL, SCOPE_READ).verdict == AUTH_UNKNOWN);
    CHECK(ask(a, configured, SCOPE_READ).verdict == AUTH_UNKNOWN);
    auth_reload(a, &keys);
    CHECK(ask(a, configured, SCOPE_READ).verdict == AUTH_UNKNOWN);
    end(a);
}

WORLD_SUITE("auth/auth", {"table of tokens", test_table}, {"scopes", test_scopes},
            {"token file", test_token_file}, {"client certificate", test_client_certificate},
            {"certificate without subject", test_certificate_without_subject},
            {"reload", test_reload}, {"faults", test_faults}, {"two modes", test_two_modes},
            {"switches", test_switches})
