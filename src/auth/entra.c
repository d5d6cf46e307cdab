#include "src/auth/entra.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "src/auth/challenge.h"
#include "src/auth/entra_claims.h"
#include "src/auth/jwt.h"
#include "src/base/cleanup.h"
#include "src/base/clock.h"
#include "src/base/events.h"
#include "src/base/log.h"
#include "src/base/text.h"

#define SECTION "Authentication:AzureAd"

enum {
    TOLD_MS = 60 * 1000, /* between two warnings */
    TENANT_SIZE = 128,
};

struct entra {
    struct oidc *oidc;
    struct entra_terms terms;
    char *instance;
    struct list waiters; /* of auth_waiter */
    bool told;
    int64_t told_at; /* of the monotonic clock */
};

/* --- fetches --- */

static void tell_failure(struct entra *e)
{
    const struct error *failure = oidc_failure(e->oidc);
    int64_t now = clock_monotonic_ms();

    if (!failure || (e->told && now - e->told_at < TOLD_MS))
        return;
    e->told = true;
    e->told_at = now;
    log_event(oidc_get_keys(e->oidc) ? &event_signing_keys_kept : &event_signing_keys_missing,
              {"reason", failure->text});
}

/* A waiter that is called may take others off the list; those who wait anew wait for the next. */
static void on_end(void *user)
{
    struct entra *e = user;
    struct list ready;

    tell_failure(e);
    list_init(&ready);
    while (!list_empty(&e->waiters)) {
        struct list *node = e->waiters.next;
        list_remove(node);
        list_append(&ready, node);
    }
    while (!list_empty(&ready)) {
        struct auth_waiter *w = container_of(ready.next, struct auth_waiter, node);
        list_remove(&w->node);
        w->on_ready(w->user);
    }
}

void entra_wait(struct entra *e, struct auth_waiter *waiter, void (*on_ready)(void *user),
                void *user)
{
    *waiter = (struct auth_waiter){.on_ready = on_ready, .user = user};
    list_init(&waiter->node);
    list_append(&e->waiters, &waiter->node);
}

/* --- tokens --- */

static void wait_or_refuse(struct entra *e, const char *reason, struct auth_answer *answer)
{
    if (oidc_refresh(e->oidc))
        answer->verdict = AUTH_WAIT;
    else
        challenge_set(answer, reason);
}

static int check_claims(const struct entra *e, const struct jwt *t, const struct oidc_key *key,
                        struct error *err)
{
    const struct entra_issuers issuers = {
        .v2 = oidc_issuer(e->oidc),
        .v1 = oidc_issuer_v1(e->oidc),
        .key = key ? key->issuer : NULL,
    };

    return entra_claims_check(t, &e->terms, &issuers, (int64_t)time(NULL), err);
}

/* Which key has signed it? -ENOKEY: one that we do not have. */
static int verify(const struct oidc_keys *keys, const struct jwt *t, const struct oidc_key **ret,
                  struct error *err)
{
    const char *kid = jwt_key_id(t);

    if (kid) {
        *ret = oidc_keys_find(keys, kid);
        return *ret ? jwt_verify(t, (*ret)->key, err)
                    : error_set(err, -ENOKEY, "The signature key was not found");
    }
    for (size_t i = 0; i < keys->count; i++) {
        *ret = &keys->items[i];
        if (jwt_verify(t, (*ret)->key, err) == 0)
            return 0;
    }
    return error_set(err, -EKEYREJECTED, "The signature key was not found");
}

static void set_subject(const struct jwt *t, struct auth_answer *answer)
{
    const char *id = jwt_claim(t, "oid");

    id = id ? id : jwt_claim(t, "sub");
    (void)snprintf(answer->subject, sizeof answer->subject, "%s", id ? id : "");
}

static void judge(struct entra *e, const struct jwt *t, struct auth_answer *answer)
{
    const struct oidc_keys *keys = oidc_get_keys(e->oidc);
    const struct oidc_key *key = NULL;
    struct error err;

    if (!keys) {
        wait_or_refuse(e, "The authority that issues the tokens is unreachable", answer);
        return;
    }
    int claims = check_claims(e, t, NULL, &err);
    if (claims == -EKEYREJECTED) {
        challenge_set(answer, err.text);
        return;
    }
    int r = verify(keys, t, &key, &err);
    if (r == -ENOKEY) {
        wait_or_refuse(e, err.text, answer);
        return;
    }
    if (r == 0)
        r = check_claims(e, t, key, &err);
    if (r == 0 || r == -EACCES)
        set_subject(t, answer);
    if (r == 0 || r == -EACCES)
        answer->verdict = r == 0 ? AUTH_ALLOWED : AUTH_FORBIDDEN;
    else
        challenge_set(answer, err.text);
}

