#include "src/profile/names.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/hash.h"

enum { FIRST_SLOTS = 256, FIRST_BYTES = 4096 };

void names_init(struct names *n, size_t limit)
{
    *n = (struct names){.limit = limit && limit < NAMES_NONE ? limit : NAMES_NONE};
}

void names_deinit(struct names *n)
{
    free(n->bytes);
    free(n->slots);
    *n = (struct names){0};
}

/* The slot that holds the text, or the free one where it would go. */
static uint32_t *find_slot(const struct names *n, const char *text, size_t size)
{
    size_t mask = n->slot_count - 1;

    for (size_t i = hash_bytes(text, size) & mask;; i = (i + 1) & mask) {
        uint32_t *slot = &n->slots[i];
        if (*slot == 0)
            return slot;
        const char *held = n->bytes + *slot - 1;
        if (strncmp(held, text, size) == 0 && held[size] == '\0')
            return slot;
    }
}

/* At most three quarters of the slots are taken. */
static bool grow_slots(struct names *n)
{
    struct names bigger = *n;

    if (n->slot_count && (n->count + 1) * 4 < n->slot_count * 3)
        return true;
    bigger.slot_count = n->slot_count ? n->slot_count * 2 : FIRST_SLOTS;
    bigger.slots = calloc(bigger.slot_count, sizeof *bigger.slots);
    if (!bigger.slots)
        return false;
    for (size_t i = 0; i < n->slot_count; i++) {
        if (n->slots[i]) {
            const char *text = n->bytes + n->slots[i] - 1;
            *find_slot(&bigger, text, strlen(text)) = n->slots[i];
        }
    }
    free(n->slots);
    *n = bigger;
    return true;
}

static bool grow_bytes(struct names *n, size_t more)
{
    size_t capacity = n->capacity ? n->capacity : FIRST_BYTES;

    if (n->size + more > n->limit)
        return false;
    while (capacity < n->size + more)
        capacity *= 2;
    if (capacity == n->capacity)
        return true;
    char *bytes = realloc(n->bytes, capacity);
    if (!bytes)
        return false;
    n->bytes = bytes;
    n->capacity = capacity;
    return true;
}

uint32_t names_add(struct names *n, const char *text, size_t size)
{
    if (!grow_slots(n))
        return NAMES_NONE;
    uint32_t *slot = find_slot(n, text, size);
    if (*slot)
        return *slot - 1;
    if (!grow_bytes(n, size + 1))
        return NAMES_NONE;
    memcpy(n->bytes + n->size, text, size);
    n->bytes[n->size + size] = '\0';
    *slot = (uint32_t)n->size + 1;
    n->size += size + 1;
    n->count++;
    return *slot - 1;
}

uint32_t names_find(const struct names *n, const char *text, size_t size)
{
    return n->count ? *find_slot(n, text, size) - 1 : NAMES_NONE;
}
