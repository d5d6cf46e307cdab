/*
 * What a token must say. The tokens have no good signature: that is not looked at here. Most rows
 * on issuers, tenants, keys, audiences and life time have been put to
 * Microsoft.IdentityModel.Validators 8.16 too, with the same outcome.
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "src/auth/entra_claims.h"
#include "tests/support/oidc_token.h"
#include "tests/support/world.h"

#define HOST "https://login.microsoftonline.com/"
#define STS "https://sts.windows.net/"
#define T OIDC_TENANT
#define OTHER "99999999-2222-3333-4444-555555555555"
#define V2 HOST T "/v2.0"
#define V1 STS T "/"
#define ROLE_URI "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"

static const struct entra_issuers single = {V2, V1, NULL}, keyed = {V2, V1, V2},
                                  other_key = {V2, V1, HOST OTHER "/v2.0"},
                                  many = {HOST "{tenantid}/v2.0", STS "{tenantid}/", NULL},
                                  many_keyed = {HOST "{tenantid}/v2.0", STS "{tenantid}/",
                                                HOST "{tenantid}/v2.0"},
                                  one_key = {HOST "{tenantid}/v2.0", STS "{tenantid}/", V2},
                                  no_v1 = {V2, NULL, NULL};

static const struct row {
    const char *label;
    struct oidc_claims claims;
    const struct entra_issuers *issuers;
    int want;
    const char *reason; /* a part of the error */
    bool own_audience;  /* AppIdUri is configured: https://app.example/Diag */
} rows[] = {
    {"version 2", {.issuer = V2}, &single, 0, NULL, false},
    {"version 1", {.issuer = V1, .version = "1.0"}, &single, 0, NULL, false},
    {"version 2 in version 1's words", {.issuer = V2, .version = "1.0"}, &single, 0, NULL, false},
    {"slash after the issuer", {.issuer = V2 "/"}, &single, -EKEYREJECTED, "issuer", false},
    {"version 1 without slash", {.issuer = STS T}, &single, -EKEYREJECTED, "issuer", false},
    {"issuer in capitals", {.issuer = HOST T "/V2.0"}, &single, -EKEYREJECTED, "issuer", false},
    {"another host",
     {.issuer = "https://evil.example/" T "/v2.0"},
     &single,
     -EKEYREJECTED,
     "issuer",
     false},
    {"http issuer",
     {.issuer = "http://login.microsoftonline.com/" T "/v2.0"},
     &single,
     -EKEYREJECTED,
     "issuer",
     false},
    {"wrong tenant",
     {.issuer = HOST OTHER "/v2.0", .tenant = OTHER},
     &single,
     -EKEYREJECTED,
     "issuer",
     false},
    {"wrong tenant, version 1",
     {.issuer = STS OTHER "/", .tenant = OTHER},
     &single,
     -EKEYREJECTED,
     "issuer",
     false},
    {"no tid, version 2", {.issuer = V2, .tenant = ""}, &single, 0, NULL, false},
    {"no tid, version 1", {.issuer = V1, .tenant = ""}, &single, -EKEYREJECTED, "no tenant", false},
    {"empty tid",
     {.issuer = V2, .tenant = "", .extra = ",\"tid\":\"\""},
     &single,
     -EKEYREJECTED,
     "no tenant",
     false},
    {"empty issuer", {.issuer = ""}, &single, -EKEYREJECTED, "issuer", false},
    {"no document of version 1", {.issuer = V1}, &no_v1, -EKEYREJECTED, "issuer", false},
    {"empty issuer where none is", {.issuer = ""}, &no_v1, -EKEYREJECTED, "issuer", false},

    {"many tenants", {.issuer = HOST OTHER "/v2.0", .tenant = OTHER}, &many, 0, NULL, false},
    {"many tenants, version 1", {.issuer = STS OTHER "/", .tenant = OTHER}, &many, 0, NULL, false},
    {"tid is not the issuer's",
     {.issuer = V2, .tenant = OTHER},
     &many,
     -EKEYREJECTED,
     "issuer",
     false},
    {"tid with a path",
     {.issuer = HOST "a/b/v2.0", .tenant = "c"},
     &many,
     -EKEYREJECTED,
     "issuer",
     false},
    {"the template itself",
     {.issuer = HOST "{tenantid}/v2.0"},
     &many,
     -EKEYREJECTED,
     "issuer",
     false},

    {"key of the tenant", {.issuer = V2}, &keyed, 0, NULL, false},
    {"key of the tenant, version 1", {.issuer = V1}, &keyed, 0, NULL, false},
    {"key of another tenant", {.issuer = V2}, &other_key, -EKEYREJECTED, "signing key", false},
    {"key of all tenants",
     {.issuer = HOST OTHER "/v2.0", .tenant = OTHER},
     &many_keyed,
     0,
     NULL,
     false},
    {"key of one of many", {.issuer = V1}, &one_key, 0, NULL, false},
    {"key of one, token of another",
     {.issuer = STS OTHER "/", .tenant = OTHER},
     &one_key,
     -EKEYREJECTED,
     "signing key",
     false},
    {"tid that the issuer does not hold",
     {.issuer = V2, .tenant = OTHER},
     &keyed,
     -EKEYREJECTED,
     "signing key",
     false},

    {"audience with slash",
     {.issuer = V2, .audience = "\"api://client/\""},
     &single,
     0,
     NULL,
     false},
    {"audience in a list",
     {.issuer = V2, .audience = "[\"a\",\"api://client\"]"},
     &single,
     0,
     NULL,
     false},
    {"client id, version 2",
     {.issuer = V2, .audience = "\"client\""},
     &single,
     -EKEYREJECTED,
     "audience",
     false},
    {"client id, version 1",
     {.issuer = V1, .version = "1.0", .audience = "\"client\""},
     &single,
     -EKEYREJECTED,
     "audience",
     false},
    {"another's audience",
     {.issuer = V2, .audience = "\"api://other\""},
     &single,
     -EKEYREJECTED,
     "audience",
     false},
    {"longer audience",
     {.issuer = V2, .audience = "\"api://client/x\""},
     &single,
     -EKEYREJECTED,
     "audience",
     false},
    {"audience is nothing",
     {.issuer = V2, .audience = "null"},
     &single,
     -EKEYREJECTED,
     "audience",
     false},
    {"own audience",
     {.issuer = V2, .audience = "\"https://app.example/Diag\""},
     &single,
     0,
     NULL,
     true},
    {"client id beside an own audience",
     {.issuer = V2, .audience = "\"client\""},
     &single,
     -EKEYREJECTED,
     "audience",
     true},
    {"default audience beside an own", {.issuer = V2}, &single, -EKEYREJECTED, "audience", true},

    {"expired in the skew", {.issuer = V2, .expires = -299}, &single, 0, NULL, false},
    {"expired", {.issuer = V2, .expires = -310}, &single, -EKEYREJECTED, "expired", false},

    {"role among others", {.issuer = V2, .roles = "[\"a\",\"monitor\"]"}, &single, 0, NULL, false},
    {"role as text", {.issuer = V2, .roles = "\"monitor\""}, &single, 0, NULL, false},
    {"role under its short name",
     {.issuer = V2, .roles = "", .extra = ",\"role\":\"monitor\""},
     &single,
     0,
     NULL,
     false},
    {"role under its long name",
     {.issuer = V2, .roles = "", .extra = ",\"" ROLE_URI "\":[\"monitor\"]"},
     &single,
     0,
     NULL,
     false},
    {"no roles", {.issuer = V2, .roles = ""}, &single, -EACCES, "role 'monitor'", false},
    {"empty list", {.issuer = V2, .roles = "[]"}, &single, -EACCES, "role", false},
    {"other role", {.issuer = V2, .roles = "[\"reader\"]"}, &single, -EACCES, "role", false},
    {"role in capitals", {.issuer = V2, .roles = "[\"Monitor\"]"}, &single, -EACCES, "role", false},
    {"part of the role",
     {.issuer = V2, .roles = "\"monitor reader\""},
     &single,
     -EACCES,
     "role",
     false},
    {"role as a member's name",
     {.issuer = V2, .roles = "{\"monitor\":true}"},
     &single,
     -EACCES,
     "role",
     false},
    {"scope is no role",
     {.issuer = V2, .roles = "", .extra = ",\"scp\":\"monitor\""},
     &single,
     -EACCES,
     "role",
     false},
    {"wrong tenant counts more than the role",
     {.issuer = V1 "x", .roles = ""},
     &single,
     -EKEYREJECTED,
     "issuer",
     false},
};

