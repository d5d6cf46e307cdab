#include "src/heap/builder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/heap/builder_impl.h"
#include "src/heap/limits.h"

enum { NODES_MAX = 0x7FFFFF00 }; /* indices are signed in the format, and roots come on top */

#define TAPES(b) &(b)->addresses, &(b)->node_slots, &(b)->sizes, &(b)->edge_counts, &(b)->targets

static int no_memory(struct error *err)
{
    return error_set(err, -ENOMEM, "no memory for the types of a heap, or there are too many");
}

int heap_builder_new(const char *const *folders, struct heap_builder **ret, struct error *err)
{
    struct heap_builder *b = calloc(1, sizeof *b);
    int r = b ? heap_graph_new(folders, &b->graph, err) : error_set(err, -ENOMEM, "no memory");

    if (r < 0) {
        free(b);
        return r;
    }
    struct tape *const tapes[] = {TAPES(b)};
    for (size_t i = 0; i < sizeof tapes / sizeof tapes[0]; i++)
        tape_init(tapes[i], &b->graph->spill);
    spill_array_init(&b->roots, &b->graph->spill);
    spill_array_init(&b->dependents, &b->graph->spill);
    b->last_slot = HEAP_NONE;
    if (heap_type_new(b->graph, "UNDEFINED", "", 0) == HEAP_NONE) { /* as every .gcdump has it */
        heap_builder_free(b);
        return no_memory(err);
    }
    *ret = b;
    return 0;
}

void builder_free_arrays(struct heap_builder *b)
{
    struct tape *const tapes[] = {TAPES(b)};

    for (size_t i = 0; i < sizeof tapes / sizeof tapes[0]; i++) {
        tape_free(tapes[i]);
        *tapes[i] = (struct tape){.file = -1};
    }
    builder_unresolve(b);
    spill_array_free(&b->roots);
    spill_array_free(&b->dependents);
    b->roots = b->dependents = (struct spill_array){0};
}

void heap_builder_free(struct heap_builder *b)
{
    if (!b)
        return;
    builder_free_arrays(b);
    heap_graph_free(b->graph);
    number_map_deinit(&b->slots_by_id);
    number_map_deinit(&b->classes);
    number_map_deinit(&b->modules);
    free(b->slots);
    free(b);
}

static uint32_t new_slot(struct heap_builder *b, struct number_map *map, uint64_t key,
                         const struct type_slot *slot)
{
    if (b->slot_count == b->slot_capacity) {
        uint32_t capacity = b->slot_capacity ? 2 * b->slot_capacity : 256;
        struct type_slot *grown =
            b->slot_count < HEAP_TYPES / 2 ? reallocarray(b->slots, capacity, sizeof *grown) : NULL;
        if (!grown)
            return HEAP_NONE;
        b->slots = grown;
        b->slot_capacity = capacity;
    }
    if (!number_map_set(map, key, b->slot_count))
        return HEAP_NONE;
    b->slots[b->slot_count] = *slot;
    return b->slot_count++;
}

static uint32_t slot_of(struct heap_builder *b, uint64_t id)
{
    uint32_t slot = number_map_get(&b->slots_by_id, id);
    const struct type_slot empty = {.id = id, .name = NAMES_NONE, .first_node = UINT64_MAX};

    return slot != NUMBER_MAP_NONE ? slot : new_slot(b, &b->slots_by_id, id, &empty);
}

/* The larger objects of a type are told apart by their size, as PerfView does. */
static uint8_t size_class_of(uint64_t size)
{
    uint8_t size_class = 1;

    if (size <= 1000)
        return 0;
    for (uint64_t bound = 10000; size_class < 6 && size >= bound; bound *= 10)
        size_class++;
    return size_class;
}

const char *size_class_suffix(uint8_t size_class)
{
    static const char *const suffixes[] = {"",
                                           " (Bytes > 1K)",
                                           " (Bytes > 10K)",
                                           " (Bytes > 100K)",
                                           " (Bytes > 1M)",
                                           " (Bytes > 10M)",
                                           " (Bytes > 100M)"};

    return suffixes[size_class];
}

static uint32_t class_slot(struct heap_builder *b, uint32_t base, uint64_t size)
{
    uint8_t size_class = size_class_of(size);
    uint64_t key = (uint64_t)base << 8 | size_class;

    if (base == HEAP_NONE || size_class == 0)
        return base;
    uint32_t slot = number_map_get(&b->classes, key);
    const struct type_slot empty = {
        .name = NAMES_NONE, .first_node = UINT64_MAX, .base = base, .size_class = size_class};
    return slot != NUMBER_MAP_NONE ? slot : new_slot(b, &b->classes, key, &empty);
}

