/*
 * base/number_map.h - a hash table from numbers to small numbers.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NUMBER_MAP_NONE = UINT32_MAX };

struct number_map_slot {
    uint64_t key;
    uint32_t value; /* + 1; 0 is free */
};

/* A zeroed one is empty. */
struct number_map {
    struct number_map_slot *slots;
    size_t capacity, count; /* capacity: 0 or a power of two */
};

void number_map_deinit(struct number_map *m);

/* NUMBER_MAP_NONE: not there. */
uint32_t number_map_get(const struct number_map *m, uint64_t key);

/* `value` must be below NUMBER_MAP_NONE; what the key had before is replaced. False: no memory. */
bool number_map_set(struct number_map *m, uint64_t key, uint32_t value);
