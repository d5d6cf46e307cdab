/*
 * http/tls.h - from the configuration to OpenSSL's server context: which versions and ciphers we
 * speak, our certificate, which client certificates we take. No loop; may run on a worker thread.
 *
 * TLS 1.2 and 1.3, ciphers with forward secrecy and authenticated encryption only, security level
 * 2, our order, no renegotiation, no compression. A client that offers protocols (ALPN) without
 * http/1.1 gets the alert no_application_protocol (RFC 7301 section 3.2; Kestrel does the same);
 * one that offers none is served.
 */
#pragma once

#include <openssl/types.h>
#include <stdbool.h>

#include "src/base/error.h"
#include "src/base/text.h"
#include "src/http/certificate.h"

/* Strings are never NULL; "" stands for "not given". */
struct tls_config {
    struct certificate_files files;
    bool self_signed; /* make a certificate when files.path is "" */
    const char *client_ca;
    bool client_required;
};

/* What tls_make() found, for the log. */
struct tls_facts {
    struct text certificate; /* subject, fingerprint, end of life */
    bool outdated;           /* the certificate has expired, or is not valid yet */
};

/* A new reference to a context, which the caller frees with SSL_CTX_free(). On failure `facts` is
 * empty. -ENOENT without a certificate, else as certificate_load(). */
int tls_make(const struct tls_config *config, SSL_CTX **ret, struct tls_facts *facts,
             struct error *err);

void tls_facts_deinit(struct tls_facts *facts);
