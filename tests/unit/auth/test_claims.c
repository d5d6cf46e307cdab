/* Forms and times of claims; what a whole token makes of them is in the table of test_auth.c. */
#include <errno.h>

#include "src/auth/claims.h"
#include "tests/support/check.h"

static json_t *parse(const char *json)
{
    json_t *claims = NULL;
    struct error err;

    REQUIRE(json_object_read(json, strlen(json), &claims, &err) == 0);
    return claims;
}

static const struct form {
    const char *json;
    bool good;
} forms[] = {
    {"{}", true},
    {"{\"exp\":1,\"nbf\":\"2\",\"iat\":3.5}", true},
    {"{\"exp\":\" 12 \"}", true},
    {"{\"exp\":\"1 2\"}", false},
    {"{\"exp\":\"e\"}", false},
    {"{\"exp\":\".\"}", false},
    {"{\"exp\":\"1e\"}", false},
    {"{\"exp\":\"inf\"}", false},
    {"{\"exp\":1e300}", false},
    {"{\"nbf\":null}", false},
    {"{\"iat\":[]}", false},
    {"{\"sub\":null,\"jti\":1,\"azp\":\"x\"}", true},
    {"{\"sub\":true}", false},
    {"{\"jti\":{}}", false},
    {"{\"iss\":null}", true},
    {"{\"iss\":1}", false},
    {"{\"aud\":[]}", true},
    {"{\"aud\":[\"x\",null]}", false},
    {"{\"aud\":false}", false},
};

static void test_forms(void)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        json_t *claims = parse(forms[i].json);
        CHECK_AT(forms[i].json, claims_well_formed(claims) == forms[i].good);
        json_decref(claims);
    }
}

static const struct moment {
    const char *exp, *nbf;
    int result; /* at 1000000000, with 300 s of tolerance */
} moments[] = {
    {"999999699", NULL, -EKEYREJECTED},
    {"999999700", NULL, 0},
    {"1000000000", NULL, 0},
    {"1000000900", "1000000300", 0},
    {"1000000900", "1000000301", -EKEYREJECTED},
    {"1000000000", "1000000001", -EKEYREJECTED},
    {"9223372036854775807", "-9223372036854775808", 0},
    {"999999699.4", NULL, -EKEYREJECTED},
    {"999999699.5", NULL, 0}, /* to the even neighbour */
    {"999999699.6", NULL, 0},
    {"1000000900", "1000000300.5", 0},
    {"1000000900", "1000000300.6", -EKEYREJECTED},
    {"1000000900", "-0.6", 0},
};

static void test_moments(void)
{
    const struct jwt_expected expected = {"i", "a", 1000000000, 300};

    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        const struct moment *m = &moments[i];
        char json[200];
        struct error err;
        (void)snprintf(json, sizeof json, "{\"iss\":\"i\",\"aud\":\"a\",\"exp\":%s%s%s}", m->exp,
                       m->nbf ? ",\"nbf\":" : "", m->nbf ? m->nbf : "");
        json_t *claims = parse(json);
        CHECK_AT(json, claims_check(claims, &expected, &err) == m->result);
        json_decref(claims);
    }
}

static void test_have(void)
{
    json_t *claims = parse("{\"a\":\"x\",\"b\":[\"x\",1,\"y\\u0000z\"],\"c\":1}");

    CHECK(claims_have(claims, "a", "x") && !claims_have(claims, "a", ""));
    CHECK(claims_have(claims, "b", "x") && !claims_have(claims, "b", "y"));
    CHECK(!claims_have(claims, "c", "1") && !claims_have(claims, "d", "x"));
    json_decref(claims);
}

TEST_SUITE("auth/claims", {"forms", test_forms}, {"moments", test_moments}, {"have", test_have})
