#include "src/auth/jwk.h"

#include <errno.h>
#include <openssl/evp.h>
#include <string.h>

#include "src/auth/base64url.h"
#include "src/auth/json_object.h"
#include "src/auth/public_key.h"
#include "src/base/cleanup.h"
#include "src/base/limits.h"

struct jwk {
    enum jwk_kind kind;
    cjose_jwk_t *cjose;
    EVP_PKEY *openssl;
    char *id;
    bool had_private;
};

static const struct curve {
    const char *name, *group;
    enum jwk_kind kind;
    cjose_jwk_ec_curve cjose;
    size_t size; /* bytes of a coordinate: RFC 7518, section 6.2.1.2, never fewer */
} curves[] = {
    {"P-256", "prime256v1", JWK_P256, CJOSE_JWK_EC_P_256, 32},
    {"P-384", "secp384r1", JWK_P384, CJOSE_JWK_EC_P_384, 48},
    {"P-521", "secp521r1", JWK_P521, CJOSE_JWK_EC_P_521, 66},
};
enum { CURVES = sizeof curves / sizeof curves[0] };

/* A number of the key: big-endian bytes. */
struct number {
    uint8_t data[LIMIT_RSA_BITS_MAX / 8 + 1];
    size_t size;
};

static void free_key(struct jwk **key)
{
    jwk_free(*key);
}

void jwk_free(struct jwk *key)
{
    if (!key)
        return;
    if (key->cjose)
        (void)cjose_jwk_release(key->cjose);
    EVP_PKEY_free(key->openssl);
    free(key->id);
    free(key);
}

static int read_number(json_t *json, const char *name, struct number *ret, struct error *err)
{
    const char *text = json_object_text(json, name, true);

    if (!text)
        return error_set(err, -EINVAL, "the key has no \"%s\"", name);
    size_t size = strlen(text);
    if (base64url_decoded_max(size) > sizeof ret->data + 2)
        return error_set(err, -EINVAL, "\"%s\" of the key is too long", name);
    uint8_t bytes[sizeof ret->data + 4];
    if (!base64url_decode(text, size, bytes, &ret->size) || ret->size > sizeof ret->data)
        return error_set(err, -EINVAL, "\"%s\" of the key is not base64url", name);
    memcpy(ret->data, bytes, ret->size);
    return 0;
}

static const struct curve *find_curve(const char *name)
{
    for (size_t i = 0; name && i < CURVES; i++) {
        if (strcmp(curves[i].name, name) == 0)
            return &curves[i];
    }
    return NULL;
}

static int read_ec(json_t *json, struct jwk *key, struct error *err)
{
    const struct curve *c = find_curve(json_object_text(json, "crv", true));
    struct number x, y;

    if (!c)
        return error_set(err, -EINVAL, "the key's \"crv\" must be P-256, P-384 or P-521");
    int r = read_number(json, "x", &x, err);
    if (r == 0)
        r = read_number(json, "y", &y, err);
    if (r < 0)
        return r;
    if (x.size != c->size || y.size != c->size)
        return error_set(err, -EINVAL, "\"x\" and \"y\" of a key on %s must have %zu bytes",
                         c->name, c->size);
    cjose_jwk_ec_keyspec spec = {
        .crv = c->cjose, .x = x.data, .xlen = x.size, .y = y.data, .ylen = y.size};
    key->kind = c->kind;
    key->openssl = public_key_ec(c->group, x.data, y.data, c->size);
    key->cjose = cjose_jwk_create_EC_spec(&spec, NULL);
    if (!key->openssl || !key->cjose)
        return error_set(err, -EINVAL, "\"x\" and \"y\" are no point of %s", c->name);
    return 0;
}

static unsigned bits_of(const struct number *n)
{
    size_t i = 0;

    while (i < n->size && n->data[i] == 0)
        i++;
    unsigned bits = (unsigned)(n->size - i) * 8;
    for (uint8_t top = i < n->size ? n->data[i] : 0xff; !(top & 0x80); top = (uint8_t)(top << 1))
        bits--;
    return bits;
}

static int read_rsa(json_t *json, struct jwk *key, struct error *err)
{
    struct number n, e;
    int r = read_number(json, "n", &n, err);

    if (r == 0)
        r = read_number(json, "e", &e, err);
    if (r < 0)
        return r;
    unsigned bits = bits_of(&n);
    if (bits < LIMIT_RSA_BITS_MIN || bits > LIMIT_RSA_BITS_MAX)
        return error_set(err, -EINVAL, "an RSA key must have %d to %d bits, this one has %u",
                         LIMIT_RSA_BITS_MIN, LIMIT_RSA_BITS_MAX, bits);
    /* With exponent 1 everybody could sign; an even one is no exponent. */
    if (bits_of(&e) < 2 || bits_of(&e) > 64 || !(e.data[e.size - 1] & 1))
        return error_set(err, -EINVAL, "\"e\" of the RSA key must be odd, from 3 to 2^64");
    cjose_jwk_rsa_keyspec spec = {.n = n.data, .nlen = n.size, .e = e.data, .elen = e.size};
    key->kind = JWK_RSA;
    key->openssl = public_key_rsa(n.data, n.size, e.data, e.size);
    key->cjose = cjose_jwk_create_RSA_spec(&spec, NULL);
    if (!key->openssl || !key->cjose)
        return error_set(err, -EINVAL, "OpenSSL does not take the RSA key");
    return 0;
}

static bool has_private(json_t *json)
{
    static const char *const names[] = {"d", "p", "q", "dp", "dq", "qi"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (json_object_text(json, names[i], true))
            return true;
    }
    return false;
}

static int read_key(json_t *json, struct jwk *key, struct error *err)
{
    const char *type = json_object_text(json, "kty", true);
    const char *id = json_object_text(json, "kid", true);

    key->had_private = has_private(json);
    key->id = id ? strdup(id) : NULL;
    if (id && !key->id)
        return error_set(err, -ENOMEM, "out of memory");
    if (type && strcmp(type, "EC") == 0)
        return read_ec(json, key, err);
    if (type && strcmp(type, "RSA") == 0)
        return read_rsa(json, key, err);
    return error_set(err, -EINVAL, "the key's \"kty\" must be EC or RSA");
}

int jwk_parse(const char *json, size_t size, struct jwk **ret, struct error *err)
{
    cleanup(json_object_free) json_t *object = NULL;
    cleanup(free_key) struct jwk *key = calloc(1, sizeof *key);

    if (!key)
        return error_set(err, -ENOMEM, "out of memory");
    if (size > LIMIT_KEY_JSON)
        return error_set(err, -EINVAL, "a key of more than %d bytes", LIMIT_KEY_JSON);
    int r = json_object_read(json, size, &object, err);
    if (r == 0)
        r = read_key(object, key, err);
    if (r == 0)
        *ret = take_ptr(key);
    return r;
}

bool jwk_had_private(const struct jwk *key)
{
    return key->had_private;
}

const char *jwk_id(const struct jwk *key)
{
    return key->id;
}

enum jwk_kind jwk_kind(const struct jwk *key)
{
    return key->kind;
}

const cjose_jwk_t *jwk_cjose(const struct jwk *key)
{
    return key->cjose;
}

EVP_PKEY *jwk_openssl(const struct jwk *key)
{
    return key->openssl;
}
