/* What a configuration says may be presented. */
#include <stdlib.h>

#include "src/auth/credentials.h"
#include "tests/support/world.h"

#define FINGERPRINT "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static uv_loop_t loop;

static void set(struct config_keys *keys, const char *key, const char *value)
{
    struct error err;

    REQUIRE(config_keys_set(keys, key, value, "test", &err) == 0);
}

static struct credentials *load(const struct config_keys *keys, struct text *faults)
{
    struct credentials *c = NULL;
    struct error err;

    REQUIRE(credentials_new(&loop, keys, NULL, faults, &c, &err) == 0);
    return c;
}

static void test_none(void)
{
    struct config_keys keys = {0};
    struct text faults = {0};
    struct credentials *c = load(&keys, &faults);

    CHECK(credentials_are_none(c) && c->monitor_key == MONITOR_KEY_ABSENT && !faults.data);
    credentials_free(c);
    set(&keys, "Authentication:MonitorApiKey:Subject", "x");
    c = load(&keys, &faults);
    CHECK(!credentials_are_none(c) && c->monitor_key == MONITOR_KEY_FAULTY && !faults.data);
    CHECK(strstr(c->monitor_key_fault.text, "PublicKey is missing") != NULL);
    credentials_free(c);
    config_keys_deinit(&keys);
}

/* Names without case are one entry; scopes as text and as list add up; a fault leaves out one. */
static void test_entries(void)
{
    struct config_keys keys = {0};
    struct text faults = {0};

    set(&keys, "Authentication:ClientCertificates:One:Fingerprint", FINGERPRINT);
    set(&keys, "authentication:clientcertificates:one:scopes", "read");
    set(&keys, "Authentication:ClientCertificates:one:Scopes:0", "trace");
    set(&keys, "Authentication:ClientCertificates:two:Subject", "CN=x");
    set(&keys, "Authentication:ClientCertificates:three:Subject", "CN=y");
    set(&keys, "Authentication:ClientCertificates:three:Scopes", "*");
    struct credentials *c = load(&keys, &faults);
    REQUIRE(c->certificate_count == 2);
    CHECK(c->certificates[0].scopes == (SCOPE_READ | SCOPE_TRACE));
    CHECK(strcmp(c->certificates[1].subject, "CN=y") == 0);
    REQUIRE(faults.data != NULL);
    CHECK(strstr(faults.data, "ClientCertificates:two: Scopes is missing") == faults.data);
    text_deinit(&faults);
    credentials_free(c);
    config_keys_deinit(&keys);
}

static void test_limit(void)
{
    struct config_keys keys = {0};
    struct text faults = {0};

    for (int i = 0; i <= LIMIT_CREDENTIALS; i++) {
        set(&keys, world_text("Authentication:ClientCertificates:%d:Subject", i), "CN=x");
        set(&keys, world_text("Authentication:ClientCertificates:%d:Scopes", i), "read");
    }
    struct credentials *c = load(&keys, &faults);
    CHECK(c->certificate_count == LIMIT_CREDENTIALS);
    CHECK(faults.data && strstr(faults.data, "more than 64 client certificates") != NULL);
    text_deinit(&faults);
    credentials_free(c);
    config_keys_deinit(&keys);
}

WORLD_SUITE("auth/credentials", {"none", test_none}, {"entries", test_entries},
            {"limit", test_limit})
