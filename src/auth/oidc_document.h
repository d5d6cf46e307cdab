/*
 * auth/oidc_document.h - an OpenID Connect discovery document (OpenID Connect Discovery 1.0,
 * section 3): who issues tokens, and where the signing keys are.
 */
#pragma once

#include <stddef.h>

#include "src/base/error.h"

struct oidc_document {
    char *issuer;   /* may hold "{tenantid}": the authority serves many tenants */
    char *jwks_uri; /* NULL without; not checked yet */
};

/* Unknown members are passed over. -EINVAL with the reason (no JSON, no issuer, a text that is too
 * long), -ENOMEM. */
int oidc_document_parse(const char *json, size_t size, struct oidc_document *ret,
                        struct error *err);
/* Zeroed documents too. */
void oidc_document_deinit(struct oidc_document *d);
