/*
 * auth/auth.h - who is asking, and may they?
 *
 * One object for all kinds of credentials: the API key of the peer, several keys with scopes,
 * tokens from mounted files, client certificates, Entra ID. Knows nothing of HTTP requests: it is
 * asked with what a request carries.
 */
#pragma once

#include <uv.h>

#include "src/auth/scope.h"
#include "src/base/error.h"
#include "src/base/list.h"
#include "src/config/keys.h"
#include "src/config/options.h"

struct auth;

enum auth_verdict {
    AUTH_ALLOWED,
    AUTH_UNKNOWN,   /* 401: no credential, or none that counts */
    AUTH_FORBIDDEN, /* 403: known, but not for this */
    AUTH_WAIT,      /* signing keys are being fetched: auth_wait(), then ask again */
};

struct auth_question {
    const char *authorization;                       /* the header's value, NULL without */
    const char *client_subject, *client_fingerprint; /* see http/exchange.h; NULL without */
    enum auth_scope scope;
};

struct auth_answer {
    enum auth_verdict verdict;
    char subject[128];   /* who it is, for logs; "" when unknown */
    char challenge[256]; /* AUTH_UNKNOWN: value of WWW-Authenticate */
};

/* Reads the Authentication section of `keys`. `options` gives the switches (no_auth, temp_api_key);
 * both are borrowed for the call only. Logs what the peer logs about it (events 13, 23, 25, 26, 21,
 * 56). -EINVAL with all reasons when the section makes no sense (CONTRACT section 10). */
int auth_new(uv_loop_t *loop, const struct options *options, const struct config_keys *keys,
             struct auth **ret, struct error *err);
void auth_free(struct auth *a);

/* Takes the API keys, tokens and client certificates of a configuration that was read again. What
 * is faulty is logged (21) and its requests are refused; Entra ID keeps what it started with. */
void auth_reload(struct auth *a, const struct config_keys *keys);

/* Answers at once, without blocking. */
void auth_ask(struct auth *a, const struct auth_question *question, struct auth_answer *answer);

/* Waits for the end of the fetch that AUTH_WAIT spoke of, whatever its outcome; `on_ready` comes
 * once, from the loop. */
struct auth_waiter {
    struct list node;
    void (*on_ready)(void *user);
    void *user;
};
void auth_wait(struct auth *a, struct auth_waiter *waiter, void (*on_ready)(void *user),
               void *user);
/* Before on_ready only: the asker has left. */
void auth_wait_cancel(struct auth_waiter *waiter);
