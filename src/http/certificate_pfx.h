/*
 * http/certificate_pfx.h - a certificate with key and chain from the bytes of a PFX file (PKCS #12,
 * RFC 7292).
 *
 * Files of older tools (OpenSSL 1, Windows) are encrypted with RC2, which OpenSSL 3 keeps in its
 * "legacy" module: that is loaded for the one file, into a library context of its own.
 */
#pragma once

#include "src/http/certificate.h"

/* On failure `c` may hold a part, for the caller to free. -EINVAL with cause and cure. */
int certificate_read_pfx(struct certificate *c, const void *data, long size,
                         const struct certificate_files *files, struct error *err);
