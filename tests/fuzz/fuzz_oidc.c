/* A discovery document, and the same bytes as a set of keys. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/auth/oidc_document.h"
#include "src/auth/oidc_keys.h"
#include "src/base/limits.h"

static void check_document(const char *json, size_t size)
{
    struct oidc_document d = {0};
    struct error err = {0};
    int r = oidc_document_parse(json, size, &d, &err);

    if (r < 0 ? r != err.code || d.issuer || d.jwks_uri
              : !d.issuer || !*d.issuer || strlen(d.issuer) > LIMIT_OIDC_TEXT)
        abort();
    oidc_document_deinit(&d);
}

static void check_keys(const char *json, size_t size)
{
    struct oidc_keys keys = {0};
    struct error err = {0};
    int r = oidc_keys_parse(json, size, &keys, &err);

    if (r < 0 ? r != err.code || keys.count || keys.items
              : !keys.count || keys.count > LIMIT_OIDC_KEYS)
        abort();
    for (size_t i = 0; i < keys.count; i++) {
        const char *id = jwk_id(keys.items[i].key);
        if (id && !oidc_keys_find(&keys, id))
            abort();
    }
    oidc_keys_deinit(&keys);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *json = malloc(size + 1);

    if (!json)
        abort();
    if (size)
        memcpy(json, data, size);
    check_document(json, size);
    check_keys(json, size);
    free(json);
    return 0;
}
