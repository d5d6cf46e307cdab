/* Every algorithm with every key, by name and by URI: only what belongs together verifies. */
#include <errno.h>

#include "src/auth/base64url.h"
#include "src/auth/signature.h"
#include "tests/support/jose.h"
#include "tests/support/world.h"

#define XML "http://www.w3.org/2001/04/xmldsig-more#"

static const struct row {
    const char *name, *uri, *type;
} rows[] = {
    {"ES256", XML "ecdsa-sha256", "P-256"},  {"ES384", XML "ecdsa-sha384", "P-384"},
    {"ES512", XML "ecdsa-sha512", "P-521"},  {"RS256", XML "rsa-sha256", "RSA-2048"},
    {"RS384", XML "rsa-sha384", "RSA-2048"}, {"RS512", XML "rsa-sha512", "RSA-2048"},
};
enum { ROWS = sizeof rows / sizeof rows[0] };

/* Signs with `row`, claims `claimed`, checks against `key`. `spoil`: one byte is changed. */
static int check(const struct row *row, const struct jose_key *signer, const char *claimed,
                 const struct jwk *key, bool spoil)
{
    const char *token =
        jose_token(signer, row->name, world_text("{\"alg\":\"%s\"}", claimed), "{}");
    const char *dot = strrchr(token, '.');
    uint8_t *signature = world_alloc(base64url_decoded_max(strlen(dot)));
    struct signed_bytes bytes = {token, (size_t)(dot - token), signature, 0};

    REQUIRE(base64url_decode(dot + 1, strlen(dot + 1), signature, &bytes.signature_size));
    if (spoil) {
        signature[bytes.signature_size / 2] ^= 1;
        bytes.token = world_text("%s.%s", world_text("%.*s", (int)bytes.size, token),
                                 jose_base64url(signature, bytes.signature_size));
    }
    return signature_check(claimed, key, &bytes);
}

static struct jwk *public_of(const struct jose_key *key)
{
    struct jwk *jwk = NULL;
    struct error err;

    REQUIRE(jwk_parse(key->jwk, strlen(key->jwk), &jwk, &err) == 0);
    return jwk;
}

static void test_matrix(void)
{
    for (size_t i = 0; i < ROWS; i++) {
        const struct jose_key *signer = jose_key_new(rows[i].type);
        struct jwk *key = public_of(signer);
        for (size_t k = 0; k < ROWS; k++) {
            bool fits = strcmp(rows[k].type, rows[i].type) == 0;
            int expected = i == k ? 0 : fits ? -EKEYREJECTED : -ENOTSUP;
            CHECK_AT(rows[i].name, check(&rows[i], signer, rows[k].name, key, false) == expected);
            CHECK_AT(rows[i].uri, check(&rows[i], signer, rows[k].uri, key, false) == expected);
        }
        CHECK_AT(rows[i].name, check(&rows[i], signer, rows[i].name, key, true) == -EKEYREJECTED);
        CHECK_AT(rows[i].uri, check(&rows[i], signer, rows[i].uri, key, true) == -EKEYREJECTED);
        jwk_free(key);
    }
}

static void test_unknown(void)
{
    static const char *const names[] = {"",       "none",  "HS256",           "PS256", "es384",
                                        "ES384 ", "EdDSA", XML "hmac-sha256", XML};
    const struct jose_key *signer = jose_key_new("P-384");
    struct jwk *key = public_of(signer);

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        CHECK_AT(names[i], check(&rows[1], signer, names[i], key, false) == -EINVAL);
    jwk_free(key);
}

WORLD_SUITE("auth/signature", {"matrix", test_matrix}, {"unknown names", test_unknown})
