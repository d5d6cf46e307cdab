#include "src/auth/auth.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "src/auth/auth_log.h"
#include "src/auth/challenge.h"
#include "src/auth/credentials.h"
#include "src/auth/entra.h"
#include "src/auth/verified.h"
#include "src/base/cleanup.h"

struct auth {
    uv_loop_t *loop;
    bool open;              /* --no-auth */
    struct temp_key pinned; /* --temp-apikey; empty without */
    struct entra *entra;    /* NULL: bearer tokens are ours to judge */
    struct credentials *credentials;
    struct verified verified;
};

static const struct temp_key *pinned(const struct auth *a)
{
    return a->pinned.token ? &a->pinned : NULL;
}

static void tell_monitor_key(const struct credentials *c, bool temporary)
{
    if (c->monitor_key == MONITOR_KEY_FAULTY)
        auth_log_fault("MonitorApiKey", NULL, c->monitor_key_fault.text);
    if (c->monitor_key != MONITOR_KEY_GOOD)
        return;
    if (jwk_had_private(c->keys[0].key))
        auth_log_private_key("PublicKey");
    if (!temporary)
        auth_log_key_taken();
}

/* Names every private part that lies in the configuration and is not MonitorApiKey's. */
static void tell_other_keys(const struct credentials *c)
{
    for (size_t i = c->monitor_key == MONITOR_KEY_GOOD; i < c->key_count; i++) {
        if (jwk_had_private(c->keys[i].key))
            auth_log_private_key("PublicKey");
    }
}

static void tell_start(const struct auth *a)
{
    if (a->pinned.token)
        auth_log_temp_key(a->pinned.token);
    tell_monitor_key(a->credentials, a->pinned.token);
    tell_other_keys(a->credentials);
    if (!a->entra && credentials_are_none(a->credentials))
        auth_log_key_missing();
}

/* One authority for bearer tokens: what Entra ID has not signed cannot count beside it. */
static int start_entra(struct auth *a, const struct config_keys *keys, struct error *err)
{
    static const char *const others[] = {"MonitorApiKey", "Keys", "Tokens"};
    const struct config_entry *first;

    if (a->pinned.token || !entra_configured(keys))
        return 0;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        char prefix[64];
        (void)snprintf(prefix, sizeof prefix, "Authentication:%s", others[i]);
        if (config_keys_below(keys, prefix, &first) > 0)
            return error_set(err, -EINVAL,
                             "Authentication: Multiple authentication modes were configured. Only "
                             "one may be set: AzureAd or %s.",
                             others[i]);
    }
    return entra_new(a->loop, keys, NULL, &a->entra, err);
}

static int start(struct auth *a, const struct options *options, const struct config_keys *keys,
                 struct error *err)
{
    struct text faults = {0};

    if (options->no_auth) {
        a->open = true;
        auth_log_open();
        return 0;
    }
    int r = options->temp_api_key ? temp_key_make(&a->pinned, err) : 0;
    if (r == 0)
        r = start_entra(a, keys, err);
    if (r == 0)
        r = credentials_new(a->loop, keys, pinned(a), &faults, &a->credentials, err);
    if (r == 0 && faults.size)
        r = error_set(err, -EINVAL, "Authentication: %.*s", (int)faults.size - 1, faults.data);
    text_deinit(&faults);
    if (r == 0)
        tell_start(a);
    return r;
}

int auth_new(uv_loop_t *loop, const struct options *options, const struct config_keys *keys,
             struct auth **ret, struct error *err)
{
    struct auth *a = calloc(1, sizeof *a);

    if (!a)
        return error_set(err, -ENOMEM, "out of memory");
    a->loop = loop;
    int r = start(a, options, keys, err);
    if (r < 0)
        auth_free(a);
    else
        *ret = a;
    return r;
}

void auth_free(struct auth *a)
{
    if (!a)
        return;
    entra_free(a->entra);
    credentials_free(a->credentials);
    temp_key_deinit(&a->pinned);
    free(a);
}

/* One line of log for each line of the text. */
static void tell_faults(char *lines)
{
    for (char *line; lines && (line = strsep(&lines, "\n")) && *line;)
        auth_log_fault("Authentication", NULL, line);
}

static bool same_monitor_key(const struct credentials *a, const struct credentials *b)
{
    if (a->monitor_key != b->monitor_key)
        return false;
    if (a->monitor_key == MONITOR_KEY_FAULTY)
        return strcmp(a->monitor_key_fault.text, b->monitor_key_fault.text) == 0;
    return a->monitor_key == MONITOR_KEY_ABSENT || api_key_equal(&a->keys[0], &b->keys[0]);
}

void auth_reload(struct auth *a, const struct config_keys *keys)
{
    struct credentials *c = NULL;
    struct text faults = {0};
    struct error err;

    if (a->open)
        return;
    if (credentials_new(a->loop, keys, pinned(a), &faults, &c, &err) < 0) {
        auth_log_fault("Authentication", NULL, err.text);
        text_deinit(&faults);
        return;
    }
    tell_faults(faults.data);
    text_deinit(&faults);
    if (!same_monitor_key(a->credentials, c))
        tell_monitor_key(c, a->pinned.token);
    if (!a->entra && credentials_are_none(c) && !credentials_are_none(a->credentials))
        auth_log_key_missing();
    credentials_free(a->credentials);
    a->credentials = c;
    verified_clear(&a->verified);
}

