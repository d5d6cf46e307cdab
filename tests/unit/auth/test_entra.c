/*
 * The whole object against an authority on this machine: keys are fetched in the background, kept,
 * renewed; who asks meanwhile waits.
 */
#include <errno.h>
#include <stdlib.h>

#include "src/auth/entra.h"
#include "tests/support/oidc_server.h"
#include "tests/unit/io/loop.h"

enum { SETTINGS = 6, SHORT_MS = 200 };

/* Time runs faster here. */
static const struct oidc_times quick = {
    .connect = 2000,
    .total = 2000,
    .renew = 100000,
    .retry = 100000,
    .retry_most = 100000,
    .gap_without = SHORT_MS,
    .gap = SHORT_MS,
    .allowance = 100000,
    .allowance_burst = 2,
};

struct fixture {
    uv_loop_t *loop;
    struct entra *entra;
    struct auth_waiter waiter;
    int ready;
};

struct setting {
    const char *name, *value;
};

static int make(uv_loop_t *loop, const struct setting *settings, const struct oidc_times *times,
                struct entra **ret, struct error *err)
{
    struct config_keys keys = {0};

    for (size_t i = 0; i < SETTINGS && settings[i].name; i++)
        REQUIRE(config_keys_set(&keys, world_text("Authentication:AzureAd:%s", settings[i].name),
                                settings[i].value, "test", err) == 0);
    CHECK(entra_configured(&keys) == (keys.count > 0));
    int r = entra_new(loop, &keys, times, ret, err);
    config_keys_deinit(&keys);
    return r;
}

static struct fixture *start_with(const struct oidc_server *s, const char *tenant,
                                  const struct oidc_times *times)
{
    struct fixture *f = world_alloc(sizeof *f);
    struct error err = {0};
    const struct setting settings[SETTINGS] = {
        {"Instance", oidc_server_url(s)},
        {"TenantId", tenant},
        {"ClientId", "client"},
        {"RequiredRole", "monitor"},
    };

    f->loop = loop_new();
    int r = make(f->loop, settings, times, &f->entra, &err);
    CHECK_AT(err.text, r == 0);
    REQUIRE(r == 0);
    return f;
}

static struct fixture *start(const struct oidc_server *s)
{
    return start_with(s, OIDC_TENANT, &quick);
}

static void end(struct fixture *f)
{
    entra_free(f->entra);
    loop_end(f->loop);
}

static void on_ready(void *user)
{
    struct fixture *f = user;

    f->ready++;
}

static enum auth_verdict ask_once(struct fixture *f, const char *token, struct auth_answer *answer)
{
    entra_ask(f->entra, token, answer);
    CHECK((answer->verdict == AUTH_UNKNOWN) == (answer->challenge[0] != '\0'));
    return answer->verdict;
}

/* As a request does: it waits for as long as it is told to, but not for ever. */
static enum auth_verdict ask(struct fixture *f, const char *token, struct auth_answer *answer)
{
    for (int tries = 0; tries < 5; tries++) {
        if (ask_once(f, token, answer) != AUTH_WAIT)
            break;
        f->ready = 0;
        entra_wait(f->entra, &f->waiter, on_ready, f);
        CHECK(LOOP_UNTIL(f->loop, LOOP_MS, f->ready > 0));
    }
    return answer->verdict;
}

static enum auth_verdict ask_with(struct fixture *f, const struct oidc_server *s,
                                  const struct oidc_claims *claims)
{
    struct auth_answer answer;

    return ask(f, oidc_server_token(s, claims), &answer);
}

