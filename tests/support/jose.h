/*
 * support/jose.h - keys and tokens for tests, made with OpenSSL alone: an implementation apart from
 * the one under test. Everything lives until the test has ended.
 */
#pragma once

#include <openssl/types.h>
#include <stddef.h>
#include <stdint.h>

struct jose_key {
    EVP_PKEY *pkey;
    const char *jwk;         /* the public part */
    const char *jwk_private; /* with "d" */
};

/* "P-256", "P-384", "P-521", "RSA-2048", "RSA-1024"... */
const struct jose_key *jose_key_new(const char *type);

const char *jose_base64url(const void *data, size_t size);
const char *jose_base64url_text(const char *text);

/*
 * header.payload.signature. `how` says what the signature really is, whatever the header claims:
 * "ES384", "RS256"... (RFC 7518 names; the hash is taken from the name, the key as it is), "PS256",
 * "HS256" (the key is the text of the public JWK), "HS256-pem" (the key is the public key as PEM),
 * "none" (empty), "DER384" (ECDSA in DER form), "zero" (96 zero bytes).
 */
const char *jose_token(const struct jose_key *key, const char *how, const char *header,
                       const char *payload);
