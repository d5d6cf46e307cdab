#include "src/config/show.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* Whole documents are compared with recordings in component/test_config_show.c. */
static const struct {
    const char *label, *key, *value;
    bool full;
    const char *shown; /* part of it */
} rows[] = {
    {"absent", "Other", "1", false, "\"Storage\": \":NOT PRESENT:\""},
    {"leaf", "urls", "http://x", false, "{\n  \"urls\": \"http://x\",\n"},
    {"list", "Metrics:Meters:0", "m", false,
     "\"Metrics\": {\n    \"Meters\": [\n      \"m\"\n    ]"},
    {"rules are no list", "CollectionRules:0", "r", false, "\"CollectionRules\": {\n    \"0\": "},
    {"list in a list", "Storage:0:0", "x", false, "[\n    {\n      \"0\": \"x\"\n    }\n  ]"},
    {"password", "Kestrel:Certificates:Default:Password", "p", false,
     "\"Path\": \":NOT PRESENT:\",\n        \"Password\": \":REDACTED:\""},
    {"password in full", "Kestrel:Certificates:Default:Password", "p", true, "\"Password\": \"p\""},
    {"endpoints of Kestrel", "Kestrel:Endpoints:x:Url", "u", true,
     "\"Kestrel\": {\n    \"Certificates\": \":NOT PRESENT:\"\n  }"},
    {"property", "Egress:Properties:a", "b", false, "\"a\": \":REDACTED:\""},
    {"provider", "Egress:S3Storage:a:b", "c", false, "\"b\": \":REDACTED:\""},
    {"folder", "Egress:FileSystem:a:DirectoryPath", "/d", false, "\"DirectoryPath\": \"/d\""},
    {"key", "Authentication:MonitorApiKey:PublicKey", "k", false, "\"PublicKey\": \":REDACTED:\""},
    {"subject", "Authentication:MonitorApiKey:Subject", "s", false, "\"Subject\": \"s\""},
    {"key in full", "Authentication:MonitorApiKey:PublicKey", "k", true, "\"PublicKey\": \"k\""},
    {"text where a section belongs", "Egress", "x", false, "\"Egress\": \":REDACTED:\""},
    {"short port", "DiagnosticPort", "/p", false, "\"DiagnosticPort\": \"/p\""},
    {"own section", "Tls:SelfSigned", "true", false, "\"Tls\": {\n    \"SelfSigned\": \"true\""},
};

static void test_rows(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct show_options options = {.full = rows[i].full};
        struct config_keys keys = {0};
        struct text out = {0};
        struct error err;
        CHECK(config_keys_set(&keys, rows[i].key, rows[i].value, "test", &err) == 0);
        show_add(&out, &keys, &options);
        CHECK_AT(rows[i].label, !out.failed && strstr(out.data, rows[i].shown) != NULL);
        text_deinit(&out);
        config_keys_deinit(&keys);
    }
}

/* The short form of the port hides the long one, in the text and in its source. */
static void test_port(void)
{
    const struct show_options options = {.sources = true};
    struct config_keys keys = {0};
    struct text out = {0};
    struct error err;

    CHECK(config_keys_set(&keys, "DiagnosticPort", "/p", "short", &err) == 0);
    CHECK(config_keys_set(&keys, "DiagnosticPort:ConnectionMode", "Connect", "long", &err) == 0);
    show_add(&out, &keys, &options);
    CHECK(strstr(out.data, "\"DiagnosticPort\": \"/p\"\n  /*short*/,") != NULL);
    CHECK(strstr(out.data, "long") == NULL);
    text_deinit(&out);
    config_keys_deinit(&keys);
}

TEST_SUITE("config/show", {"rows", test_rows}, {"port", test_port})
