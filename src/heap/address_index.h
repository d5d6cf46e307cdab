/*
 * heap/address_index.h - from an address to a node, by sorted addresses.
 */
#pragma once

#include "src/heap/graph.h"

enum { ADDRESS_STEP = 512, ADDRESS_BLOCKS = 4 };

struct address_block {
    size_t start, size;
    uint64_t low, above; /* its first address; that of the next block */
    double density;      /* values per byte */
};

struct address_index {
    struct spill *spill;
    const uint64_t *addresses; /* rising */
    uint32_t count;
    uint64_t *every; /* each ADDRESS_STEP-th, so that a search stays on one page or two */
    size_t every_count;
    struct address_block
        blocks[ADDRESS_BLOCKS]; /* of the last searches: the next are often there */
    unsigned last, oldest;      /* of these */
};

/* False: out of memory. The addresses are borrowed. */
bool address_index_init(struct address_index *x, struct spill *spill, const uint64_t *addresses,
                        uint32_t count);
void address_index_deinit(struct address_index *x);

/* HEAP_NONE: not there. */
uint32_t address_index_find(struct address_index *x, uint64_t address);
