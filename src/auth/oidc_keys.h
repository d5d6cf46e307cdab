/*
 * auth/oidc_keys.h - the signing keys that an authority publishes: a JSON Web Key Set (RFC 7517,
 * section 5), with Entra ID's `issuer` beside each key.
 */
#pragma once

#include <stddef.h>

#include "src/auth/jwk.h"
#include "src/base/error.h"

struct oidc_key {
    struct jwk *key;
    char *issuer; /* whose tokens it may sign; may hold "{tenantid}"; NULL: everybody's */
};

struct oidc_keys {
    struct oidc_key *items;
    size_t count;
};

/* Takes what can check signatures: of another `use` than "sig", or of a kind that jwk_parse() does
 * not know, is passed over, and so is what comes after LIMIT_OIDC_KEYS. -EINVAL when there is no
 * list or nothing is left, -ENOMEM. */
int oidc_keys_parse(const char *json, size_t size, struct oidc_keys *ret, struct error *err);
/* Zeroed sets too. */
void oidc_keys_deinit(struct oidc_keys *keys);

/* NULL when there is none of this kid. */
const struct oidc_key *oidc_keys_find(const struct oidc_keys *keys, const char *kid);
