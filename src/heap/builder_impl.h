/*
 * heap/builder_impl.h - inside of the builder. Not for others.
 */
#pragma once

#include "src/base/number_map.h"
#include "src/heap/address_index.h"
#include "src/heap/builder.h"
#include "src/heap/tape.h"

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

/* Nodes by address and their references, made of what had been told. */
struct resolved {
    uint32_t told_nodes;
    uint64_t told_targets;
    size_t told_dependents;
    uint32_t objects;
    uint64_t lost_edges;
    struct spill_array segments, pairs;
    struct tape addresses, sizes, first_edges, edges;
    struct address_index index;
};

struct heap_builder {
    struct heap_graph *graph;  /* what it becomes */
    struct resolved *resolved; /* NULL: not yet */
    struct number_map slots_by_id, classes, modules;
    struct type_slot *slots;
    uint32_t slot_count, slot_capacity;
    uint64_t last_type; /* the id of the object before, and its slot */
    uint32_t last_slot;
    bool edges_cut;
    uint64_t bytes;
    uint64_t edges_claimed;
    struct tape addresses, node_slots, sizes, edge_counts; /* u64, u32, u32, u32 a node */
    struct tape targets;                                   /* u64 */
    struct spill_array roots, dependents;
};

static inline uint32_t builder_nodes(const struct heap_builder *b)
{
    return (uint32_t)(tape_size(&b->edge_counts) / sizeof(uint32_t)); /* which is written last */
}

void builder_free_arrays(struct heap_builder *b);

/* heap/resolve.c: b->resolved is there, of all that has been told. */
int builder_resolve(struct heap_builder *b, struct error *err);
void builder_unresolve(struct heap_builder *b);

/* " (Bytes > 1K)" of a class above 0. */
const char *size_class_suffix(uint8_t size_class);

/* heap/type_names.c: the graph's types from the slots; ret[slot] is the type. */
int builder_name_types(struct heap_builder *b, uint32_t *ret, struct error *err);

/* heap/roots.c: pseudo nodes and their edges, behind `node_types` and the arrays in b->resolved. */
int builder_add_roots(struct heap_builder *b, const uint32_t *slot_types, struct tape *node_types,
                      struct error *err);