static void test_tokens(void)
{
    static const struct {
        const char *label;
        struct oidc_claims claims;
        enum auth_verdict want;
    } rows[] = {
        {"good", {0}, AUTH_ALLOWED},
        {"version 1",
         {.issuer = "https://sts.windows.net/" OIDC_TENANT "/", .version = "1.0"},
         AUTH_ALLOWED},
        {"without kid", {.kid = ""}, AUTH_ALLOWED},
        {"without role", {.roles = "[]"}, AUTH_FORBIDDEN},
        {"broken", {.broken = true}, AUTH_UNKNOWN},
        {"broken, without role", {.broken = true, .roles = ""}, AUTH_UNKNOWN},
        {"broken, without kid", {.broken = true, .kid = ""}, AUTH_UNKNOWN},
        {"wrong tenant", {.tenant = "99999999-2222-3333-4444-555555555555"}, AUTH_UNKNOWN},
        {"expired", {.expires = -1000}, AUTH_UNKNOWN},
        {"audience", {.audience = "\"api://other\""}, AUTH_UNKNOWN},
    };
    const struct oidc_server *s = oidc_server_start();
    struct fixture *f = start(s);

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_AT(rows[i].label, ask_with(f, s, &rows[i].claims) == rows[i].want);
    CHECK(oidc_server_requests(s) == 3);
    end(f);
}

static void test_subject(void)
{
    const struct oidc_server *s = oidc_server_start();
    struct fixture *f = start(s);
    struct auth_answer answer;

    CHECK(ask(f, oidc_server_token(s, &(struct oidc_claims){0}), &answer) == AUTH_ALLOWED);
    CHECK(strcmp(answer.subject, "caller") == 0 && answer.challenge[0] == '\0');
    const struct oidc_claims reader = {.roles = "[\"reader\"]"};
    CHECK(ask(f, oidc_server_token(s, &reader), &answer) == AUTH_FORBIDDEN);
    CHECK(strcmp(answer.subject, "caller") == 0);
    const struct oidc_claims broken = {.broken = true};
    CHECK(ask(f, oidc_server_token(s, &broken), &answer) == AUTH_UNKNOWN);
    CHECK(answer.subject[0] == '\0');
    end(f);
}

/* What a stranger writes into a token must not break out of the header. */
static void test_challenge(void)
{
    static const char *const audiences[] = {
        "\"a\\\"b\\\\c\"",
        "\"a\\r\\nSet-Cookie: b\"",
        "\"\\u00e4\\u0001\"",
        "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xxxxxxxxxxxxxxxxxxxx\"",
    };
    static const char begin[] = "Bearer error=\"invalid_token\", error_description=\"";
    const struct oidc_server *s = oidc_server_start();
    struct fixture *f = start(s);
    struct auth_answer answer;

    for (size_t i = 0; i < COUNT_OF(audiences); i++) {
        const struct oidc_claims claims = {.audience = audiences[i]};
        CHECK(ask(f, oidc_server_token(s, &claims), &answer) == AUTH_UNKNOWN);
        size_t size = strlen(answer.challenge);
        REQUIRE(strncmp(answer.challenge, begin, sizeof begin - 1) == 0);
        CHECK_AT(answer.challenge,
                 strcspn(answer.challenge + sizeof begin - 1, "\"\\") == size - sizeof begin);
        for (size_t c = 0; c < size; c++)
            CHECK_AT("printable", answer.challenge[c] >= ' ' && answer.challenge[c] <= '~');
    }
    CHECK(ask_once(f, "", &answer) == AUTH_UNKNOWN);
    CHECK(ask_once(f, "a.b.c", &answer) == AUTH_UNKNOWN);
    end(f);
}

static void test_only_v2(void)
{
    struct oidc_server *s = oidc_server_start();
    struct fixture *f = start(s);
    const struct oidc_claims v1 = {.issuer = "https://sts.windows.net/" OIDC_TENANT "/"};

    oidc_server_only_v2(s);
    CHECK(ask_with(f, s, &(struct oidc_claims){0}) == AUTH_ALLOWED);
    CHECK(ask_with(f, s, &v1) == AUTH_ALLOWED);
    end(f);
}

