/*
 * auth/api_key.h - one API key: whose tokens count (CONTRACT section 10.1).
 *
 * A token counts when its signature is the key's, it was made for us by the key's issuer, and it is
 * not expired. It may do something when its subject is the key's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "src/auth/jwt.h"
#include "src/base/error.h"

struct api_key_settings {
    const char *subject, *public_key; /* base64url of a JWK */
    const char *issuer;               /* NULL or "": that of generatekey */
    unsigned scopes;
};

struct api_key {
    char *subject, *issuer;
    struct jwk *key;
    unsigned scopes;
};

/* Copies. -EINVAL with the reason, -ENOMEM. `ret` needs api_key_deinit() only on success. */
int api_key_init(struct api_key *ret, const struct api_key_settings *settings, struct error *err);
void api_key_deinit(struct api_key *key);

/* The claims of a token whose signature is this key's. 0; -EACCES when only the subject is another
 * one; -EKEYREJECTED with jwt_check()'s text. `now` in seconds since 1970. */
int api_key_check(const struct api_key *key, const struct jwt *t, int64_t now, struct error *err);

/* Does the token name this key's subject? To choose the key; proves nothing. */
bool api_key_is_named(const struct api_key *key, const struct jwt *t);

/* The same settings? The keys are compared by what they verify. */
bool api_key_equal(const struct api_key *a, const struct api_key *b);
