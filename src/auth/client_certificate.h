/*
 * auth/client_certificate.h - one entry of Authentication:ClientCertificates: whose certificates
 * may do what.
 *
 * The listener has verified the chain before (Tls:ClientCertificateAuthority); here it is only
 * looked at who it is. Subject, Fingerprint, or both: then both must be right.
 */
#pragma once

#include <stdbool.h>

#include "src/base/error.h"

struct client_certificate_settings {
    const char *subject;     /* RFC 2253 form, exactly: "CN=prometheus,O=Example" */
    const char *fingerprint; /* SHA-256 in hex, any case, ':' allowed */
    unsigned scopes;
};

struct client_certificate {
    char *subject;        /* NULL: any */
    char fingerprint[65]; /* lower-case hex; "": any */
    unsigned scopes;
};

/* Copies. -EINVAL with the reason, -ENOMEM. `ret` needs client_certificate_deinit() only on
 * success. */
int client_certificate_init(struct client_certificate *ret,
                            const struct client_certificate_settings *settings, struct error *err);
void client_certificate_deinit(struct client_certificate *c);

/* Both as http/exchange.h has them; NULL never matches. */
bool client_certificate_matches(const struct client_certificate *c, const char *subject,
                                const char *fingerprint);
