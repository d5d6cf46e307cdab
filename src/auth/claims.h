/*
 * auth/claims.h - what a token says, and whether that counts. The signature is not looked at here.
 */
#pragma once

#include <stdbool.h>

#include "src/auth/json_object.h"
#include "src/auth/jwt.h"

/* Have the registered claims types that can be read (times: numbers, quoted ones too; iss, sub...:
 * texts)? The peer refuses a token of another form as a whole. */
bool claims_well_formed(json_t *claims);

/* See jwt_check() and jwt_claim_has(). */
int claims_check(json_t *claims, const struct jwt_expected *expected, struct error *err);
bool claims_have(json_t *claims, const char *name, const char *value);