static void test_claims(void)
{
    struct entra_terms ours = {entra_audience("api://client"), strdup("monitor")};
    struct entra_terms own = {entra_audience("https://app.example/Diag"), ours.role};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        struct jwt *t = NULL;
        struct error err = {0};

        CHECK_AT(row->label, jwt_parse(oidc_token_make(NULL, &row->claims), &t, &err) == 0);
        if (!t)
            continue;
        int r = entra_claims_check(t, row->own_audience ? &own : &ours, row->issuers,
                                   (int64_t)time(NULL), &err);
        CHECK_AT(world_text("%s: %d %s", row->label, r, err.text), r == row->want);
        CHECK_AT(row->label, !row->reason || strstr(err.text, row->reason));
        jwt_free(t);
    }
    free(own.audience);
    free(ours.audience);
    free(ours.role);
}

/* As `new Uri(text).ToString()` of .NET 10 writes them, but for the slash at the end, which does
 * not count in its comparison. */
static void test_audience(void)
{
    static const struct {
        const char *text, *want;
    } audiences[] = {
        {"api://client", "api://client"},   {"api://client/", "api://client"},
        {"api://ABCD-1", "api://abcd-1"},   {"api://abcd/X", "api://abcd/X"},
        {"https://X.Org", "https://x.org"}, {"HTTPS://x.org/A/", "https://x.org/A"},
        {"0000-AAAA", "0000-AAAA"},         {"", ""},
    };

    for (size_t i = 0; i < sizeof audiences / sizeof audiences[0]; i++) {
        char *got = entra_audience(audiences[i].text);
        CHECK_AT(audiences[i].text, got && strcmp(got, audiences[i].want) == 0);
        free(got);
    }
}

WORLD_SUITE("auth/entra_claims", {"claims", test_claims}, {"audience", test_audience})