int heap_add_type(struct heap_builder *b, uint64_t id, uint64_t module, const char *name,
                  struct error *err)
{
    uint32_t slot = slot_of(b, id);
    uint32_t text = names_add(&b->graph->names, name, strnlen(name, HEAP_NAME));

    if (slot == HEAP_NONE || text == NAMES_NONE)
        return no_memory(err);
    b->slots[slot].module = module;
    b->slots[slot].name = text;
    return 0;
}

int heap_add_module(struct heap_builder *b, uint64_t id, const char *path, struct error *err)
{
    uint32_t text = names_add(&b->graph->names, path, strnlen(path, HEAP_NAME));

    return text != NAMES_NONE && number_map_set(&b->modules, id, text) ? 0 : no_memory(err);
}

static int push_node(struct heap_builder *b, uint64_t address, uint32_t slot, uint64_t size,
                     uint64_t edges, struct error *err)
{
    int r = tape_push_u64(&b->addresses, address, err);

    if (r == 0)
        r = tape_push_u32(&b->node_slots, slot, err);
    if (r == 0)
        r = tape_push_u32(&b->sizes, heap_size_pack(size), err);
    if (r == 0)
        r = tape_push_u32(&b->edge_counts, (uint32_t)edges, err);
    return r;
}

int heap_add_node(struct heap_builder *b, uint64_t address, uint64_t type, uint64_t size,
                  uint64_t edges, struct error *err)
{
    uint32_t node = builder_nodes(b);

    if (node >= NODES_MAX)
        return error_set(err, -E2BIG, "the format cannot hold 2^31 objects");
    if (type != b->last_type || b->last_slot == HEAP_NONE)
        b->last_slot = slot_of(b, type);
    b->last_type = type;
    uint32_t slot = class_slot(b, b->last_slot, size);
    if (slot == HEAP_NONE)
        return no_memory(err);
    struct type_slot *s = &b->slots[slot];
    if (s->first_node == UINT64_MAX) {
        s->first_node = node;
        s->first_size = size;
    }
    if (edges > UINT32_MAX)
        b->edges_cut = true;
    edges = b->edges_cut ? 0 : edges;
    b->bytes += size;
    b->edges_claimed += edges;
    return push_node(b, address, slot, size, edges, err);
}

int heap_add_edge(struct heap_builder *b, uint64_t target, struct error *err)
{
    if (b->edges_cut)
        return 0;
    return tape_push_u64(&b->targets, target, err);
}

void heap_cut_edges(struct heap_builder *b)
{
    b->edges_cut = true;
}

static int push_root(struct heap_builder *b, const struct raw_root *root, struct error *err)
{
    int r = spill_room(&b->roots, sizeof *root, err);

    if (r < 0)
        return r;
    memcpy((char *)b->roots.data + b->roots.size, root, sizeof *root);
    b->roots.size += sizeof *root;
    return 0;
}

int heap_add_root(struct heap_builder *b, enum heap_root_kind kind, uint64_t object,
                  struct error *err)
{
    return push_root(b, &(struct raw_root){.object = object, .kind = kind}, err);
}

int heap_add_static(struct heap_builder *b, const struct heap_static *field, struct error *err)
{
    struct raw_root root = {
        .object = field->object,
        .kind = field->of_thread ? HEAP_ROOT_THREAD_STATIC : HEAP_ROOT_STATIC,
        .slot = slot_of(b, field->type),
        .field = names_add(&b->graph->names, field->field, strnlen(field->field, HEAP_NAME))};

    if (root.slot == HEAP_NONE || root.field == NAMES_NONE)
        return no_memory(err);
    return push_root(b, &root, err);
}

int heap_add_dependent(struct heap_builder *b, uint64_t key, uint64_t value, struct error *err)
{
    int r = spill_push_u64(&b->dependents, key, err);

    return r < 0 ? r : spill_push_u64(&b->dependents, value, err);
}

uint64_t heap_builder_objects(const struct heap_builder *b)
{
    return builder_nodes(b);
}

uint64_t heap_builder_bytes(const struct heap_builder *b)
{
    return b->bytes;
}
