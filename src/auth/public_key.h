/*
 * auth/public_key.h - OpenSSL's public keys from their numbers (big-endian bytes).
 *
 * NULL when OpenSSL does not take them (no point of the curve) or memory is out. The caller gives
 * the key back with EVP_PKEY_free().
 */
#pragma once

#include <openssl/types.h>
#include <stddef.h>
#include <stdint.h>

enum { PUBLIC_KEY_COORDINATE_MAX = 66 };

/* `group` is OpenSSL's name of the curve, `size` that of one coordinate. */
EVP_PKEY *public_key_ec(const char *group, const uint8_t *x, const uint8_t *y, size_t size);
EVP_PKEY *public_key_rsa(const uint8_t *n, size_t n_size, const uint8_t *e, size_t e_size);