static void test_many_tenants(void)
{
    static const char other[] = "99999999-2222-3333-4444-555555555555";
    const struct oidc_server *s = oidc_server_start();
    struct fixture *f = start_with(s, "organizations", &quick);
    const struct oidc_claims v2 = {.tenant = other};
    const struct oidc_claims v1 = {.tenant = other,
                                   .issuer = world_text("https://sts.windows.net/%s/", other)};
    const struct oidc_claims mixed = {.tenant = other,
                                      .issuer = "https://sts.windows.net/" OIDC_TENANT "/"};

    CHECK(ask_with(f, s, &v2) == AUTH_ALLOWED);
    CHECK(ask_with(f, s, &v1) == AUTH_ALLOWED);
    CHECK(ask_with(f, s, &mixed) == AUTH_UNKNOWN);
    end(f);
}

static void test_rotation(void)
{
    struct oidc_server *s = oidc_server_start();
    struct fixture *f = start(s);
    const char *old = oidc_server_token(s, &(struct oidc_claims){0});
    struct auth_answer answer;

    CHECK(ask(f, old, &answer) == AUTH_ALLOWED);
    loop_for(f->loop, SHORT_MS + 20);
    oidc_server_rotate(s);
    CHECK(ask(f, old, &answer) == AUTH_ALLOWED); /* nobody has looked yet */
    CHECK(ask_with(f, s, &(struct oidc_claims){0}) == AUTH_ALLOWED);
    CHECK(oidc_server_requests(s) == 5); /* the document of version 1 only once */
    loop_for(f->loop, SHORT_MS + 20);
    CHECK(ask(f, old, &answer) == AUTH_UNKNOWN);
    end(f);
}

/* Invented keys: one fetch serves all who ask, and after the burst there are none. */
static void test_allowance(void)
{
    struct oidc_server *s = oidc_server_start();
    struct fixture *f = start(s);
    struct auth_answer answer;

    CHECK(ask_with(f, s, &(struct oidc_claims){0}) == AUTH_ALLOWED);
    for (int round = 0; round < 6; round++) {
        loop_for(f->loop, SHORT_MS + 20);
        for (int i = 0; i < 20; i++) {
            const struct oidc_claims invented = {.kid = world_text("invented-%d-%d", round, i)};
            const char *token = oidc_server_token(s, &invented);
            enum auth_verdict want = round < quick.allowance_burst ? AUTH_WAIT : AUTH_UNKNOWN;
            CHECK(ask_once(f, token, &answer) == want);
        }
        loop_for(f->loop, 50);
    }
    CHECK(oidc_server_requests(s) == 3 + 2 * 2);
    CHECK(ask_with(f, s, &(struct oidc_claims){0}) == AUTH_ALLOWED);
    end(f);
}

/* What cannot count whatever its signature is. */
static void test_no_fetch_for_others(void)
{
    struct oidc_server *s = oidc_server_start();
    struct fixture *f = start(s);
    const struct oidc_claims other = {.kid = "new", .audience = "\"api://other\""};

    CHECK(ask_with(f, s, &(struct oidc_claims){0}) == AUTH_ALLOWED);
    loop_for(f->loop, SHORT_MS + 20);
    CHECK(ask_with(f, s, &other) == AUTH_UNKNOWN);
    CHECK(oidc_server_requests(s) == 3);
    end(f);
}

static void test_down_later(void)
{
    struct oidc_server *s = oidc_server_start();
    struct fixture *f = start(s);
    const struct oidc_claims unknown = {.kid = "unknown"};

    CHECK(ask_with(f, s, &(struct oidc_claims){0}) == AUTH_ALLOWED);
    oidc_server_stop(s);
    loop_for(f->loop, SHORT_MS + 20);
    CHECK(ask_with(f, s, &unknown) == AUTH_UNKNOWN);
    CHECK(ask_with(f, s, &(struct oidc_claims){0}) == AUTH_ALLOWED);
    oidc_server_resume(s);
    end(f);
}

