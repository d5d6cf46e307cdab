/*
 * http/certificate.h - a server certificate with its private key: from files, or made in memory.
 *
 * No loop, no global state; may run on a worker thread. A key that is encrypted never makes OpenSSL
 * ask on the terminal.
 */
#pragma once

#include <openssl/types.h>
#include <openssl/x509.h>
#include <stdbool.h>

#include "src/base/error.h"
#include "src/base/text.h"

/* "" stands for "not given". */
struct certificate_files {
    const char *path;     /* PFX (PKCS #12, DER) or PEM: the server's certificate, then its chain */
    const char *key_path; /* PEM; without it a PEM `path` must hold the key too */
    const char *password; /* of the PFX, or of the key */
};

struct certificate {
    X509 *leaf;
    EVP_PKEY *key;
    STACK_OF(X509) * chain; /* sent behind the leaf; may be empty or NULL */
};

enum { CERTIFICATE_FINGERPRINT_SIZE = 65 };

/* Reads both files whole and checks that key and certificate belong together. Whether the
 * certificate has expired is not looked at. -EINVAL, -EACCES, -ENOENT..., with a text that names
 * file, cause and cure. */
int certificate_load(struct certificate *c, const struct certificate_files *files,
                     struct error *err);

/* A self-signed one (EC P-256) for localhost, this machine's name and both loopback addresses. */
int certificate_make(struct certificate *c, struct error *err);

void certificate_deinit(struct certificate *c);

/* SHA-256 of the DER form in lower-case hex; "" when it cannot be made. */
void certificate_fingerprint(const X509 *x, char text[static CERTIFICATE_FINGERPRINT_SIZE]);

/* Adds the subject in the form of RFC 2253; all but printable ASCII is escaped. */
void certificate_subject(const X509 *x, struct text *out);

/* Adds the end of its life: "Nov 22 16:00:00 2027 GMT". True when that is past, or its life has not
 * begun. */
bool certificate_validity(const X509 *x, struct text *out);
