/*
 * auth/jwt.h - JSON Web Tokens (RFC 7519) in the compact form of a JWS (RFC 7515).
 *
 * Every byte is the client's. Order of use: parse, pick a key by jwt_key_id(), verify, check the
 * claims. No claim may be believed before jwt_verify() has returned 0.
 *
 * The error text of jwt_verify() and jwt_check() is the `error_description` that ASP.NET puts into
 * the challenge for the same fault; it is empty where ASP.NET gives none.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "src/auth/jwk.h"
#include "src/base/error.h"

struct jwt;

/* Cuts and decodes; header and payload must be JSON objects. -EINVAL with the reason, -E2BIG past
 * the limit of base/limits.h, -ENOMEM. The caller frees. */
int jwt_parse(const char *token, struct jwt **ret, struct error *err);
void jwt_free(struct jwt *t);

/* The header's `kid`, NULL without. */
const char *jwt_key_id(const struct jwt *t);

/* Checks the signature. Algorithms: ES256, ES384, ES512, RS256, RS384, RS512, each also by its XML
 * signature URI (CONTRACT section 10.1); the algorithm must fit the key's type and curve. A `key`
 * of NULL signed nothing. 0, or -EKEYREJECTED. */
int jwt_verify(const struct jwt *t, const struct jwk *key, struct error *err);

struct jwt_expected {
    const char *issuer, *audience;
    int64_t now;          /* seconds since 1970 */
    int64_t skew_seconds; /* tolerance for exp and nbf */
};

/* Checks iss, aud (text or list of texts), exp (must be there; number or quoted number), nbf (when
 * there). 0, or -EKEYREJECTED. */
int jwt_check(const struct jwt *t, const struct jwt_expected *expected, struct error *err);

/* A claim of type text; NULL when absent or of another type. */
const char *jwt_claim(const struct jwt *t, const char *name);

/* Is the claim this text, or a list that holds it? */
bool jwt_claim_has(const struct jwt *t, const char *name, const char *value);
