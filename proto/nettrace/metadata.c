#include "proto/nettrace/metadata.h"

#include <stdlib.h>
#include <string.h>

#include "proto/nettrace/limits.h"

enum {
    FIRST_CAPACITY = 256,
};

static bool reserve_id(struct metadata_table *t, uint32_t id)
{
    size_t capacity = t->capacity ? t->capacity : FIRST_CAPACITY;

    if (id < t->capacity)
        return true;
    while (capacity <= id)
        capacity *= 2;
    struct nettrace_metadata **grown =
        realloc(t->by_id, capacity * sizeof(struct nettrace_metadata *));
    if (!grown)
        return false;
    for (size_t i = t->capacity; i < capacity; i++)
        grown[i] = NULL;
    t->by_id = grown;
    t->capacity = capacity;
    return true;
}

enum metadata_added metadata_add(struct metadata_table *t, const struct nettrace_metadata *metadata,
                                 struct nettrace_metadata **ret_added)
{
    if (metadata->id == 0 || metadata->id >= NETTRACE_METADATA_IDS)
        return METADATA_BAD_ID;
    if (metadata_find(t, metadata->id))
        return METADATA_TWICE;
    struct nettrace_metadata *copy =
        reserve_id(t, metadata->id) ? pool_take(&t->pool, sizeof *copy) : NULL;
    if (!copy)
        return METADATA_NO_MEMORY;
    *copy = *metadata;
    t->by_id[copy->id] = copy;
    t->count++;
    *ret_added = copy;
    return METADATA_ADDED;
}

void metadata_clear(struct metadata_table *t)
{
    pool_clear(&t->pool);
    free(t->by_id);
    t->by_id = NULL;
    t->capacity = 0;
    t->count = 0;
}
