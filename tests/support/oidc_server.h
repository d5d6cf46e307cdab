/*
 * support/oidc_server.h - an authority as Entra ID is one, on this machine: discovery documents of
 * both versions, signing keys, tokens. It can also misbehave.
 *
 * It runs on a thread of its own and ends with the test. The functions are for the test's thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define OIDC_TENANT "11111111-2222-3333-4444-555555555555"

struct oidc_server;

enum oidc_mode {
    OIDC_ANSWER,
    OIDC_SILENT,  /* takes connections and requests, never answers */
    OIDC_TRICKLE, /* a byte of a good answer every 20 ms */
    OIDC_ENDLESS, /* a body without end */
    OIDC_RAW,     /* what oidc_server_raw() was given */
};

/* It has one signing key and answers. */
struct oidc_server *oidc_server_start(void);

/* "http://127.0.0.1:PORT" */
const char *oidc_server_url(const struct oidc_server *s);
void oidc_server_set_mode(struct oidc_server *s, enum oidc_mode mode);

/* Every request is answered with these bytes, then the connection is closed. */
void oidc_server_raw(struct oidc_server *s, const char *bytes);

/* No document of version 1: status 404. */
void oidc_server_only_v2(struct oidc_server *s);

/* A new key under a new kid takes the place of the old one. */
void oidc_server_rotate(struct oidc_server *s);

/* Nobody listens on the port any more; and again. */
void oidc_server_stop(struct oidc_server *s);
void oidc_server_resume(struct oidc_server *s);

/* Requests that came in until now. */
int oidc_server_requests(const struct oidc_server *s);

/* NULL and 0 are the defaults that are named. */
struct oidc_claims {
    const char *tenant;   /* tid; OIDC_TENANT; "" none */
    const char *issuer;   /* iss; of version 2 of the server */
    const char *audience; /* aud as JSON; "api://client" */
    const char *version;  /* ver; "2.0" */
    const char *roles;    /* roles as JSON; ["monitor"]; "" none */
    const char *extra;    /* more members: ,"a":1 */
    const char *kid;      /* of the header; the key's; "" none */
    int expires;          /* seconds from now; 3600 */
    bool broken;          /* the signature is another's */
};

/* Signed with RS256 by the present key. Lives until the test has ended. */
const char *oidc_server_token(const struct oidc_server *s, const struct oidc_claims *claims);