static void test_down_at_first(void)
{
    struct oidc_server *s = oidc_server_start();
    struct auth_answer answer;

    oidc_server_stop(s);
    struct fixture *f = start(s);
    const char *token = oidc_server_token(s, &(struct oidc_claims){0});
    CHECK(ask_once(f, token, &answer) == AUTH_WAIT);
    CHECK(ask(f, token, &answer) == AUTH_UNKNOWN);
    CHECK_AT(answer.challenge, strstr(answer.challenge, "authority") != NULL);
    oidc_server_resume(s);
    CHECK(ask_once(f, token, &answer) == AUTH_UNKNOWN); /* too soon */
    loop_for(f->loop, SHORT_MS + 20);
    CHECK(ask(f, token, &answer) == AUTH_ALLOWED);
    end(f);
}

/* Nobody has to ask for it. */
static void test_retry_and_renewal(void)
{
    struct oidc_times times = quick;
    struct oidc_server *s = oidc_server_start();
    struct auth_answer answer;

    times.retry = times.retry_most = times.renew = 30;
    oidc_server_stop(s);
    struct fixture *f = start_with(s, OIDC_TENANT, &times);
    loop_for(f->loop, 100);
    oidc_server_resume(s);
    CHECK(LOOP_UNTIL(f->loop, LOOP_MS, oidc_server_requests(s) > 3));
    const char *old = oidc_server_token(s, &(struct oidc_claims){0});
    CHECK(ask_once(f, old, &answer) == AUTH_ALLOWED);
    oidc_server_rotate(s);
    const char *new = oidc_server_token(s, &(struct oidc_claims){0});
    CHECK(LOOP_UNTIL(f->loop, LOOP_MS, ask_once(f, new, &answer) == AUTH_ALLOWED));
    CHECK(ask_once(f, old, &answer) != AUTH_ALLOWED);
    end(f);
}

static const char *const bad_answers[] = {
    "",
    "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{\"issuer\":\"x\"}",
    "HTTP/1.1 200 OK\r\n\r\n{\"issuer\":\"x\",\"jwks_uri\":\"file:///\"}",
    "HTTP/1.1 200 OK\r\n\r\n{\"issuer\":\"x\",\"jwks_uri\":\"http://10.0.0.1/"
    "\"}",
    "HTTP/1.1 302 Found\r\nLocation: https://login.microsoftonline.com/\r\n"
    "Content-Length: 0\r\n\r\n",
};

static void test_bad_answers(void)
{
    for (size_t i = 0; i < COUNT_OF(bad_answers); i++) {
        struct oidc_server *s = oidc_server_start();
        oidc_server_raw(s, bad_answers[i]);
        struct fixture *f = start(s);
        CHECK_AT(bad_answers[i], ask_with(f, s, &(struct oidc_claims){0}) == AUTH_UNKNOWN);
        end(f);
        /* The same with keys that were fetched before. */
        oidc_server_set_mode(s, OIDC_ANSWER);
        f = start(s);
        CHECK(ask_with(f, s, &(struct oidc_claims){0}) == AUTH_ALLOWED);
        oidc_server_raw(s, bad_answers[i]);
        loop_for(f->loop, SHORT_MS + 20);
        CHECK(ask_with(f, s, &(struct oidc_claims){.kid = "new"}) == AUTH_UNKNOWN);
        CHECK(ask_with(f, s, &(struct oidc_claims){0}) == AUTH_ALLOWED);
        end(f);
    }
}

struct crowd {
    struct fixture *f;
    struct auth_waiter waiters[8];
    int ready;
};

/* The first to be called takes the others with it. */
static void on_first_ready(void *user)
{
    struct crowd *c = user;

    c->ready++;
    for (size_t i = 1; i < COUNT_OF(c->waiters); i++)
        list_remove(&c->waiters[i].node);
}

