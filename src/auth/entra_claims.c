#include "src/auth/entra_claims.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/cleanup.h"
#include "src/base/text.h"

enum { SKEW_SECONDS = 5 * 60 }; /* the default of .NET's TokenValidationParameters */

#define TENANT "{tenantid}"

static void free_text(struct text *t)
{
    text_deinit(t);
}

char *entra_audience(const char *app_id_uri)
{
    char *copy = strdup(app_id_uri);
    char *host = copy ? strstr(copy, "://") : NULL;

    if (!copy)
        return NULL;
    for (char *c = copy; host && c < host + 3 + strcspn(host + 3, "/"); c++)
        *c = (char)tolower((unsigned char)*c);
    size_t size = strlen(copy);
    if (size && copy[size - 1] == '/')
        copy[size - 1] = '\0';
    return copy;
}

static bool ends_with(const char *text, const char *end)
{
    size_t size = strlen(text), end_size = strlen(end);

    return size >= end_size && strcasecmp(text + size - end_size, end) == 0;
}

/* The second segment of "https://HOST/TENANT/v2.0", for tokens without `tid`. */
static void add_tenant_of(const char *issuer, struct text *tenant)
{
    const char *host = strstr(issuer, "://");
    const char *from = host ? strchr(host + 3, '/') : NULL;
    size_t size = from ? strcspn(from + 1, "/") : 0;
    const char *rest = size ? from + 1 + size : "";

    if (*rest == '/' && rest[1] && strcspn(rest + 1, "/?#") >= strlen(rest + 1) - 1)
        text_add(tenant, from + 1, size);
}

/* Puts the tenant in; NULL and empty templates make no issuer. */
static void add_issuer(const char *template, const char *tenant, struct text *issuer)
{
    const char *place = template ? strstr(template, TENANT) : NULL;

    if (place)
        text_add_fmt(issuer, "%.*s%s%s", (int)(place - template), template, tenant,
                     place + strlen(TENANT));
    else if (template)
        text_add_str(issuer, template);
}

static const char *audience_of(const struct jwt *t, const struct entra_terms *terms,
                               const char *with_slash)
{
    return jwt_claim_has(t, "aud", with_slash) ? with_slash : terms->audience;
}

/* Entra ID says of each key whose tokens it signs. The issuers of version 1 are on no key: for
 * them the issuer that version 2 would have must fit. */
static bool key_fits(const struct entra_issuers *issuers, const char *tenant, const char *issuer)
{
    cleanup(free_text) struct text key = {0};
    cleanup(free_text) struct text v2 = {0};

    if (!issuers->key)
        return true;
    add_issuer(issuers->key, tenant, &key);
    add_issuer(issuers->v2, tenant, &v2);
    if (key.failed || v2.failed || !key.data || !strstr(issuer, tenant))
        return false;
    return strcmp(key.data, issuer) == 0 || (v2.data && strcmp(key.data, v2.data) == 0);
}

static bool has_role(const struct jwt *t, const char *role)
{
    /* What .NET maps to its role claim, and that claim itself. */
    static const char *const names[] = {
        "roles", "role", "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (jwt_claim_has(t, names[i], role))
            return true;
    }
    return false;
}

static int check(const struct jwt *t, const struct entra_terms *terms,
                 const struct entra_issuers *issuers, struct jwt_expected *expected,
                 struct error *err)
{
    cleanup(free_text) struct text tenant = {0};
    cleanup(free_text) struct text issuer = {0};
    cleanup(free_text) struct text audience = {0};
    const char *said = jwt_claim(t, "iss"), *tid = jwt_claim(t, "tid");

    if (tid)
        text_add_str(&tenant, tid);
    else if (said)
        add_tenant_of(said, &tenant);
    if (!said || !tenant.data || !*tenant.data)
        return error_set(err, -EKEYREJECTED, "The token names no tenant");
    bool v2 = ends_with(said, "/v2.0") || ends_with(said, "/v2.0/");
    add_issuer(v2 ? issuers->v2 : issuers->v1, tenant.data, &issuer);
    text_add_fmt(&audience, "%s/", terms->audience);
    if (tenant.failed || issuer.failed || audience.failed)
        return error_set(err, -EKEYREJECTED, "out of memory");
    if (!issuer.data || !*issuer.data)
        return error_set(err, -EKEYREJECTED, "The issuer '%s' is invalid", said);
    expected->issuer = issuer.data;
    expected->audience = audience_of(t, terms, audience.data);
    int r = jwt_check(t, expected, err);
    if (r == 0 && !key_fits(issuers, tenant.data, said))
        r = error_set(err, -EKEYREJECTED, "The signing key is not for the issuer '%s'", said);
    return r;
}

int entra_claims_check(const struct jwt *token, const struct entra_terms *terms,
                       const struct entra_issuers *issuers, int64_t now, struct error *err)
{
    struct jwt_expected expected = {.now = now, .skew_seconds = SKEW_SECONDS};
    int r = check(token, terms, issuers, &expected, err);

    if (r == 0 && !has_role(token, terms->role))
        r = error_set(err, -EACCES, "The token lacks the role '%s'", terms->role);
    return r;
}
