#include <errno.h>
#include <stdlib.h>

#include "src/auth/oidc_keys.h"
#include "src/base/limits.h"
#include "src/base/text.h"
#include "tests/support/oidc_token.h"
#include "tests/support/world.h"

/* %1$s is the modulus. */
#define RSA(more) "{\"kty\":\"RSA\",\"n\":\"%1$s\",\"e\":\"AQAB\"" more "}"
#define GOOD RSA(",\"kid\":\"good\"")

static const struct row {
    const char *label, *json;
    int want; /* keys; or a negative errno */
} rows[] = {
    {"one", "{\"keys\":[" GOOD "]}", 1},
    {"for signatures", "{\"keys\":[" RSA(",\"kid\":\"good\",\"use\":\"sig\"") "]}", 1},
    {"without kid", "{\"keys\":[" GOOD "," RSA("") "]}", 2},
    {"certificates are passed over",
     "{\"keys\":[" RSA(",\"kid\":\"good\",\"x5c\":[\"AA==\"],\"x5t\":\"q\"") "]}", 1},
    {"for encryption", "{\"keys\":[" RSA(",\"kid\":\"e\",\"use\":\"enc\"") "," GOOD "]}", 1},
    {"unknown kinds",
     "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AA\"},{\"kty\":\"oct\",\"k\":\"AA\"},"
     "{},{\"kty\":1}," GOOD "]}",
     1},
    {"elements that are no objects", "{\"keys\":[1,null,\"x\",[]," GOOD ",true]}", 1},
    {"short key", "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}," GOOD "]}", 1},
    {"only unknown kinds", "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AA\"}]}", -EINVAL},
    {"empty list", "{\"keys\":[]}", -EINVAL},
    {"no list", "{\"keys\":{}}", -EINVAL},
    {"keys are missing", "{}", -EINVAL},
    {"a key, not a set", GOOD, -EINVAL},
    {"list at the top", "[" GOOD "]", -EINVAL},
    {"empty", "", -EINVAL},
    {"page", "<html>", -EINVAL},
    {"cut", "{\"keys\":[" GOOD, -EINVAL},
};

static const char *filled(const char *template)
{
    static struct oidc_token_key *key;
    struct text t = {0};

    if (!key) {
        key = oidc_token_key_new("good");
        world_at_end((void (*)(void *))oidc_token_key_free, key);
    }
    for (const char *place; (place = strstr(template, "%1$s")); template = place + 4) {
        text_add(&t, template, (size_t)(place - template));
        text_add_str(&t, oidc_token_key_modulus(key));
    }
    text_add_str(&t, template);
    world_at_end(free, t.data);
    return t.data;
}

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        const char *json = filled(row->json);
        struct oidc_keys keys = {0};
        struct error err = {0};
        int r = oidc_keys_parse(json, strlen(json), &keys, &err);

        CHECK_AT(world_text("%s: %d %s", row->label, r, err.text),
                 r < 0 ? r == row->want && *err.text : (int)keys.count == row->want);
        CHECK_AT(row->label, row->want < 0 || oidc_keys_find(&keys, "good"));
        CHECK_AT(row->label, !oidc_keys_find(&keys, "other") && !oidc_keys_find(&keys, ""));
        oidc_keys_deinit(&keys);
    }
}

#define EC(kid)                                                                                    \
    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"" kid                                             \
    "\",\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\","                                    \
    "\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\",\"issuer\":\"https://a/{tenantid}\"}"

static void test_issuer(void)
{
    static const char json[] = "{\"keys\":[" EC("a") "]}";
    struct oidc_keys keys = {0};
    struct error err;

    REQUIRE(oidc_keys_parse(json, sizeof json - 1, &keys, &err) == 0);
    const struct oidc_key *k = oidc_keys_find(&keys, "a");
    CHECK(k && k->issuer && strcmp(k->issuer, "https://a/{tenantid}") == 0);
    oidc_keys_deinit(&keys);
}

static void test_limit(void)
{
    struct oidc_keys keys = {0};
    struct text t = {0};
    struct error err;

    text_add_str(&t, "{\"keys\":[");
    for (size_t i = 0; i < LIMIT_OIDC_KEYS + 1; i++)
        text_add_str(&t, i ? "," EC("a") : EC("a"));
    text_add_str(&t, "]}");
    CHECK(oidc_keys_parse(t.data, t.size, &keys, &err) == 0);
    CHECK(keys.count == LIMIT_OIDC_KEYS);
    oidc_keys_deinit(&keys);
    text_deinit(&t);
}

WORLD_SUITE("auth/oidc_keys", {"rows", test_rows}, {"issuer", test_issuer}, {"limit", test_limit})
