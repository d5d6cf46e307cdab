/* New keys: unlike each other, in the peer's shape, without the private part. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "src/auth/base64url.h"
#include "src/auth/jwt.h"
#include "src/auth/temp_key.h"
#include "tests/support/check.h"

#define GUID "3f0f3a0e-6a1c-4d5e-9d0b-0a1f2e3d4c5b"

static void test_shape(void)
{
    static const char begin[] =
        "{\"crv\":\"P-384\",\"key_ops\":[],\"kty\":\"EC\",\"oth\":[],\"x\":\"";
    struct temp_key key;
    struct error err;
    char json[512] = {0};
    size_t size;

    REQUIRE(temp_key_make(&key, &err) == 0);
    REQUIRE(strlen(key.public_key) < 512);
    CHECK(base64url_decode(key.public_key, strlen(key.public_key), (uint8_t *)json, &size));
    CHECK(strncmp(json, begin, sizeof begin - 1) == 0);
    CHECK(strstr(json, "\"d\"") == NULL);
    /* {"alg":"ES384","typ":"JWT"} and nothing else. */
    CHECK(strncmp(key.token, "eyJhbGciOiJFUzM4NCIsInR5cCI6IkpXVCJ9.", 37) == 0);
    for (size_t i = 0; i < sizeof GUID - 1; i++) {
        bool dash = GUID[i] == '-';
        CHECK(dash ? key.subject[i] == '-' : isxdigit((unsigned char)key.subject[i]) != 0);
    }
    CHECK(key.subject[14] == '4' && key.subject[36] == '\0');
    temp_key_deinit(&key);
}

static void test_unlike(void)
{
    struct temp_key a, b;
    struct error err;

    REQUIRE(temp_key_make(&a, &err) == 0 && temp_key_make(&b, &err) == 0);
    CHECK(strcmp(a.subject, b.subject) != 0);
    CHECK(strcmp(a.public_key, b.public_key) != 0);
    temp_key_deinit(&a);
    temp_key_deinit(&b);
}

/* At, below and above the end of the calendar. */
static void test_bounds(void)
{
    static const int64_t bad[] = {0, -1, INT64_MIN, INT64_MAX, INT64_C(2534023007990000000)};
    struct temp_key key;
    struct error err;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CHECK(temp_key_make_for(bad[i], &key, &err) == -EINVAL);
    REQUIRE(temp_key_make_for(1, &key, &err) == 0);
    temp_key_deinit(&key);
}

TEST_SUITE("auth/temp_key", {"shape", test_shape}, {"unlike", test_unlike}, {"bounds", test_bounds})
