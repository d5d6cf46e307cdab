/*
 * heap/builder_impl.h - inside of the builder. Not for others.
 */
#pragma once

#include "src/base/number_map.h"
#include "src/heap/builder.h"

/* A type by its id; or one of the classes of its larger objects, which are types of their own. */
struct type_slot {
    uint64_t id, module;
    uint64_t first_node, first_size; /* the first object of it; first_node UINT64_MAX: none */
    uint32_t name;                   /* NAMES_NONE: not told */
    uint32_t base;                   /* of a class: the slot of the type */
    uint8_t size_class;              /* 0: the type itself */
};

struct raw_root {
    uint64_t object;
    uint32_t kind;
    uint32_t slot, field; /* statics */
};

struct raw_dependent {
    uint64_t key, value;
};

struct heap_builder {
    struct heap_graph *graph; /* what it becomes */
    struct number_map slots_by_id, classes, modules;
    struct type_slot *slots;
    uint32_t slot_count, slot_capacity;
    uint64_t last_type; /* the id of the object before, and its slot */
    uint32_t last_slot;
    bool edges_cut;
    uint64_t bytes;
    uint64_t edges_claimed;
    struct spill_array addresses, node_slots, sizes, edge_counts; /* u64, u32, u32, u32 a node */
    struct spill_array targets;                                   /* u64 */
    struct spill_array roots, dependents;
};

static inline uint32_t builder_nodes(const struct heap_builder *b)
{
    return (uint32_t)(b->edge_counts.size / sizeof(uint32_t)); /* which is written last */
}

void builder_free_arrays(struct heap_builder *b);

/* " (Bytes > 1K)" of a class above 0. */
const char *size_class_suffix(uint8_t size_class);

/* heap/type_names.c: the graph's types from the slots; ret[slot] is the type. */
int builder_name_types(struct heap_builder *b, uint32_t *ret, struct error *err);

/* heap/roots.c: pseudo nodes and their edges, behind `objects` nodes. */
struct address_index;
int builder_add_roots(struct heap_builder *b, const struct address_index *index,
                      const uint32_t *slot_types, struct error *err);
