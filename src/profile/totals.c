#include "src/profile/totals.h"

#include <stdlib.h>

#include "src/base/hash.h"
#include "src/profile/limits.h"

enum { FIRST_SLOTS = 1024 };

void totals_deinit(struct totals *t)
{
    free(t->list);
    free(t->slots);
    *t = (struct totals){0};
}

static uint32_t *find_slot(const struct totals *t, uint32_t thread, uint32_t stack)
{
    size_t mask = t->slot_count - 1;
    size_t i = hash_number((uint64_t)thread << 32 | stack) & mask;

    for (; t->slots[i]; i = (i + 1) & mask) {
        const struct total *at = &t->list[t->slots[i] - 1];
        if (at->stack == stack && at->thread == thread)
            break;
    }
    return &t->slots[i];
}

static bool grow_slots(struct totals *t)
{
    struct totals bigger = *t;

    bigger.slot_count = t->slot_count ? t->slot_count * 2 : FIRST_SLOTS;
    bigger.slots = calloc(bigger.slot_count, sizeof *bigger.slots);
    if (!bigger.slots)
        return false;
    for (size_t i = 0; i < t->count; i++)
        *find_slot(&bigger, t->list[i].thread, t->list[i].stack) = (uint32_t)i + 1;
    free(t->slots);
    *t = bigger;
    return true;
}

static bool grow_list(struct totals *t)
{
    size_t wanted = t->capacity ? t->capacity * 2 : FIRST_SLOTS;

    if (t->count >= PROFILE_TOTALS)
        return false;
    if (t->count < t->capacity)
        return true;
    struct total *list = reallocarray(t->list, wanted, sizeof *list);
    if (!list)
        return false;
    t->list = list;
    t->capacity = wanted;
    return true;
}

bool totals_add(struct totals *t, const struct total *more)
{
    if ((t->count + 1) * 4 >= t->slot_count * 3 && !grow_slots(t))
        return false;
    uint32_t *slot = find_slot(t, more->thread, more->stack);
    if (*slot) {
        t->list[*slot - 1].count += more->count;
        t->list[*slot - 1].value += more->value;
        return true;
    }
    if (!grow_list(t))
        return false;
    t->list[t->count++] = *more;
    *slot = (uint32_t)t->count;
    return true;
}

static int compare(const void *a, const void *b)
{
    const struct total *x = a, *y = b;

    if (x->thread != y->thread)
        return x->thread < y->thread ? -1 : 1;
    return x->stack < y->stack ? -1 : x->stack > y->stack;
}

void totals_sort(struct totals *t)
{
    if (t->count)
        qsort(t->list, t->count, sizeof *t->list, compare);
    free(t->slots);
    t->slots = NULL;
    t->slot_count = 0;
}
