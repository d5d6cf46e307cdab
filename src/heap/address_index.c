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

static struct address_block *enter_block(struct address_index *x, uint64_t address)
{
    size_t number = count_up_to(x->every, x->every_count, address);

    if (number == 0)
        return NULL;
    struct address_block *b = &x->blocks[x->oldest];
    x->last = x->oldest;
    x->oldest = (x->oldest + 1) % ADDRESS_BLOCKS;
    b->start = (number - 1) * ADDRESS_STEP;
    b->size = x->count - b->start < ADDRESS_STEP ? x->count - b->start : ADDRESS_STEP;
    b->low = x->every[number - 1];
    b->above = number < x->every_count ? x->every[number] : UINT64_MAX;
    uint64_t last = x->addresses[b->start + b->size - 1];
    b->density = (double)b->size / ((double)(last - b->low) + 1);
    spill_breathe(x->spill);
    return b;
}

static struct address_block *find_block(struct address_index *x, uint64_t address)
{
    for (unsigned i = 0; i < ADDRESS_BLOCKS; i++) {
        struct address_block *b = &x->blocks[(x->last + i) % ADDRESS_BLOCKS];
        if (address >= b->low && address < b->above) {
            x->last = (unsigned)(b - x->blocks);
            return b;
        }
    }
    return enter_block(x, address);
}

/* Objects of a block are of similar size mostly: from where it should be, in growing steps. */
static size_t count_near(const uint64_t *values, size_t count, uint64_t value, size_t guess)
{
    size_t low = guess < count ? guess : count - 1, high = low + 1, step = 1;

    for (; low > 0 && values[low] > value; step *= 2) {
        high = low;
        low = low > step ? low - step : 0;
    }
    for (step = 1; high < count && values[high] <= value; step *= 2) {
        low = high;
        high = high + step < count ? high + step : count;
    }
    return low + count_up_to(values + low, high - low, value);
}

uint32_t address_index_find(struct address_index *x, uint64_t address)
{
    const struct address_block *b = find_block(x, address);

    if (!b)
        return HEAP_NONE;
    const uint64_t *values = x->addresses + b->start;
    double guess = (double)(address - b->low) * b->density;
    size_t near = guess < (double)b->size ? (size_t)guess : b->size - 1;
    size_t n = count_near(values, b->size, address, near);
    return n > 0 && values[n - 1] == address ? (uint32_t)(b->start + n - 1) : HEAP_NONE;
}
