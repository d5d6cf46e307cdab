/*
 * support/oidc_token.h - an RSA key, and tokens that it has signed.
 */
#pragma once

#include "tests/support/oidc_server.h"

struct oidc_token_key;

/* 2048 bits. The caller frees; NULL is fine. */
struct oidc_token_key *oidc_token_key_new(const char *kid);
void oidc_token_key_free(struct oidc_token_key *key);

const char *oidc_token_key_id(const struct oidc_token_key *key);

/* base64url, as in a JSON Web Key. */
const char *oidc_token_key_modulus(const struct oidc_token_key *key);

/* `key` NULL: the signature is 256 zero bytes. `claims` must name the issuer. Lives until the test
 * has ended. */
const char *oidc_token_make(const struct oidc_token_key *key, const struct oidc_claims *claims);
