/* A token, and what is checked of it: against a key of each kind, with any claims. The input is
 * also taken apart: header, payload and signature as plain bytes with '\n' between, so that the
 * fuzzer need not know base64. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/auth/base64url.h"
#include "src/auth/jwt.h"

#define EC_KEY                                                                                     \
    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\","     \
    "\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\"}"
#define RSA_KEY                                                                                    \
    "{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4" \
    "cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl9" \
    "3lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n9" \
    "1CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU" \
    "8awapJzKnqDKgw\"}"

static struct jwk *key_of(const char *json)
{
    struct jwk *key = NULL;
    struct error err;

    if (jwk_parse(json, strlen(json), &key, &err) < 0)
        abort();
    return key;
}

static void check_claims(const struct jwt *t)
{
    const struct jwt_expected expected = {"i", "a", 1000000000, 300};
    struct error err = {0};

    int r = jwt_check(t, &expected, &err);
    if ((r < 0) != (err.code < 0))
        abort();
    const char *subject = jwt_claim(t, "sub");
    if (subject && !jwt_claim_has(t, "sub", subject))
        abort();
    (void)jwt_key_id(t);
}

static void try_token(const char *text)
{
    static struct jwk *keys[2];
    struct error err = {0};
    struct jwt *t = NULL;

    if (!keys[0]) {
        keys[0] = key_of(EC_KEY);
        keys[1] = key_of(RSA_KEY);
    }
    if (jwt_parse(text, &t, &err) < 0) {
        if (!err.code || t)
            abort();
        return;
    }
    for (size_t i = 0; i < 2; i++) {
        if (jwt_verify(t, keys[i], &err) == 0)
            abort(); /* nobody has the private keys */
    }
    check_claims(t);
    jwt_free(t);
}

static void try_parts(char *text)
{
    char *rest = text, *parts[3];
    char token[4096];

    for (size_t i = 0; i < 3; i++) {
        char *piece = strsep(&rest, "\n");
        parts[i] = base64url_encode(piece ? piece : "", piece ? strlen(piece) : 0);
        if (!parts[i])
            abort();
    }
    (void)snprintf(token, sizeof token, "%s.%s.%s", parts[0], parts[1], parts[2]);
    try_token(token);
    for (size_t i = 0; i < 3; i++)
        free(parts[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    if (!text)
        abort();
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    try_token(text);
    try_parts(text);
    free(text);
    return 0;
}
