#include "src/auth/api_key.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "src/auth/base64url.h"
#include "src/auth/temp_key.h"
#include "src/base/cleanup.h"
#include "src/base/limits.h"

/* ASP.NET's tolerance for clocks that differ. */
enum { SKEW_SECONDS = 5 * 60 };

void api_key_deinit(struct api_key *key)
{
    jwk_free(key->key);
    free(key->subject);
    free(key->issuer);
    *key = (struct api_key){0};
}

static int read_public_key(const char *text, struct jwk **ret, struct error *err)
{
    size_t size = strlen(text);
    cleanup(free_str) char *json = malloc(base64url_decoded_max(size) + 1);

    if (!json)
        return error_set(err, -ENOMEM, "out of memory");
    if (!base64url_decode(text, size, (uint8_t *)json, &size))
        return error_set(err, -EINVAL,
                         "PublicKey is not base64url (A-Z, a-z, 0-9, - and _, without padding)");
    int r = jwk_parse(json, size, ret, err);
    return r < 0 ? error_prefix(err, "PublicKey") : 0;
}

int api_key_init(struct api_key *ret, const struct api_key_settings *s, struct error *err)
{
    const char *issuer = s->issuer && *s->issuer ? s->issuer : TEMP_KEY_ISSUER;
    bool subject = s->subject && *s->subject, public_key = s->public_key && *s->public_key;
    struct api_key made = {.scopes = s->scopes};

    if (!subject || !public_key)
        return error_set(err, -EINVAL, "%s%s%s is missing; `generatekey` makes a pair",
                         subject ? "" : "Subject", subject || public_key ? "" : " and ",
                         public_key ? "" : "PublicKey");
    int r = read_public_key(s->public_key, &made.key, err);
    if (r < 0)
        return r;
    made.subject = strdup(s->subject);
    made.issuer = strdup(issuer);
    if (!made.subject || !made.issuer) {
        api_key_deinit(&made);
        return error_set(err, -ENOMEM, "out of memory");
    }
    *ret = made;
    return 0;
}

/* ASP.NET files `sub` and `nameid` under the same type of claim. */
bool api_key_is_named(const struct api_key *key, const struct jwt *t)
{
    return jwt_claim_has(t, "sub", key->subject) || jwt_claim_has(t, "nameid", key->subject);
}

int api_key_check(const struct api_key *key, const struct jwt *t, int64_t now, struct error *err)
{
    const struct jwt_expected expected = {
        .issuer = key->issuer,
        .audience = TEMP_KEY_AUDIENCE,
        .now = now,
        .skew_seconds = SKEW_SECONDS,
    };
    int r = jwt_check(t, &expected, err);

    if (r < 0)
        return r;
    return api_key_is_named(key, t) ? 0 : error_set(err, -EACCES, "another subject");
}

bool api_key_equal(const struct api_key *a, const struct api_key *b)
{
    return strcmp(a->subject, b->subject) == 0 && strcmp(a->issuer, b->issuer) == 0 &&
           jwk_had_private(a->key) == jwk_had_private(b->key) &&
           EVP_PKEY_eq(jwk_openssl(a->key), jwk_openssl(b->key)) == 1;
}
