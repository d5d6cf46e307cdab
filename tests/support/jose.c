#include "tests/support/jose.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/world.h"

enum { NUMBER_MAX = 2048 };

const char *jose_base64url(const void *data, size_t size)
{
    char *text = world_alloc(size * 4 / 3 + 8);
    int n = EVP_EncodeBlock((unsigned char *)text, data, (int)size);

    while (n > 0 && text[n - 1] == '=')
        text[--n] = '\0';
    for (char *c = text; *c; c++)
        *c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
    return text;
}

const char *jose_base64url_text(const char *text)
{
    return jose_base64url(text, strlen(text));
}

static const char *number(const EVP_PKEY *pkey, const char *name, int size)
{
    unsigned char bytes[NUMBER_MAX];
    BIGNUM *n = NULL;

    REQUIRE(EVP_PKEY_get_bn_param(pkey, name, &n));
    int used = BN_bn2binpad(n, bytes, size ? size : BN_num_bytes(n));
    BN_free(n);
    REQUIRE(used > 0);
    return jose_base64url(bytes, (size_t)used);
}

static void free_pkey(void *pkey)
{
    EVP_PKEY_free(pkey);
}

static void ec_texts(struct jose_key *key, const char *curve)
{
    int size = (EVP_PKEY_get_bits(key->pkey) + 7) / 8;
    const char *public = world_text("\"kty\":\"EC\",\"crv\":\"%s\",\"x\":\"%s\",\"y\":\"%s\"",
                                    curve, number(key->pkey, OSSL_PKEY_PARAM_EC_PUB_X, size),
                                    number(key->pkey, OSSL_PKEY_PARAM_EC_PUB_Y, size));

    key->jwk = world_text("{%s}", public);
    key->jwk_private =
        world_text("{%s,\"d\":\"%s\"}", public, number(key->pkey, OSSL_PKEY_PARAM_PRIV_KEY, size));
}

static void rsa_texts(struct jose_key *key)
{
    const EVP_PKEY *p = key->pkey;
    const char *public =
        world_text("\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"", number(p, OSSL_PKEY_PARAM_RSA_N, 0),
                   number(p, OSSL_PKEY_PARAM_RSA_E, 0));

    key->jwk = world_text("{%s}", public);
    key->jwk_private = world_text(
        "{%s,\"d\":\"%s\",\"p\":\"%s\",\"q\":\"%s\",\"dp\":\"%s\",\"dq\":\"%s\",\"qi\":\"%s\"}",
        public, number(p, OSSL_PKEY_PARAM_RSA_D, 0), number(p, OSSL_PKEY_PARAM_RSA_FACTOR1, 0),
        number(p, OSSL_PKEY_PARAM_RSA_FACTOR2, 0), number(p, OSSL_PKEY_PARAM_RSA_EXPONENT1, 0),
        number(p, OSSL_PKEY_PARAM_RSA_EXPONENT2, 0),
        number(p, OSSL_PKEY_PARAM_RSA_COEFFICIENT1, 0));
}

const struct jose_key *jose_key_new(const char *type)
{
    struct jose_key *key = world_alloc(sizeof *key);

    if (strncmp(type, "RSA-", 4) == 0)
        key->pkey = EVP_RSA_gen((unsigned)strtoul(type + 4, NULL, 10));
    else
        key->pkey = EVP_EC_gen(type);
    REQUIRE(key->pkey != NULL);
    world_at_end(free_pkey, key->pkey);
    if (strncmp(type, "RSA-", 4) == 0)
        rsa_texts(key);
    else
        ec_texts(key, type);
    return key;
}

static const EVP_MD *hash_of(const char *how)
{
    return strstr(how, "512") ? EVP_sha512() : strstr(how, "384") ? EVP_sha384() : EVP_sha256();
}

/* What OpenSSL makes of it: DER for EC, the bytes themselves for RSA. */
static size_t sign(const struct jose_key *key, const char *how, const char *input,
                   unsigned char signature[static NUMBER_MAX])
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *parameters;
    size_t size = NUMBER_MAX;

    REQUIRE(EVP_DigestSignInit(context, &parameters, hash_of(how), NULL, key->pkey) == 1);
    if (how[0] == 'P')
        REQUIRE(EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1);
    REQUIRE(EVP_DigestSign(context, signature, &size, (const unsigned char *)input,
                           strlen(input)) == 1);
    EVP_MD_CTX_free(context);
    return size;
}

static const char *sign_ec(const struct jose_key *key, const char *how, const char *input)
{
    unsigned char der[NUMBER_MAX], raw[NUMBER_MAX];
    const unsigned char *at = der;
    int half = (EVP_PKEY_get_bits(key->pkey) + 7) / 8;
    size_t size = sign(key, how, input, der);

    if (how[0] == 'D')
        return jose_base64url(der, size);
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &at, (long)size);
    REQUIRE(pair != NULL);
    REQUIRE(BN_bn2binpad(ECDSA_SIG_get0_r(pair), raw, half) == half);
    REQUIRE(BN_bn2binpad(ECDSA_SIG_get0_s(pair), raw + half, half) == half);
    ECDSA_SIG_free(pair);
    return jose_base64url(raw, 2 * (size_t)half);
}

static const char *sign_hmac(const struct jose_key *key, const char *how, const char *input)
{
    unsigned char mac[EVP_MAX_MD_SIZE];
    const char *secret = key->jwk;
    unsigned size = 0;
    BIO *pem = BIO_new(BIO_s_mem());

    if (strstr(how, "-pem")) {
        char *text;
        REQUIRE(PEM_write_bio_PUBKEY(pem, key->pkey) == 1);
        long n = BIO_get_mem_data(pem, &text);
        secret = world_text("%.*s", (int)n, text);
    }
    REQUIRE(HMAC(hash_of(how), secret, (int)strlen(secret), (const unsigned char *)input,
                 strlen(input), mac, &size) != NULL);
    BIO_free(pem);
    return jose_base64url(mac, size);
}

static const char *signature_of(const struct jose_key *key, const char *how, const char *input)
{
    static const unsigned char zero[96];
    unsigned char bytes[NUMBER_MAX];

    if (strcmp(how, "none") == 0)
        return "";
    if (strcmp(how, "zero") == 0)
        return jose_base64url(zero, sizeof zero);
    if (how[0] == 'H')
        return sign_hmac(key, how, input);
    if (how[0] == 'E' || how[0] == 'D')
        return sign_ec(key, how, input);
    return jose_base64url(bytes, sign(key, how, input, bytes));
}

const char *jose_token(const struct jose_key *key, const char *how, const char *header,
                       const char *payload)
{
    const char *input =
        world_text("%s.%s", jose_base64url_text(header), jose_base64url_text(payload));

    return world_text("%s.%s", input, signature_of(key, how, input));
}
