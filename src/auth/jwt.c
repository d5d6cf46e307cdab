#include "src/auth/jwt.h"

#include <errno.h>
#include <string.h>

#include "src/auth/base64url.h"
#include "src/auth/claims.h"
#include "src/auth/json_object.h"
#include "src/auth/signature.h"
#include "src/base/cleanup.h"
#include "src/base/limits.h"

struct jwt {
    char *text;        /* as it came */
    size_t input_size; /* of what is signed: header, dot, payload */
    json_t *header, *payload;
    uint8_t *signature;
    size_t signature_size;
    bool unsigned_token; /* nothing behind the last dot */
};

/* One of the three parts, inside the text. */
struct part {
    const char *at;
    size_t size;
};

static void free_token(struct jwt **t)
{
    jwt_free(*t);
}

void jwt_free(struct jwt *t)
{
    if (!t)
        return;
    json_decref(t->header);
    json_decref(t->payload);
    free(t->signature);
    free(t->text);
    free(t);
}

static int cut(const char *text, struct part parts[static 3], struct error *err)
{
    for (size_t i = 0; i < 3; i++) {
        parts[i] = (struct part){text, strcspn(text, ".")};
        text += parts[i].size;
        if ((*text == '.') != (i < 2))
            return error_set(err, -EINVAL, "a token has three parts with dots between them");
        text++;
    }
    return 0;
}

static int decode(struct part part, const char *what, uint8_t **ret, size_t *ret_size,
                  struct error *err)
{
    cleanup(free_str) char *bytes = malloc(base64url_decoded_max(part.size) + 1);

    if (!bytes)
        return error_set(err, -ENOMEM, "out of memory");
    if (!base64url_decode(part.at, part.size, (uint8_t *)bytes, ret_size))
        return error_set(err, -EINVAL, "the token's %s is not base64url", what);
    *ret = (uint8_t *)take_ptr(bytes);
    return 0;
}

static int decode_json(struct part part, const char *what, json_t **ret, struct error *err)
{
    uint8_t *bytes = NULL;
    size_t size;
    int r = decode(part, what, &bytes, &size, err);

    if (r == 0) {
        r = json_object_read((const char *)bytes, size, ret, err);
        if (r < 0)
            (void)error_prefix(err, "the token's %s", what);
    }
    free(bytes);
    return r;
}

static bool header_well_formed(json_t *header)
{
    static const char *const texts[] = {"alg", "kid", "typ"};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const json_t *value = json_object_get(header, texts[i]);
        if (value && !json_is_string(value) && !json_is_null(value))
            return false;
    }
    /* Extensions that must be understood (RFC 7515, section 4.1.11); we know none. */
    return !json_object_get(header, "crit");
}

static int read_parts(struct jwt *t, const struct part parts[static 3], struct error *err)
{
    struct error ignored;
    int r = decode_json(parts[0], "header", &t->header, err);

    if (r < 0)
        return r;
    if (parts[1].size == 0) /* as the peer reads it: no claims */
        t->payload = json_object();
    else
        r = decode_json(parts[1], "payload", &t->payload, err);
    if (r < 0)
        return r;
    if (!header_well_formed(t->header) || !claims_well_formed(t->payload))
        return error_set(err, -EINVAL, "a member of the token has a type that it cannot have");
    /* What is no base64url is no signature either; it stays empty and will not verify. */
    r = decode(parts[2], "signature", &t->signature, &t->signature_size, &ignored);
    if (r < 0)
        t->signature_size = 0;
    t->unsigned_token = parts[2].size == 0;
    t->input_size = parts[0].size + 1 + parts[1].size;
    return r == -ENOMEM ? error_set(err, r, "out of memory") : 0;
}

int jwt_parse(const char *token, struct jwt **ret, struct error *err)
{
    cleanup(free_token) struct jwt *t = calloc(1, sizeof *t);
    struct part parts[3];

    if (strlen(token) > LIMIT_TOKEN)
        return error_set(err, -E2BIG, "a token of more than %d bytes", LIMIT_TOKEN);
    if (!t || !(t->text = strdup(token)))
        return error_set(err, -ENOMEM, "out of memory");
    int r = cut(t->text, parts, err);
    if (r == 0)
        r = read_parts(t, parts, err);
    if (r == 0)
        *ret = take_ptr(t);
    return r;
}

const char *jwt_key_id(const struct jwt *t)
{
    return json_object_text(t->header, "kid", false);
}

int jwt_verify(const struct jwt *t, const struct jwk *key, struct error *err)
{
    const struct signed_bytes bytes = {t->text, t->input_size, t->signature, t->signature_size};
    const char *algorithm = json_object_text(t->header, "alg", false);

    if (t->unsigned_token)
        return error_set(err, -EKEYREJECTED, "The signature is invalid");
    if (!key || !algorithm || signature_check(algorithm, key, &bytes) < 0)
        return error_set(err, -EKEYREJECTED, "The signature key was not found");
    return 0;
}

int jwt_check(const struct jwt *t, const struct jwt_expected *expected, struct error *err)
{
    return claims_check(t->payload, expected, err);
}

const char *jwt_claim(const struct jwt *t, const char *name)
{
    return json_object_text(t->payload, name, false);
}

bool jwt_claim_has(const struct jwt *t, const char *name, const char *value)
{
    return claims_have(t->payload, name, value);
}