static void test_waiters(void)
{
    struct oidc_server *s = oidc_server_start();
    struct crowd c = {.f = start(s)};
    struct auth_answer answer;
    const char *token = oidc_server_token(s, &(struct oidc_claims){0});

    oidc_server_set_mode(s, OIDC_SILENT);
    for (size_t i = 0; i < COUNT_OF(c.waiters); i++) {
        CHECK(ask_once(c.f, token, &answer) == AUTH_WAIT);
        entra_wait(c.f->entra, &c.waiters[i], on_first_ready, &c);
    }
    loop_for(c.f->loop, 50);
    CHECK(c.ready == 0);
    CHECK(LOOP_UNTIL(c.f->loop, LOOP_MS, c.ready > 0));
    loop_for(c.f->loop, 20);
    CHECK(c.ready == 1);
    CHECK(ask_once(c.f, token, &answer) == AUTH_UNKNOWN);
    /* An end with waiters: they are dropped. */
    loop_for(c.f->loop, SHORT_MS + 20);
    CHECK(ask_once(c.f, token, &answer) == AUTH_WAIT);
    entra_wait(c.f->entra, &c.waiters[0], on_first_ready, &c);
    loop_for(c.f->loop, 20);
    end(c.f);
    CHECK(c.ready == 1 && list_empty(&c.waiters[0].node));
}

static void test_settings(void)
{
    static const struct {
        const char *label;
        struct setting settings[SETTINGS];
        const char *reasons[3]; /* parts of the error; none: it works */
    } rows[] = {
        {"least", {{"TenantId", "t"}, {"ClientId", "c"}, {"RequiredRole", "r"}}, {NULL}},
        {"names in other case",
         {{"tenantid", "t"}, {"CLIENTID", "c"}, {"RequiredRole", "r"}},
         {NULL}},
        {"empty ones are the default",
         {{"Instance", ""},
          {"AppIdUri", " "},
          {"TenantId", "contoso.onmicrosoft.com"},
          {"ClientId", "c"},
          {"RequiredRole", "r"}},
         {NULL}},
        {"nothing", {{"Instance", "https://x"}}, {"TenantId", "ClientId", "RequiredRole"}},
        {"no role", {{"TenantId", "t"}, {"ClientId", "c"}}, {":RequiredRole"}},
        {"blank role", {{"TenantId", "t"}, {"ClientId", "c"}, {"RequiredRole", " "}}, {"Role"}},
        {"tenant with a path",
         {{"TenantId", "t/../x"}, {"ClientId", "c"}, {"RequiredRole", "r"}},
         {"TenantId must be"}},
        {"tenant of dots",
         {{"TenantId", ".."}, {"ClientId", "c"}, {"RequiredRole", "r"}},
         {"TenantId must be"}},
        {"tenant with a query",
         {{"TenantId", "t?x"}, {"ClientId", "c"}},
         {"TenantId must be", ":RequiredRole"}},
        {"http",
         {{"Instance", "http://login.microsoftonline.com"},
          {"TenantId", "t"},
          {"ClientId", "c"},
          {"RequiredRole", "r"}},
         {":Instance", "https://"}},
        {"no address",
         {{"Instance", "login"}, {"TenantId", "t"}, {"ClientId", "c"}, {"RequiredRole", "r"}},
         {":Instance"}},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uv_loop_t *loop = loop_new();
        struct entra *e = NULL;
        struct error err = {0};
        int r = make(loop, rows[i].settings, NULL, &e, &err);
        CHECK_AT(world_text("%s: %s", rows[i].label, err.text),
                 r == (rows[i].reasons[0] ? -EINVAL : 0) && (r == 0) == (e != NULL));
        for (size_t j = 0; j < 3 && rows[i].reasons[j]; j++)
            CHECK_AT(err.text, strstr(err.text, rows[i].reasons[j]) != NULL);
        entra_free(e); /* before the loop turns: nothing is fetched here */
        loop_end(loop);
    }
    entra_free(NULL);
}

WORLD_SUITE("auth/entra", {"tokens", test_tokens}, {"subject", test_subject},
            {"challenge", test_challenge}, {"only version 2", test_only_v2},
            {"many tenants", test_many_tenants}, {"rotation", test_rotation},
            {"allowance", test_allowance}, {"no fetch for others", test_no_fetch_for_others},
            {"down later", test_down_later}, {"down at first", test_down_at_first},
            {"retry and renewal", test_retry_and_renewal}, {"bad answers", test_bad_answers},
            {"waiters", test_waiters}, {"settings", test_settings})
