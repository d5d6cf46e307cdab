#include "src/auth/oidc_keys.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/auth/json_object.h"
#include "src/base/cleanup.h"
#include "src/base/limits.h"

void oidc_keys_deinit(struct oidc_keys *keys)
{
    for (size_t i = 0; i < keys->count; i++) {
        jwk_free(keys->items[i].key);
        free(keys->items[i].issuer);
    }
    free(keys->items);
    *keys = (struct oidc_keys){0};
}

const struct oidc_key *oidc_keys_find(const struct oidc_keys *keys, const char *kid)
{
    for (size_t i = 0; i < keys->count; i++) {
        const char *id = jwk_id(keys->items[i].key);
        if (id && strcmp(id, kid) == 0)
            return &keys->items[i];
    }
    return NULL;
}

/* Adds one element if it is of use. 0, or -ENOMEM. */
static int take(struct oidc_keys *keys, json_t *element, struct error *err)
{
    const char *use = json_object_text(element, "use", false);
    const char *issuer = json_object_text(element, "issuer", false);
    struct oidc_key *k = &keys->items[keys->count];
    struct error ignored;

    if (!json_is_object(element) || (use && strcmp(use, "sig") != 0) ||
        (issuer && strlen(issuer) > LIMIT_OIDC_TEXT))
        return 0;
    cleanup(free_str) char *json = json_dumps(element, JSON_COMPACT);
    if (!json)
        return error_set(err, -ENOMEM, "read the signing keys");
    int r = jwk_parse(json, strlen(json), &k->key, &ignored);
    if (r < 0)
        return r == -ENOMEM ? error_set(err, r, "read the signing keys") : 0;
    keys->count++;
    k->issuer = issuer && *issuer ? strdup(issuer) : NULL;
    return issuer && *issuer && !k->issuer ? error_set(err, -ENOMEM, "read the signing keys") : 0;
}

static int take_all(struct oidc_keys *keys, json_t *list, struct error *err)
{
    json_t *element;
    size_t i;
    int r = 0;

    json_array_foreach(list, i, element)
    {
        if (r == 0 && keys->count < LIMIT_OIDC_KEYS)
            r = take(keys, element, err);
    }
    return r;
}

int oidc_keys_parse(const char *json, size_t size, struct oidc_keys *ret, struct error *err)
{
    cleanup(json_object_free) json_t *object = NULL;
    cleanup(oidc_keys_deinit) struct oidc_keys keys = {0};
    int r = json_object_read(json, size, &object, err);

    if (r < 0)
        return r;
    json_t *list = json_object_get(object, "keys");
    if (!json_is_array(list))
        return error_set(err, -EINVAL, "there is no list \"keys\"");
    keys.items = calloc(LIMIT_OIDC_KEYS, sizeof *keys.items);
    if (!keys.items)
        return error_set(err, -ENOMEM, "read the signing keys");
    r = take_all(&keys, list, err);
    if (r < 0)
        return r;
    if (keys.count == 0)
        return error_set(err, -EINVAL, "none of %zu keys can check signatures",
                         json_array_size(list));
    *ret = keys;
    keys = (struct oidc_keys){0};
    return 0;
}
