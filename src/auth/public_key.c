#include "src/auth/public_key.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <string.h>

#include "src/base/cleanup.h"

static void free_builder(OSSL_PARAM_BLD **builder)
{
    OSSL_PARAM_BLD_free(*builder);
}

static void free_params(OSSL_PARAM **params)
{
    OSSL_PARAM_free(*params);
}

static void free_context(EVP_PKEY_CTX **context)
{
    EVP_PKEY_CTX_free(*context);
}

static void free_bignum(BIGNUM **n)
{
    BN_free(*n);
}

static EVP_PKEY *make(const char *type, OSSL_PARAM_BLD *builder)
{
    cleanup(free_params) OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(builder);
    cleanup(free_context) EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    EVP_PKEY *key = NULL;

    if (!params || !context || EVP_PKEY_fromdata_init(context) <= 0 ||
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) <= 0)
        return NULL;
    return key;
}

EVP_PKEY *public_key_ec(const char *group, const uint8_t *x, const uint8_t *y, size_t size)
{
    cleanup(free_builder) OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    uint8_t point[1 + 2 * PUBLIC_KEY_COORDINATE_MAX] = {4}; /* uncompressed */

    if (!builder || size > PUBLIC_KEY_COORDINATE_MAX)
        return NULL;
    memcpy(point + 1, x, size);
    memcpy(point + 1 + size, y, size);
    if (!OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, group, 0) ||
        !OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * size))
        return NULL;
    return make("EC", builder);
}

EVP_PKEY *public_key_rsa(const uint8_t *n, size_t n_size, const uint8_t *e, size_t e_size)
{
    cleanup(free_builder) OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    cleanup(free_bignum) BIGNUM *bn = BN_bin2bn(n, (int)n_size, NULL);
    cleanup(free_bignum) BIGNUM *be = BN_bin2bn(e, (int)e_size, NULL);

    if (!builder || !bn || !be || !OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, bn) ||
        !OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, be))
        return NULL;
    return make("RSA", builder);
}
