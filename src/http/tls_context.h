/*
 * http/tls_context.h - the TLS side of a server: the certificate that new connections get, and how
 * it is replaced while the server runs.
 *
 * The folders of the files are watched, and a slow timer looks too (network file systems tell
 * nothing). What has changed is loaded on a worker thread; if it is good, new connections get it
 * and running ones go on with theirs; if not (half written, key of another certificate), the old
 * one stays.
 */
#pragma once

#include <openssl/types.h>
#include <uv.h>

#include "src/base/error.h"
#include "src/http/tls.h"

struct tls_context;

struct tls_events {
    void *user;
    /* One line for the operator's log: a certificate is in use, or (`trouble`) cannot be, or has
     * expired. */
    void (*tell)(void *user, bool trouble, const char *text);
};

/* Loads at once, and tells of the certificate. `config` is copied. Errors as tls_make(). */
int tls_context_new(uv_loop_t *loop, const struct tls_config *config,
                    const struct tls_events *events, struct tls_context **ret, struct error *err);

/* Other settings from now on; they are loaded in the background, and what comes of it is told. Does
 * nothing when they are the same. */
void tls_context_reload(struct tls_context *t, const struct tls_config *config);

/* The server side of a new connection; NULL when out of memory. */
SSL *tls_context_session(struct tls_context *t);

/* Nothing is told from now on. Connections that run keep what they need. NULL is allowed. */
void tls_context_free(struct tls_context *t);
