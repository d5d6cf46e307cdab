#include "src/auth/temp_key.h"

#include <cjose/cjose.h>
#include <errno.h>
#include <inttypes.h>
#include <openssl/rand.h>
#include <string.h>

#include "src/auth/base64url.h"
#include "src/auth/json_object.h"
#include "src/base/cleanup.h"
#include "src/base/clock.h"
#include "src/base/text.h"

/* End of .NET's calendar. */
static const int64_t last_second = 253402300799;
#define TICKS_PER_SECOND INT64_C(10000000)

static void free_jwk(cjose_jwk_t **key)
{
    (void)cjose_jwk_release(*key);
}

static void free_jws(cjose_jws_t **jws)
{
    if (*jws)
        cjose_jws_release(*jws);
}

static void free_header(cjose_header_t **header)
{
    cjose_header_release(*header);
}

void temp_key_deinit(struct temp_key *key)
{
    free(key->public_key);
    free(key->token);
    *key = (struct temp_key){0};
}

/* A random GUID (RFC 4122, version 4) in .NET's format "D". */
static bool make_subject(char ret[static 37])
{
    uint8_t b[16];

    if (RAND_bytes(b, sizeof b) != 1)
        return false;
    b[6] = (uint8_t)(0x40 | (b[6] & 0x0f));
    b[8] = (uint8_t)(0x80 | (b[8] & 0x3f));
    (void)snprintf(ret, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
                   b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12],
                   b[13], b[14], b[15]);
    return true;
}

/* The members that the peer writes, in its order. NULL when memory is out. */
static char *public_text(const cjose_jwk_t *key)
{
    cleanup(free_str) char *own = cjose_jwk_to_json(key, false, NULL);
    cleanup(json_object_free) json_t *object = own ? json_loads(own, 0, NULL) : NULL;
    const char *x = json_object_text(object, "x", false);
    const char *y = json_object_text(object, "y", false);
    struct text text = {0};

    if (!x || !y)
        return NULL;
    text_add_fmt(&text,
                 "{\"crv\":\"P-384\",\"key_ops\":[],\"kty\":\"EC\",\"oth\":[],\"x\":\"%s\","
                 "\"x5c\":[],\"y\":\"%s\"}",
                 x, y);
    char *encoded = text.failed ? NULL : base64url_encode(text.data, text.size);
    text_deinit(&text);
    return encoded;
}

static char *sign(const cjose_jwk_t *key, const char *payload)
{
    cleanup(free_header) cjose_header_t *header = cjose_header_new(NULL);
    const char *token = NULL;

    if (!header || !cjose_header_set(header, CJOSE_HDR_ALG, CJOSE_HDR_ALG_ES384, NULL) ||
        !cjose_header_set(header, "typ", "JWT", NULL))
        return NULL;
    cleanup(free_jws) cjose_jws_t *jws =
        cjose_jws_sign(key, header, (const uint8_t *)payload, strlen(payload), NULL);
    return jws && cjose_jws_export(jws, &token, NULL) ? strdup(token) : NULL;
}

int temp_key_make_for(int64_t ticks, struct temp_key *ret, struct error *err)
{
    cleanup(free_jwk) cjose_jwk_t *key = NULL;
    struct temp_key made = {0};
    char payload[512];
    int64_t now = clock_now_ticks();

    if (ticks <= 0 || ticks > last_second * TICKS_PER_SECOND - now)
        return error_set(err, -EINVAL,
                         "The expiration must be a positive time that ends before the year 10000.");
    key = cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_384, NULL);
    if (!key || !make_subject(made.subject))
        return error_set(err, -EIO, "OpenSSL cannot make a key");
    (void)snprintf(payload, sizeof payload,
                   "{\"aud\":\"" TEMP_KEY_AUDIENCE "\",\"exp\":\"%" PRId64
                   "\",\"iss\":\"" TEMP_KEY_ISSUER "\",\"sub\":\"%s\"}",
                   (now + ticks) / TICKS_PER_SECOND, made.subject);
    made.public_key = public_text(key);
    made.token = sign(key, payload);
    if (!made.public_key || !made.token) {
        temp_key_deinit(&made);
        return error_set(err, -ENOMEM, "cannot sign the key's token");
    }
    *ret = made;
    return 0;
}

int temp_key_make(struct temp_key *ret, struct error *err)
{
    return temp_key_make_for(TEMP_KEY_TICKS, ret, err);
}
