#include "src/auth/signature.h"

#include <errno.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#include "src/base/cleanup.h"

#define XML "http://www.w3.org/2001/04/xmldsig-more#"

/* The peer takes ES512 with a key on P-256 too; RFC 7518, section 3.4 pairs them. RS* fit every
 * RSA key. */
static const struct algorithm {
    const char *name, *uri;
    enum jwk_kind kind;
    const EVP_MD *(*hash)(void);
    size_t size; /* of the signature; 0: that of the RSA key */
} algorithms[] = {
    {"ES256", XML "ecdsa-sha256", JWK_P256, EVP_sha256, 64},
    {"ES384", XML "ecdsa-sha384", JWK_P384, EVP_sha384, 96},
    {"ES512", XML "ecdsa-sha512", JWK_P521, EVP_sha512, 132},
    {"RS256", XML "rsa-sha256", JWK_RSA, EVP_sha256, 0},
    {"RS384", XML "rsa-sha384", JWK_RSA, EVP_sha384, 0},
    {"RS512", XML "rsa-sha512", JWK_RSA, EVP_sha512, 0},
};

static const struct algorithm *find_algorithm(const char *name)
{
    for (size_t i = 0; name && i < sizeof algorithms / sizeof algorithms[0]; i++) {
        if (strcmp(algorithms[i].name, name) == 0 || strcmp(algorithms[i].uri, name) == 0)
            return &algorithms[i];
    }
    return NULL;
}

static void free_jws(cjose_jws_t **jws)
{
    if (*jws)
        cjose_jws_release(*jws);
}

static void free_digest(EVP_MD_CTX **context)
{
    EVP_MD_CTX_free(*context);
}

static void free_pair(ECDSA_SIG **pair)
{
    ECDSA_SIG_free(*pair);
}

static bool check_by_name(const struct jwk *key, const struct signed_bytes *b)
{
    cjose_err reason;
    cleanup(free_jws) cjose_jws_t *jws = cjose_jws_import(b->token, strlen(b->token), &reason);

    return jws && cjose_jws_verify(jws, jwk_cjose(key), &reason);
}

/* The two numbers, one after the other, as OpenSSL wants them: in DER. The caller frees. */
static uint8_t *der_of(const struct signed_bytes *b, size_t *ret_size)
{
    cleanup(free_pair) ECDSA_SIG *pair = ECDSA_SIG_new();
    int half = (int)(b->signature_size / 2);
    BIGNUM *r = BN_bin2bn(b->signature, half, NULL);
    BIGNUM *s = BN_bin2bn(b->signature + half, half, NULL);
    uint8_t *der = NULL;

    if (!pair || !r || !s || !ECDSA_SIG_set0(pair, r, s)) {
        BN_free(r);
        BN_free(s);
        return NULL;
    }
    int size = i2d_ECDSA_SIG(pair, &der);
    *ret_size = size > 0 ? (size_t)size : 0;
    return size > 0 ? der : NULL;
}

static bool check_by_uri(const struct algorithm *a, const struct jwk *key,
                         const struct signed_bytes *b)
{
    cleanup(free_digest) EVP_MD_CTX *context = EVP_MD_CTX_new();
    size_t size = b->signature_size;
    uint8_t *der = a->size ? der_of(b, &size) : NULL;
    bool good = context && (!a->size || der) &&
                EVP_DigestVerifyInit(context, NULL, a->hash(), NULL, jwk_openssl(key)) == 1 &&
                EVP_DigestVerify(context, der ? der : b->signature, size, (const uint8_t *)b->token,
                                 b->size) == 1;

    OPENSSL_free(der);
    return good;
}

int signature_check(const char *algorithm, const struct jwk *key, const struct signed_bytes *b)
{
    const struct algorithm *a = find_algorithm(algorithm);

    if (!a)
        return -EINVAL;
    if (a->kind != jwk_kind(key))
        return -ENOTSUP;
    size_t size = a->size ? a->size : (size_t)EVP_PKEY_get_size(jwk_openssl(key));
    bool good = b->signature_size == size &&
                (strcmp(a->name, algorithm) == 0 ? check_by_name(key, b) : check_by_uri(a, key, b));
    ERR_clear_error(); /* both libraries leave theirs behind */
    return good ? 0 : -EKEYREJECTED;
}
