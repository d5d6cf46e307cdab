/*
 * auth/jwk.h - public keys that check signatures, read from JSON Web Keys (RFC 7517, RFC 7518).
 */
#pragma once

#include <cjose/cjose.h>
#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "src/base/error.h"

struct jwk;

/* What a signature must be made with; each algorithm fits exactly one. */
enum jwk_kind { JWK_RSA, JWK_P256, JWK_P384, JWK_P521 };

/* Reads one key. Accepted: kty EC with crv P-256, P-384, P-521, and RSA of 2048 to 16384 bits;
 * member names in any case (older releases of the peer wrote `Kty`, `Crv`), unknown
 * members are passed over, private members are read over and never kept. -EINVAL with the reason,
 * -ENOMEM. The caller frees. */
int jwk_parse(const char *json, size_t size, struct jwk **ret, struct error *err);
void jwk_free(struct jwk *key);

/* Did the text hold private parts (d, p, q...)? Works, but deserves a warning. */
bool jwk_had_private(const struct jwk *key);

/* `kid`, NULL without. */
const char *jwk_id(const struct jwk *key);

enum jwk_kind jwk_kind(const struct jwk *key);

/* The same key as the libraries want it; both belong to the key. */
const cjose_jwk_t *jwk_cjose(const struct jwk *key);
EVP_PKEY *jwk_openssl(const struct jwk *key);
