#include "src/auth/verified.h"

#include <openssl/evp.h>
#include <string.h>

static bool hash_of(const char *token, uint8_t hash[static VERIFIED_HASH_SIZE])
{
    return EVP_Digest(token, strlen(token), hash, NULL, EVP_sha256(), NULL) == 1;
}

bool verified_has(const struct verified *v, const char *token, const void *key)
{
    uint8_t hash[VERIFIED_HASH_SIZE];

    if (!hash_of(token, hash))
        return false;
    for (size_t i = 0; i < LIMIT_AUTH_CACHE; i++) {
        if (v->entries[i].key == key && memcmp(v->entries[i].hash, hash, sizeof hash) == 0)
            return true;
    }
    return false;
}

void verified_add(struct verified *v, const char *token, const void *key)
{
    struct verified_entry *entry = &v->entries[v->next];

    if (!hash_of(token, entry->hash))
        return;
    entry->key = key;
    v->next = (v->next + 1) % LIMIT_AUTH_CACHE;
}

void verified_clear(struct verified *v)
{
    *v = (struct verified){0};
}
