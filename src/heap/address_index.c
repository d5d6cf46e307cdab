#include "src/heap/address_index.h"

#include <stdlib.h>

bool address_index_init(struct address_index *x, struct spill *spill, const uint64_t *addresses,
                        uint32_t count)
{
    size_t n = ((size_t)count + ADDRESS_STEP - 1) / ADDRESS_STEP;

    *x = (struct address_index){.spill = spill,
                                .addresses = addresses,
                                .count = count,
                                .every = malloc((n + 1) * sizeof *x->every),
                                .every_count = n};
    for (size_t i = 0; x->every && i < n; i++) {
        x->every[i] = addresses[i * ADDRESS_STEP];
        spill_breathe(spill);
    }
    return x->every != NULL;
}

void address_index_deinit(struct address_index *x)
{
    free(x->every);
    x->every = NULL;
}

/* How many of `values` are not above `value`. */
static size_t count_up_to(const uint64_t *values, size_t count, uint64_t value)
{
    size_t low = 0;

    while (count > 0) {
        size_t half = count / 2;
        if (values[low + half] <= value) {
            low += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return low;
}

uint32_t address_index_find(const struct address_index *x, uint64_t address)
{
    size_t block = count_up_to(x->every, x->every_count, address);

    if (block == 0)
        return HEAP_NONE;
    size_t start = (block - 1) * ADDRESS_STEP;
    size_t size = x->count - start < ADDRESS_STEP ? x->count - start : ADDRESS_STEP;
    size_t n = count_up_to(x->addresses + start, size, address);
    spill_breathe(x->spill);
    return n > 0 && x->addresses[start + n - 1] == address ? (uint32_t)(start + n - 1) : HEAP_NONE;
}