void entra_ask(struct entra *e, const char *token, struct auth_answer *answer)
{
    struct jwt *t = NULL;
    struct error err;

    *answer = (struct auth_answer){.verdict = AUTH_UNKNOWN};
    if (jwt_parse(token, &t, &err) < 0) {
        challenge_set(answer, "");
        return;
    }
    judge(e, t, answer);
    jwt_free(t);
}

/* --- settings --- */

bool entra_configured(const struct config_keys *keys)
{
    const struct config_entry *first;

    return config_keys_below(keys, SECTION, &first) > 0;
}

static const char *setting(const struct config_keys *keys, const char *name)
{
    const char *value = config_keys_child(keys, SECTION, name);

    return value && value[strspn(value, " \t")] ? value : NULL;
}

/* It becomes a part of an address: a GUID or a domain. */
static bool is_tenant(const char *tenant)
{
    return strlen(tenant) < TENANT_SIZE &&
           tenant[strspn(tenant, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "0123456789.-_")] == '\0' &&
           tenant[strspn(tenant, ".")] != '\0';
}

static int check_settings(const struct config_keys *keys, struct error *err)
{
    static const char *const required[] = {"TenantId", "ClientId", "RequiredRole"};
    const char *tenant = setting(keys, "TenantId");
    struct error wrong = {0};

    for (size_t i = 0; i < sizeof required / sizeof required[0]; i++) {
        if (!setting(keys, required[i]))
            (void)error_append(&wrong, " Set %s:%s.", SECTION, required[i]);
    }
    if (tenant && !is_tenant(tenant))
        (void)error_append(&wrong, " %s:TenantId must be a GUID or a domain, not '%.64s'.", SECTION,
                           tenant);
    return *wrong.text
               ? error_set(err, -EINVAL, "%s is incomplete or wrong:%s", SECTION, wrong.text)
               : 0;
}

static int copy_settings(struct entra *e, const struct config_keys *keys, struct error *err)
{
    const char *instance = setting(keys, "Instance"), *audience = setting(keys, "AppIdUri");
    struct text fallback = {0};

    text_add_fmt(&fallback, "api://%s", setting(keys, "ClientId"));
    if (fallback.failed)
        return error_set(err, -ENOMEM, "out of memory");
    e->terms.audience = entra_audience(audience ? audience : fallback.data);
    e->terms.role = strdup(setting(keys, "RequiredRole"));
    e->instance = strdup(instance ? instance : ENTRA_INSTANCE);
    text_deinit(&fallback);
    if (!e->terms.audience || !e->terms.role || !e->instance)
        return error_set(err, -ENOMEM, "out of memory");
    return 0;
}

static void free_entra(struct entra **e)
{
    entra_free(*e);
}

int entra_new(uv_loop_t *loop, const struct config_keys *keys, const struct oidc_times *times,
              struct entra **ret, struct error *err)
{
    int r = check_settings(keys, err);

    if (r < 0)
        return r;
    cleanup(free_entra) struct entra *e = calloc(1, sizeof *e);
    if (!e)
        return error_set(err, -ENOMEM, "out of memory");
    list_init(&e->waiters);
    r = copy_settings(e, keys, err);
    if (r < 0)
        return r;
    const struct oidc_config config = {
        .instance = e->instance,
        .tenant = setting(keys, "TenantId"),
        .times = times ? times : &oidc_times_default,
        .on_end = on_end,
        .user = e,
    };
    if (oidc_new(loop, &config, &e->oidc, err) < 0)
        return error_prefix(err, "%s:Instance", SECTION);
    *ret = take_ptr(e);
    return 0;
}

void entra_free(struct entra *e)
{
    if (!e)
        return;
    oidc_free(e->oidc);
    while (!list_empty(&e->waiters))
        list_remove(e->waiters.next);
    free(e->terms.audience);
    free(e->terms.role);
    free(e->instance);
    free(e);
}
