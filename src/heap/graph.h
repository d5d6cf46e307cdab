/*
 * heap/graph.h - the objects of a heap and who refers to whom, in compact arrays.
 *
 * Nodes are objects, and above them what holds them: "[.NET Roots]", "[static var X.y]"... (pseudo
 * nodes, without bytes). Where arrays lie is for heap/spill.h to decide: a walk calls
 * heap_breathe() once a step.
 */
#pragma once

#include "src/heap/spill.h"
#include "src/profile/names.h"

enum { HEAP_NONE = UINT32_MAX };

struct heap_type {
    uint32_t name, module; /* in `names`; the module's path */
    int64_t first_size;    /* of the first object that was told; -1: there is none */
    bool pseudo;
};

struct heap_origin {
    bool is_64_bit;
    bool complete; /* false: objects or references are missing */
    int64_t time;  /* ticks since 1970; 0: unknown */
    int32_t pid;
    char machine[256], process[256];
};

struct heap_graph {
    struct spill spill;
    struct names names;
    struct heap_type *types;
    uint32_t type_count, type_capacity;
    uint32_t count; /* nodes */
    uint32_t root;  /* a node; HEAP_NONE: nothing is known of roots */
    struct heap_origin origin;
    uint64_t objects, bytes; /* without pseudo nodes */
    uint64_t lost_edges;     /* references to what is no node */
    struct spill_array addresses, node_types, sizes, first_edges, edges;
};

/* Empty. `folders` up to NULL, for what does not fit into memory; borrowed for good. */
int heap_graph_new(const char *const *folders, struct heap_graph **ret, struct error *err);
void heap_graph_free(struct heap_graph *g);
static inline void heap_graph_cleanup(struct heap_graph *const *g)
{
    heap_graph_free(*g);
}

/* The number of a type; HEAP_NONE: no memory, or a limit. Not looked up: each call makes one. */
uint32_t heap_type_new(struct heap_graph *g, const char *name, const char *module,
                       int64_t first_size);

static inline const char *heap_type_name(const struct heap_graph *g, uint32_t type)
{
    return names_get(&g->names, g->types[type].name);
}

/* "System.Private.CoreLib.dll" of whatever path; "" for none. */
const char *heap_type_module(const struct heap_graph *g, uint32_t type);

static inline uint64_t heap_address(const struct heap_graph *g, uint32_t node)
{
    return ((const uint64_t *)g->addresses.data)[node];
}

static inline uint32_t heap_node_type(const struct heap_graph *g, uint32_t node)
{
    return ((const uint32_t *)g->node_types.data)[node];
}

/* Sizes in 4 bytes: from 2 GiB on in units of 64 bytes, rounded up. */
static inline uint32_t heap_size_pack(uint64_t size)
{
    uint64_t units = (size + 63) / 64;

    if (size < UINT32_C(0x80000000))
        return (uint32_t)size;
    return UINT32_C(0x80000000) | (uint32_t)(units < 0x7FFFFFFF ? units : 0x7FFFFFFF);
}

static inline uint64_t heap_size_unpack(uint32_t packed)
{
    return packed & UINT32_C(0x80000000) ? (uint64_t)(packed & 0x7FFFFFFF) * 64 : packed;
}

static inline uint64_t heap_node_size(const struct heap_graph *g, uint32_t node)
{
    return heap_size_unpack(((const uint32_t *)g->sizes.data)[node]);
}

static inline bool heap_node_is_pseudo(const struct heap_graph *g, uint32_t node)
{
    return g->types[heap_node_type(g, node)].pseudo;
}

/* What the node refers to; NULL when no node refers to any. */
static inline const uint32_t *heap_edges(const struct heap_graph *g, uint32_t node,
                                         uint64_t *ret_count)
{
    const uint64_t *first = (const uint64_t *)g->first_edges.data + node;

    const uint32_t *edges = g->edges.data;

    *ret_count = first[1] - first[0];
    return edges ? edges + first[0] : NULL;
}

static inline uint64_t heap_edge_count(const struct heap_graph *g)
{
    return g->edges.size / sizeof(uint32_t);
}

static inline void heap_breathe(struct heap_graph *g)
{
    spill_breathe(&g->spill);
}

/* When all arrays are there: `objects` and `bytes`. */
void heap_graph_count(struct heap_graph *g);
