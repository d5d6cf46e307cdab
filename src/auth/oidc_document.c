#include "src/auth/oidc_document.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/auth/json_object.h"
#include "src/base/cleanup.h"
#include "src/base/limits.h"

void oidc_document_deinit(struct oidc_document *d)
{
    free(d->issuer);
    free(d->jwks_uri);
    *d = (struct oidc_document){0};
}

static int copy(json_t *object, const char *name, char **ret, struct error *err)
{
    const char *text = json_object_text(object, name, false);

    if (!text)
        return 0;
    if (strlen(text) > LIMIT_OIDC_TEXT)
        return error_set(err, -EINVAL, "\"%s\" is longer than %d characters", name,
                         LIMIT_OIDC_TEXT);
    *ret = strdup(text);
    return *ret ? 0 : error_set(err, -ENOMEM, "read the discovery document");
}

int oidc_document_parse(const char *json, size_t size, struct oidc_document *ret, struct error *err)
{
    cleanup(json_object_free) json_t *object = NULL;
    cleanup(oidc_document_deinit) struct oidc_document d = {0};
    int r = json_object_read(json, size, &object, err);

    if (r == 0)
        r = copy(object, "issuer", &d.issuer, err);
    if (r == 0)
        r = copy(object, "jwks_uri", &d.jwks_uri, err);
    if (r < 0)
        return r;
    if (!d.issuer || !*d.issuer)
        return error_set(err, -EINVAL, "there is no \"issuer\"");
    *ret = d;
    d = (struct oidc_document){0};
    return 0;
}
