#include "src/base/number_map.h"

#include <stdlib.h>

#include "src/base/hash.h"

enum { FIRST_SLOTS = 64 };

void number_map_deinit(struct number_map *m)
{
    free(m->slots);
    *m = (struct number_map){0};
}

/* Where the key is, or would go. */
static struct number_map_slot *find(const struct number_map *m, uint64_t key)
{
    size_t mask = m->capacity - 1;
    size_t i = hash_number(key) & mask;

    while (m->slots[i].value != 0 && m->slots[i].key != key)
        i = (i + 1) & mask;
    return &m->slots[i];
}

uint32_t number_map_get(const struct number_map *m, uint64_t key)
{
    return m->capacity ? find(m, key)->value - 1 : NUMBER_MAP_NONE;
}

/* At most three quarters are taken. */
static bool make_room(struct number_map *m)
{
    struct number_map bigger = {.count = m->count};

    if ((m->count + 1) * 4 < m->capacity * 3)
        return true;
    bigger.capacity = m->capacity ? m->capacity * 2 : FIRST_SLOTS;
    bigger.slots = calloc(bigger.capacity, sizeof *bigger.slots);
    if (!bigger.slots)
        return false;
    for (size_t i = 0; i < m->capacity; i++) {
        if (m->slots[i].value != 0)
            *find(&bigger, m->slots[i].key) = m->slots[i];
    }
    free(m->slots);
    *m = bigger;
    return true;
}

bool number_map_set(struct number_map *m, uint64_t key, uint32_t value)
{
    if (!make_room(m))
        return false;
    struct number_map_slot *slot = find(m, key);
    m->count += slot->value == 0;
    *slot = (struct number_map_slot){.key = key, .value = value + 1};
    return true;
}
