/* One API key: settings, and whose tokens count. The rest is in the table of test_auth.c. */
#include <errno.h>
#include <time.h>

#include "src/auth/api_key.h"
#include "src/auth/temp_key.h"
#include "tests/support/jose.h"
#include "tests/support/world.h"

static const struct row {
    const char *label, *subject, *public_key, *reason;
} rows[] = {
    {"nothing", NULL, NULL, "Subject and PublicKey is missing"},
    {"no subject", "", "e30", "Subject is missing"},
    {"no key", "s", NULL, "PublicKey is missing"},
    {"no base64url", "s", "e30=", "PublicKey is not base64url"},
    {"no JSON", "s", "AAAA", "PublicKey: not JSON"},
    {"no key in it", "s", "e30", "PublicKey: the key's \"kty\""},
};

static void test_faults(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct api_key_settings settings = {.subject = rows[i].subject,
                                                  .public_key = rows[i].public_key};
        struct api_key key;
        struct error err;
        CHECK_AT(rows[i].label, api_key_init(&key, &settings, &err) == -EINVAL);
        CHECK_AT(rows[i].label, strstr(err.text, rows[i].reason) != NULL);
    }
}

static void init(struct api_key *ret, const struct temp_key *made, const char *subject,
                 const char *issuer)
{
    const struct api_key_settings settings = {subject, made->public_key, issuer, 1};
    struct error err;

    REQUIRE(api_key_init(ret, &settings, &err) == 0);
}

static void test_check(void)
{
    struct temp_key made;
    struct api_key own, other_subject, other_issuer;
    struct jwt *t = NULL;
    struct error err;
    int64_t now = time(NULL), week = 7 * 86400;

    REQUIRE(temp_key_make(&made, &err) == 0 && jwt_parse(made.token, &t, &err) == 0);
    init(&own, &made, made.subject, NULL);
    init(&other_subject, &made, "x", "");
    init(&other_issuer, &made, made.subject, "x");
    CHECK(jwt_verify(t, own.key, &err) == 0);
    CHECK(api_key_check(&own, t, now, &err) == 0 && api_key_is_named(&own, t));
    CHECK(api_key_check(&own, t, now + week + 299, &err) == 0);
    CHECK(api_key_check(&own, t, now + week + 302, &err) == -EKEYREJECTED);
    CHECK(api_key_check(&other_subject, t, now, &err) == -EACCES);
    CHECK(!api_key_is_named(&other_subject, t));
    CHECK(api_key_check(&other_issuer, t, now, &err) == -EKEYREJECTED);
    CHECK(api_key_equal(&own, &own) && !api_key_equal(&own, &other_subject) &&
          !api_key_equal(&own, &other_issuer));
    api_key_deinit(&own);
    api_key_deinit(&other_subject);
    api_key_deinit(&other_issuer);
    jwt_free(t);
    temp_key_deinit(&made);
}

WORLD_SUITE("auth/api_key", {"faults", test_faults}, {"check", test_check})
