#include "tests/support/oidc_token.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <time.h>

#include "src/base/text.h"
#include "tests/support/world.h"

enum { BITS = 2048, SIGNATURE = BITS / 8, LIFETIME = 3600 };

struct oidc_token_key {
    EVP_PKEY *pair;
    char *kid, *modulus;
};

static char *base64url(const unsigned char *data, size_t size)
{
    char *text = calloc(1, size * 4 / 3 + 8);

    REQUIRE(text != NULL);
    (void)EVP_EncodeBlock((unsigned char *)text, data, (int)size);
    for (char *c = text; *c; c++)
        *c = *c == '+' ? '-' : *c == '/' ? '_' : *c == '=' ? '\0' : *c;
    return text;
}

struct oidc_token_key *oidc_token_key_new(const char *kid)
{
    struct oidc_token_key *key = calloc(1, sizeof *key);
    unsigned char bytes[SIGNATURE];
    BIGNUM *n = NULL;

    REQUIRE(key != NULL);
    key->pair = EVP_RSA_gen(BITS);
    REQUIRE(key->pair != NULL);
    REQUIRE(EVP_PKEY_get_bn_param(key->pair, OSSL_PKEY_PARAM_RSA_N, &n) == 1);
    REQUIRE(BN_bn2binpad(n, bytes, sizeof bytes) == SIGNATURE);
    BN_free(n);
    key->modulus = base64url(bytes, sizeof bytes);
    key->kid = strdup(kid);
    return key;
}

void oidc_token_key_free(struct oidc_token_key *key)
{
    if (!key)
        return;
    EVP_PKEY_free(key->pair);
    free(key->kid);
    free(key->modulus);
    free(key);
}

const char *oidc_token_key_id(const struct oidc_token_key *key)
{
    return key->kid;
}

const char *oidc_token_key_modulus(const struct oidc_token_key *key)
{
    return key->modulus;
}

static void sign(const struct oidc_token_key *key, const struct text *input,
                 unsigned char signature[static SIGNATURE])
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    size_t size = SIGNATURE;

    REQUIRE(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key->pair) == 1);
    REQUIRE(EVP_DigestSign(context, signature, &size, (const unsigned char *)input->data,
                           input->size) == 1);
    EVP_MD_CTX_free(context);
}

static void add_part(struct text *t, const char *json)
{
    char *part = base64url((const unsigned char *)json, strlen(json));

    text_add_str(t, part);
    free(part);
}

static const char *payload(const struct oidc_claims *c)
{
    struct text t = {0};
    const char *tenant = c->tenant ? c->tenant : OIDC_TENANT;
    const char *roles = c->roles ? c->roles : "[\"monitor\"]";
    long long now = (long long)time(NULL), expires = now + (c->expires ? c->expires : LIFETIME);

    text_add_fmt(&t, "{\"aud\":%s,\"iss\":\"%s\",\"iat\":%lld,\"nbf\":%lld,\"exp\":%lld",
                 c->audience ? c->audience : "\"api://client\"", c->issuer, expires - LIFETIME,
                 expires - LIFETIME, expires);
    if (*tenant)
        text_add_fmt(&t, ",\"tid\":\"%s\"", tenant);
    if (*roles)
        text_add_fmt(&t, ",\"roles\":%s", roles);
    text_add_fmt(&t, ",\"ver\":\"%s\",\"oid\":\"caller\"%s}", c->version ? c->version : "2.0",
                 c->extra ? c->extra : "");
    const char *text = world_text("%s", t.data);
    text_deinit(&t);
    return text;
}

const char *oidc_token_make(const struct oidc_token_key *key, const struct oidc_claims *claims)
{
    const char *kid = claims->kid ? claims->kid : key ? key->kid : "none";
    unsigned char signature[SIGNATURE] = {0};
    struct text t = {0};

    add_part(&t, *kid ? world_text("{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"%s\"}", kid)
                      : "{\"alg\":\"RS256\",\"typ\":\"JWT\"}");
    text_add_str(&t, ".");
    add_part(&t, payload(claims));
    if (key)
        sign(key, &t, signature);
    if (claims->broken)
        signature[SIGNATURE - 1] ^= 1;
    char *part = base64url(signature, sizeof signature);
    text_add_fmt(&t, ".%s", part);
    free(part);
    const char *token = world_text("%s", t.data);
    text_deinit(&t);
    return token;
}
