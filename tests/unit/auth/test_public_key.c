/* OpenSSL's keys from numbers. */
#include <openssl/evp.h>

#include "src/auth/public_key.h"
#include "tests/support/check.h"

static void test_ec(void)
{
    /* The base point of P-256 (FIPS 186-4, D.1.2.3). */
    static const uint8_t x[32] = {0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6,
                                  0xe5, 0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb,
                                  0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96};
    static const uint8_t y[32] = {0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb,
                                  0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31,
                                  0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5};
    uint8_t large[PUBLIC_KEY_COORDINATE_MAX + 1] = {0};
    EVP_PKEY *key = public_key_ec("prime256v1", x, y, sizeof x);

    CHECK(key && EVP_PKEY_get_bits(key) == 256);
    EVP_PKEY_free(key);
    CHECK(public_key_ec("prime256v1", y, x, sizeof x) == NULL); /* no point of the curve */
    CHECK(public_key_ec("secp384r1", x, y, sizeof x) == NULL);
    CHECK(public_key_ec("nonsense", x, y, sizeof x) == NULL);
    CHECK(public_key_ec("prime256v1", large, large, sizeof large) == NULL);
}

static void test_rsa(void)
{
    static const uint8_t e[] = {1, 0, 1};
    uint8_t n[256];

    memset(n, 0xc5, sizeof n);
    EVP_PKEY *key = public_key_rsa(n, sizeof n, e, sizeof e);
    CHECK(key && EVP_PKEY_get_bits(key) == 2048);
    EVP_PKEY_free(key);
}

TEST_SUITE("auth/public_key", {"EC", test_ec}, {"RSA", test_rsa})
