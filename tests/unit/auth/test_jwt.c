/* A token of the peer, and what is no token. The rows of support/token_table.c are in test_auth.c.
 */
#include <errno.h>
#include <stdlib.h>

#include "src/auth/jwt.h"
#include "src/base/limits.h"
#include "tests/support/check.h"

/* Golden D-auth-ok; the key is not recorded there, this pair is of cli-generatekey-exp. */
#define TOKEN                                                                                      \
    "eyJhbGciOiJFUzM4NCIsInR5cCI6IkpXVCJ9.eyJhdWQiOiJodHRwczovL2dpdGh1Yi5jb20vZG90bmV0L2RvdG5ldC"  \
    "1tb25pdG9yIiwiZXhwIjoiMTc5NTQwODU4NCIsImlzcyI6Imh0dHBzOi8vZ2l0aHViLmNvbS9kb3RuZXQvZG90bmV0LW" \
    "1vbml0b3IvZ2VuZXJhdGVrZXkrTW9uaXRvckFwaUtleSIsInN1YiI6IjQ0MzVjODVlLTY1YTAtNGMxZi04MmU5LTkzZm" \
    "Q3YjMwNDhiYiJ9."
#define SIGNATURE                                                                                  \
    "0SAnRaGvRmRSab5KlWs3aK4V7Svq3s4MdCzTW3G0R4Dg07BkyxnuzB1h4NHN6ex4dt6qlo9rQPNGlaI1BpcmHD60OyXg" \
    "8"                                                                                            \
    "wXzK6s--A_iEwfF99FQUFD9C54UCW_ye35a"
#define KEY                                                                                        \
    "{\"crv\":\"P-384\",\"kty\":\"EC\",\"x\":"                                                     \
    "\"ErTfyxB5__R15p7cZx98Fa8_K77Ca9-5cDitNtRNHE96qE-psT11tXKT9JwsJ3bB\","                        \
    "\"y\":\"pE8_CVBXFHPPk0sKxQcaIG7worpThkWilu1AiZK2qMQtcJjOxGhMUSHUHN7DcDBc\"}"

static void test_peers_token(void)
{
    const struct jwt_expected expected = {
        "https://github.com/dotnet/dotnet-monitor/generatekey+MonitorApiKey",
        "https://github.com/dotnet/dotnet-monitor", 1795408584, 300};
    struct jwt_expected late = expected, other = expected;
    struct error err;
    struct jwt *t = NULL;
    struct jwk *key = NULL;

    late.now += 301;
    other.audience = "x";
    REQUIRE(jwk_parse(KEY, sizeof KEY - 1, &key, &err) == 0);
    REQUIRE(jwt_parse(TOKEN SIGNATURE, &t, &err) == 0);
    CHECK(jwt_verify(t, key, &err) == 0);
    CHECK(jwt_verify(t, NULL, &err) == -EKEYREJECTED);
    CHECK(jwt_check(t, &expected, &err) == 0);
    CHECK(jwt_check(t, &late, &err) == -EKEYREJECTED &&
          strcmp(err.text, "The token expired at '11/23/2026 04:36:24'") == 0);
    CHECK(jwt_check(t, &other, &err) == -EKEYREJECTED && strstr(err.text, "audience"));
    CHECK(strcmp(jwt_claim(t, "sub"), "4435c85e-65a0-4c1f-82e9-93fd7b3048bb") == 0);
    CHECK(jwt_claim_has(t, "sub", "4435c85e-65a0-4c1f-82e9-93fd7b3048bb"));
    CHECK(!jwt_claim_has(t, "sub", "x") && !jwt_claim(t, "roles") && !jwt_key_id(t));
    jwt_free(t);
    jwk_free(key);
}

/* What is not base64url is no signature, in particular not one that a library reads all the same.
 */
static void test_signature_form(void)
{
    static const char *const tokens[] = {
        TOKEN SIGNATURE "==",
        TOKEN SIGNATURE "=",
        TOKEN SIGNATURE " ",
        TOKEN SIGNATURE "A",
        TOKEN SIGNATURE "AA",
        TOKEN SIGNATURE "AAAA",
        TOKEN "",
        TOKEN "A",
    };
    struct error err;
    struct jwk *key = NULL;

    REQUIRE(jwk_parse(KEY, sizeof KEY - 1, &key, &err) == 0);
    for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
        struct jwt *t = NULL;
        REQUIRE(jwt_parse(tokens[i], &t, &err) == 0);
        CHECK_AT(tokens[i] + strlen(TOKEN), jwt_verify(t, key, &err) == -EKEYREJECTED);
        jwt_free(t);
    }
    jwk_free(key);
}

static void test_limit(void)
{
    for (int more = -1; more <= 1; more++) {
        size_t size = (size_t)(LIMIT_TOKEN + more);
        struct error err;
        struct jwt *t = NULL;
        char *token = malloc(size + 1);
        REQUIRE(token != NULL);
        memset(token, 'A', size);
        token[size] = '\0';
        CHECK(jwt_parse(token, &t, &err) == (more > 0 ? -E2BIG : -EINVAL));
        free(token);
    }
}

TEST_SUITE("auth/jwt", {"the peer's token", test_peers_token},
           {"form of the signature", test_signature_form}, {"limit", test_limit})
