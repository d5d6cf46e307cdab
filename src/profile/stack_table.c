#include "src/profile/stack_table.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/hash.h"
#include "src/profile/limits.h"

enum { FIRST_SLOTS = 1024 };

void stack_table_deinit(struct stack_table *t)
{
    free(t->frames);
    free(t->stacks);
    free(t->slots);
    *t = (struct stack_table){0};
}

static bool is_stack(const struct stack_table *t, uint32_t number, uint32_t hash,
                     const uint64_t *frames, size_t depth)
{
    const struct stack_entry *e = &t->stacks[number];

    return e->hash == hash && e->depth == depth &&
           (depth == 0 || memcmp(t->frames + e->first, frames, depth * sizeof *frames) == 0);
}

static uint32_t *free_slot(const struct stack_table *t, uint32_t hash)
{
    size_t i = hash & (t->slot_count - 1);

    while (t->slots[i])
        i = (i + 1) & (t->slot_count - 1);
    return &t->slots[i];
}

static bool grow_slots(struct stack_table *t)
{
    struct stack_table bigger = *t;

    if (t->slot_count && (t->count + 1) * 4 < t->slot_count * 3)
        return true;
    bigger.slot_count = t->slot_count ? t->slot_count * 2 : FIRST_SLOTS;
    bigger.slots = calloc(bigger.slot_count, sizeof *bigger.slots);
    if (!bigger.slots)
        return false;
    for (size_t i = 0; i < t->count; i++)
        *free_slot(&bigger, t->stacks[i].hash) = (uint32_t)i + 1;
    free(t->slots);
    *t = bigger;
    return true;
}

static bool grow_arrays(struct stack_table *t, size_t depth)
{
    size_t limit = (t->limit ? t->limit : (size_t)PROFILE_STACK_BYTES) / sizeof *t->frames;
    size_t capacity = t->frame_capacity ? t->frame_capacity : 16 * 1024;

    if (t->frame_count + depth > limit || t->count >= PROFILE_STACKS)
        return false;
    while (capacity < t->frame_count + depth)
        capacity *= 2;
    if (capacity != t->frame_capacity) {
        uint64_t *frames = reallocarray(t->frames, capacity, sizeof *frames);
        if (!frames)
            return false;
        t->frames = frames;
        t->frame_capacity = capacity;
    }
    if (t->count < t->capacity)
        return true;
    capacity = t->capacity ? t->capacity * 2 : 1024;
    struct stack_entry *stacks = reallocarray(t->stacks, capacity, sizeof *stacks);
    if (stacks) {
        t->stacks = stacks;
        t->capacity = capacity;
    }
    return stacks != NULL;
}

static uint32_t append(struct stack_table *t, uint32_t hash, const uint64_t *frames, size_t depth)
{
    if (!grow_arrays(t, depth))
        return STACK_NONE;
    if (depth)
        memcpy(t->frames + t->frame_count, frames, depth * sizeof *frames);
    t->stacks[t->count] =
        (struct stack_entry){.first = t->frame_count, .depth = (uint32_t)depth, .hash = hash};
    t->frame_count += depth;
    return (uint32_t)t->count++;
}

uint32_t stack_table_add(struct stack_table *t, const uint64_t *frames, size_t depth)
{
    uint32_t hash = (uint32_t)hash_bytes(frames, depth * sizeof *frames);

    if (depth > UINT32_MAX || !grow_slots(t))
        return STACK_NONE;
    size_t i = hash & (t->slot_count - 1);
    for (; t->slots[i]; i = (i + 1) & (t->slot_count - 1)) {
        if (is_stack(t, t->slots[i] - 1, hash, frames, depth))
            return t->slots[i] - 1;
    }
    uint32_t number = append(t, hash, frames, depth);
    if (number != STACK_NONE)
        t->slots[i] = number + 1;
    return number;
}
