/*
 * support/pki.h - certificates for tests, made when they are needed; keys live in memory and in the
 * test's own folder, and end with the test.
 */
#pragma once

#include <openssl/types.h>
#include <openssl/x509.h>
#include <stdbool.h>

struct pki {
    X509 *certificate;
    EVP_PKEY *key;
};

struct pki_spec {
    const char *name;         /* CN */
    const struct pki *issuer; /* NULL: self-signed */
    bool authority;
    bool expired;
    int rsa_bits;         /* 0: EC P-256 */
    const char *alt_name; /* NULL: "DNS:localhost,DNS:diag.example.org,IP:127.0.0.1,IP:::1" */
};

/* Lives until the test has ended. */
struct pki *pki_make(const struct pki_spec *spec);

/* PEM files in `dir`; the path. Certificates up to the first NULL. */
const char *pki_write_certificates(const char *dir, const char *name, const struct pki *first,
                                   const struct pki *second);
/* `password` NULL: not encrypted. */
const char *pki_write_key(const char *dir, const char *name, const struct pki *p,
                          const char *password);
/* `issuer` goes with it when not NULL; so does, in front of it, `unrelated`. */
const char *pki_write_pfx(const char *dir, const char *name, const struct pki *p,
                          const struct pki *issuer, const struct pki *unrelated,
                          const char *password);

/* SHA-256 of the DER form in lower-case hex. */
const char *pki_fingerprint(const X509 *x);
