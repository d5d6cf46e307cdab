/* Which keys are taken. */
#include "src/auth/jwk.h"
#include "tests/support/check.h"

#define X256 "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4"
#define Y256 "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"
#define X384 "ErTfyxB5__R15p7cZx98Fa8_K77Ca9-5cDitNtRNHE96qE-psT11tXKT9JwsJ3bB"
#define Y384 "pE8_CVBXFHPPk0sKxQcaIG7worpThkWilu1AiZK2qMQtcJjOxGhMUSHUHN7DcDBc"
#define N2048                                                                                      \
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJEC"  \
    "PebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2Qvz"  \
    "qY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZ"  \
    "u0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"

static const struct row {
    const char *label, *json, *reason; /* reason: a part of the error; NULL: the key is taken */
    enum jwk_kind kind;
    bool private;
} rows[] = {
    {"P-256", "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X256 "\",\"y\":\"" Y256 "\"}", NULL,
     JWK_P256, false},
    {"what the peer generates",
     "{\"crv\":\"P-384\",\"key_ops\":[],\"kty\":\"EC\",\"oth\":[],\"x\":\"" X384
     "\",\"x5c\":[],\"y\":\"" Y384 "\"}",
     NULL, JWK_P384, false},
    {"Pascal case",
     "{\"AdditionalData\":{},\"Crv\":\"P-384\",\"KeyOps\":[],\"Kty\":\"EC\",\"X\":\"" X384
     "\",\"Y\":\"" Y384 "\",\"KeySize\":384,\"HasPrivateKey\":false}",
     NULL, JWK_P384, false},
    {"RSA", "{\"kty\":\"RSA\",\"n\":\"" N2048 "\",\"e\":\"AQAB\",\"kid\":\"one\"}", NULL, JWK_RSA,
     false},
    {"private part is read over",
     "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X256 "\",\"y\":\"" Y256
     "\",\"d\":\"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE\"}",
     NULL, JWK_P256, true},
    {"no JSON", "kty", "not JSON", 0, false},
    {"empty", "", "not JSON", 0, false},
    {"list", "[]", "not a JSON object", 0, false},
    {"no kty", "{}", "\"kty\" must be", 0, false},
    {"kty of another type", "{\"kty\":1}", "\"kty\" must be", 0, false},
    {"symmetric", "{\"kty\":\"oct\",\"k\":\"AAAA\"}", "\"kty\" must be", 0, false},
    {"curve of Bitcoin",
     "{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"" X256 "\",\"y\":\"" Y256 "\"}",
     "\"crv\" must be", 0, false},
    {"no y", "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X256 "\"}", "no \"y\"", 0, false},
    {"short x", "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AQAB\",\"y\":\"" Y256 "\"}", "32 bytes",
     0, false},
    {"other curve's numbers",
     "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X384 "\",\"y\":\"" Y384 "\"}", "32 bytes", 0,
     false},
    {"not on the curve", "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X256 "\",\"y\":\"" X256 "\"}",
     "no point", 0, false},
    {"padding", "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X256 "=\",\"y\":\"" Y256 "\"}",
     "not base64url", 0, false},
    {"short RSA",
     "{\"kty\":\"RSA\",\"n\":\"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86z\","
     "\"e\":\"AQAB\"}",
     "2048 to 16384 bits, this one has 384", 0, false},
    {"exponent 1", "{\"kty\":\"RSA\",\"n\":\"" N2048 "\",\"e\":\"AQ\"}", "odd", 0, false},
    {"even exponent", "{\"kty\":\"RSA\",\"n\":\"" N2048 "\",\"e\":\"BA\"}", "odd", 0, false},
    {"empty exponent", "{\"kty\":\"RSA\",\"n\":\"" N2048 "\",\"e\":\"\"}", "odd", 0, false},
    {"no n", "{\"kty\":\"RSA\",\"e\":\"AQAB\"}", "no \"n\"", 0, false},
};

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        struct error err = {0};
        struct jwk *key = NULL;
        int r = jwk_parse(row->json, strlen(row->json), &key, &err);
        CHECK_AT(row->label, (r == 0) == (row->reason == NULL));
        CHECK_AT(row->label,
                 r == 0 || !row->reason || (r == err.code && strstr(err.text, row->reason)));
        CHECK_AT(row->label, r < 0 || jwk_kind(key) == row->kind);
        CHECK_AT(row->label, r < 0 || jwk_had_private(key) == row->private);
        jwk_free(key);
    }
}

static void test_id(void)
{
    static const char json[] =
        "{\"kty\":\"RSA\",\"n\":\"" N2048 "\",\"e\":\"AQAB\",\"kid\":\"one\"}";
    struct error err;
    struct jwk *key = NULL;

    REQUIRE(jwk_parse(json, sizeof json - 1, &key, &err) == 0);
    CHECK(strcmp(jwk_id(key), "one") == 0);
    jwk_free(key);
}

TEST_SUITE("auth/jwk", {"rows", test_rows}, {"id", test_id})