/* What follows "Bearer " without blanks around it, as ASP.NET finds it; NULL when there is no token
 * of that kind. The caller frees. */
static char *bearer_of(const char *authorization)
{
    static const char scheme[] = "Bearer ", blanks[] = " \t";

    if (!authorization || strncasecmp(authorization, scheme, sizeof scheme - 1) != 0)
        return NULL;
    const char *at = authorization + sizeof scheme - 1;
    at += strspn(at, blanks);
    size_t size = strlen(at);
    while (size && strchr(blanks, at[size - 1]))
        size--;
    return size ? strndup(at, size) : NULL;
}

static bool settle(struct auth_answer *answer, unsigned scopes, enum auth_scope needed,
                   const char *kind, const char *who)
{
    answer->verdict =
        (scopes & (unsigned)needed) == (unsigned)needed ? AUTH_ALLOWED : AUTH_FORBIDDEN;
    (void)snprintf(answer->subject, sizeof answer->subject, "%s%s", kind, who);
    return answer->verdict == AUTH_ALLOWED;
}

/* A certificate may have no subject at all, only other names (SPIFFE): still not "anonymous". */
static bool settle_certificate(struct auth_answer *answer, unsigned scopes,
                               const struct auth_question *q)
{
    return q->client_subject[0]
               ? settle(answer, scopes, q->scope, "", q->client_subject)
               : settle(answer, scopes, q->scope, "SHA-256 ", q->client_fingerprint);
}

static bool ask_certificates(const struct auth *a, const struct auth_question *q,
                             struct auth_answer *answer)
{
    const struct credentials *c = a->credentials;

    for (size_t i = 0; i < c->certificate_count; i++) {
        if (client_certificate_matches(&c->certificates[i], q->client_subject,
                                       q->client_fingerprint) &&
            settle_certificate(answer, c->certificates[i].scopes, q))
            return true;
    }
    return false;
}

static bool ask_tokens(const struct auth *a, const char *token, enum auth_scope scope,
                       struct auth_answer *answer)
{
    const struct credentials *c = a->credentials;

    for (size_t i = 0; i < c->token_count; i++) {
        if (token_file_matches(&c->tokens[i], token)) {
            (void)settle(answer, c->tokens[i].scopes, scope, "token ", c->tokens[i].name);
            return true;
        }
    }
    return false;
}

static bool verify(struct auth *a, const char *token, const struct jwt *t,
                   const struct api_key *key, struct error *err)
{
    if (verified_has(&a->verified, token, key))
        return true;
    if (jwt_verify(t, key->key, err) < 0)
        return false;
    verified_add(&a->verified, token, key);
    return true;
}

/* The key that signed. Only those that the token names are tried, since each try costs: a client
 * without any key must not make us try them all. MonitorApiKey is tried in the end in any case, so
 * that its tokens for somebody else are a 403 as in the peer. */
static const struct api_key *find_key(struct auth *a, const char *token, const struct jwt *t,
                                      struct error *err)
{
    const struct credentials *c = a->credentials;

    (void)jwt_verify(t, NULL, err);
    for (size_t i = 0; i < c->key_count; i++) {
        if (api_key_is_named(&c->keys[i], t) && verify(a, token, t, &c->keys[i], err))
            return &c->keys[i];
    }
    bool unnamed = c->monitor_key == MONITOR_KEY_GOOD && !api_key_is_named(&c->keys[0], t);
    return unnamed && verify(a, token, t, &c->keys[0], err) ? &c->keys[0] : NULL;
}

static void ask_keys(struct auth *a, const char *token, enum auth_scope scope,
                     struct auth_answer *answer)
{
    struct error err = {0};
    struct jwt *t = NULL;

    if (jwt_parse(token, &t, &err) < 0) {
        challenge_set(answer, "");
        return;
    }
    const struct api_key *key = find_key(a, token, t, &err);
    int r = key ? api_key_check(key, t, time(NULL), &err) : -EKEYREJECTED;
    if (r == 0)
        (void)settle(answer, key->scopes, scope, "", key->subject);
    else if (r == -EACCES)
        (void)settle(answer, 0, scope, "", jwt_claim(t, "sub") ? jwt_claim(t, "sub") : "");
    else
        challenge_set(answer, err.text);
    jwt_free(t);
}

static void ask_bearer(struct auth *a, const char *token, const struct auth_question *q,
                       struct auth_answer *answer)
{
    if (a->entra)
        entra_ask(a->entra, token, answer);
    else if (!ask_tokens(a, token, q->scope, answer))
        ask_keys(a, token, q->scope, answer);
}

void auth_ask(struct auth *a, const struct auth_question *q, struct auth_answer *answer)
{
    *answer = (struct auth_answer){.verdict = AUTH_ALLOWED};
    if (a->open)
        return;
    answer->verdict = AUTH_UNKNOWN;
    challenge_set(answer, NULL);
    if (ask_certificates(a, q, answer))
        return;
    cleanup(free_str) char *token = bearer_of(q->authorization);
    if (token)
        ask_bearer(a, token, q, answer);
}

void auth_wait(struct auth *a, struct auth_waiter *waiter, void (*on_ready)(void *user), void *user)
{
    entra_wait(a->entra, waiter, on_ready, user);
}

void auth_wait_cancel(struct auth_waiter *waiter)
{
    list_remove(&waiter->node);
}
