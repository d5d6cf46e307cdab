/*
 * auth/entra_claims.h - what a token of Entra ID must say, once its signature is known to be good.
 *
 * Follows Microsoft.Identity.Web as the peer sets it up (CONTRACT section 10.3): issuers of both
 * versions of the authority, AppIdUri as audience, roles.
 */
#pragma once

#include <stdint.h>

#include "src/auth/jwt.h"
#include "src/base/error.h"

struct entra_terms {
    char *audience; /* as entra_audience() makes it */
    char *role;
};

/* Each may hold "{tenantid}", for which the token's `tid` is put. */
struct entra_issuers {
    const char *v2, *v1; /* v1 may be NULL */
    const char *key;     /* whose tokens the signing key is for; NULL: everybody's */
};

/* An AppIdUri as .NET's Uri compares it: scheme and host in lower case, no slash at the end. NULL
 * when out of memory; the caller frees. */
char *entra_audience(const char *app_id_uri);

/* `now` in seconds since 1970. 0; -EKEYREJECTED: not a token for us (401); -EACCES: it lacks the
 * role (403). */
int entra_claims_check(const struct jwt *token, const struct entra_terms *terms,
                       const struct entra_issuers *issuers, int64_t now, struct error *err);
