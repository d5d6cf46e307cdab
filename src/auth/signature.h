/*
 * auth/signature.h - is a signature of these bytes one of this key?
 *
 * cjose does the work for the algorithms that it knows by name. For those that the header names by
 * an XML signature URI it refuses the whole token, and the header cannot be rewritten, since the
 * signature covers it: there OpenSSL is asked directly. What cjose does not look at is looked at
 * here: whether the algorithm fits the key's curve, and the exact size of the signature.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "src/auth/jwk.h"

struct signed_bytes {
    const char *token; /* the whole compact form, NUL-terminated */
    size_t size;       /* of "header.payload" at its beginning */
    const uint8_t *signature;
    size_t signature_size;
};

/* `algorithm` is RFC 7518's name or the XML signature URI, exactly. 0; -EINVAL when it is none that
 * we accept (`none`, HMAC and PSS are not in the table); -ENOTSUP when it does not fit the key;
 * -EKEYREJECTED when the signature is not the key's. */
int signature_check(const char *algorithm, const struct jwk *key, const struct signed_bytes *bytes);
