#include <errno.h>
#include <stdlib.h>

#include "src/auth/oidc_document.h"
#include "src/base/limits.h"
#include "tests/support/world.h"

static const struct row {
    const char *label, *json, *issuer, *jwks_uri; /* issuer NULL: refused */
} rows[] = {
    {"both", "{\"issuer\":\"https://a/t/v2.0\",\"jwks_uri\":\"https://a/k\"}", "https://a/t/v2.0",
     "https://a/k"},
    {"only the issuer", "{\"issuer\":\"x\"}", "x", NULL},
    {"unknown members", "{\"a\":[{\"b\":null}],\"issuer\":\"x\",\"jwks_uri\":\"y\",\"z\":1}", "x",
     "y"},
    {"template", "{\"issuer\":\"https://a/{tenantid}/v2.0\"}", "https://a/{tenantid}/v2.0", NULL},
    {"escapes", "{\"issuer\":\"https:\\/\\/a\"}", "https://a", NULL},
    {"blanks around", " \r\n{\"issuer\":\"x\"}\n", "x", NULL},
    {"keys of another type", "{\"issuer\":\"x\",\"jwks_uri\":[\"y\"]}", "x", NULL},
    {"the last one counts", "{\"issuer\":\"x\",\"issuer\":\"y\"}", "y", NULL},
    {"empty", "", NULL, NULL},
    {"empty object", "{}", NULL, NULL},
    {"list", "[{\"issuer\":\"x\"}]", NULL, NULL},
    {"text", "\"issuer\"", NULL, NULL},
    {"number", "1", NULL, NULL},
    {"null", "null", NULL, NULL},
    {"page", "<html><body>sign in</body></html>", NULL, NULL},
    {"cut", "{\"issuer\":\"x\"", NULL, NULL},
    {"cut text", "{\"issuer\":\"x", NULL, NULL},
    {"more behind", "{\"issuer\":\"x\"}{}", NULL, NULL},
    {"issuer of another type", "{\"issuer\":1,\"jwks_uri\":\"y\"}", NULL, NULL},
    {"issuer null", "{\"issuer\":null}", NULL, NULL},
    {"empty issuer", "{\"issuer\":\"\"}", NULL, NULL},
    {"other case", "{\"Issuer\":\"x\"}", NULL, NULL},
    {"end of text in the issuer", "{\"issuer\":\"x\\u0000y\"}", NULL, NULL},
    {"no UTF-8", "{\"issuer\":\"\xff\xfe\"}", NULL, NULL},
    {"half a surrogate", "{\"issuer\":\"\\ud800\"}", NULL, NULL},
    {"comment", "{/* */\"issuer\":\"x\"}", NULL, NULL},
};

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        struct oidc_document d = {0};
        struct error err = {0};
        int r = oidc_document_parse(row->json, strlen(row->json), &d, &err);

        CHECK_AT(world_text("%s: %d %s", row->label, r, err.text),
                 r == (row->issuer ? 0 : -EINVAL) && (r == 0) == (*err.text == '\0'));
        CHECK_AT(row->label, !row->issuer || (d.issuer && strcmp(d.issuer, row->issuer) == 0));
        CHECK_AT(row->label, row->jwks_uri ? d.jwks_uri && strcmp(d.jwks_uri, row->jwks_uri) == 0
                                           : d.jwks_uri == NULL);
        oidc_document_deinit(&d);
    }
}

static int parse_issuer_of(size_t size, struct error *err)
{
    char *issuer = world_alloc(size + 1);
    struct oidc_document d = {0};

    memset(issuer, 'x', size);
    const char *json = world_text("{\"issuer\":\"%s\"}", issuer);
    int r = oidc_document_parse(json, strlen(json), &d, err);
    oidc_document_deinit(&d);
    return r;
}

static void test_limit(void)
{
    struct error err = {0};

    CHECK(parse_issuer_of(LIMIT_OIDC_TEXT - 1, &err) == 0);
    CHECK(parse_issuer_of(LIMIT_OIDC_TEXT, &err) == 0);
    CHECK(parse_issuer_of(LIMIT_OIDC_TEXT + 1, &err) == -EINVAL);
}

static void test_depth(void)
{
    enum { DEPTH = 100000 };
    char *json = world_alloc(DEPTH * 2);
    struct oidc_document d = {0};
    struct error err = {0};

    memset(json, '[', DEPTH);
    memset(json + DEPTH, ']', DEPTH);
    CHECK(oidc_document_parse(json, DEPTH * 2, &d, &err) == -EINVAL);
}

WORLD_SUITE("auth/oidc_document", {"rows", test_rows}, {"limit", test_limit}, {"depth", test_depth})
