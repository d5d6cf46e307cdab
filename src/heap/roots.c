/*
 * heap/roots.c - the nodes above the objects. Their names and places are those of dotnet-gcdump.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/heap/builder_impl.h"
#include "src/heap/limits.h"

/* The fixed groups; static fields have one each, behind them. */
enum { ROOT, STATICS, THREAD_STATICS, LOCALS, OTHER_ROOTS, FIRST_KIND };

static const struct {
    const char *name;
    uint32_t parent;
} groups[] = {
    {"[.NET Roots]", ROOT},
    {"[static vars]", ROOT},
    {"[thread static vars]", ROOT},
    {"[local vars]", ROOT},
    {"[other roots]", ROOT},
    {"[finalizer Handles]", OTHER_ROOTS},
    {"[strong Handles]", OTHER_ROOTS},
    {"[pinning Handles]", OTHER_ROOTS},
    {"[COM/WinRT Objects]", OTHER_ROOTS},
    {"[other Handles]", OTHER_ROOTS},
    {"[Dependent Handles]", OTHER_ROOTS},
};
enum { GROUPS = sizeof groups / sizeof groups[0] };

static const uint32_t group_of_kind[] = {
    [HEAP_ROOT_LOCAL] = LOCALS,
    [HEAP_ROOT_FINALIZER] = FIRST_KIND,
    [HEAP_ROOT_STRONG] = FIRST_KIND + 1,
    [HEAP_ROOT_PINNING] = FIRST_KIND + 2,
    [HEAP_ROOT_REFCOUNTED] = FIRST_KIND + 3,
    [HEAP_ROOT_OTHER] = FIRST_KIND + 4,
    [HEAP_ROOT_DEPENDENT] = FIRST_KIND + 5,
};

struct group {
    uint32_t type, parent;
    uint32_t node;  /* HEAP_NONE: nothing is in it */
    uint64_t count; /* edges */
    uint64_t next;  /* where in `edges` the next one goes */
};

struct roots {
    struct heap_builder *b;
    struct heap_graph *graph;
    const uint32_t *slot_types;
    struct group *list;
    uint32_t count, capacity;
    struct number_map fields; /* of the name of its node to a group */
    struct spill_array edges; /* u32, group by group */
};

static uint32_t new_group(struct roots *r, const char *name, uint32_t parent)
{
    if (r->count == r->capacity) {
        uint32_t capacity = r->capacity ? 2 * r->capacity : 64;
        struct group *grown = reallocarray(r->list, capacity, sizeof *grown);
        if (!grown)
            return HEAP_NONE;
        r->list = grown;
        r->capacity = capacity;
    }
    uint32_t type = heap_type_new(r->graph, name, "", 0);
    if (type == HEAP_NONE)
        return HEAP_NONE;
    r->list[r->count] = (struct group){.type = type, .parent = parent, .node = HEAP_NONE};
    return r->count++;
}

static uint32_t field_group(struct roots *r, const struct raw_root *root)
{
    const struct names *names = &r->graph->names;
    bool thread = root->kind == HEAP_ROOT_THREAD_STATIC;
    char text[2 * HEAP_NAME + 32];

    (void)snprintf(text, sizeof text, "[static var %s.%s]",
                   heap_type_name(r->graph, r->slot_types[root->slot]),
                   names_get(names, root->field));
    uint32_t name = names_add(&r->graph->names, text, strnlen(text, HEAP_NAME));
    uint64_t key = (uint64_t)name << 1 | thread;
    uint32_t group = number_map_get(&r->fields, key);
    if (name == NAMES_NONE || group != NUMBER_MAP_NONE)
        return name == NAMES_NONE ? HEAP_NONE : group;
    group = new_group(r, text, thread ? THREAD_STATICS : STATICS);
    return group != HEAP_NONE && number_map_set(&r->fields, key, group) ? group : HEAP_NONE;
}

static bool is_static(const struct raw_root *root)
{
    return root->kind == HEAP_ROOT_STATIC || root->kind == HEAP_ROOT_THREAD_STATIC;
}

/* In place: `kind` becomes the group, `slot` the node. */
static bool find_groups(struct roots *r)
{
    struct raw_root *list = r->b->roots.data;

    for (size_t i = 0; i < r->b->roots.size / sizeof *list; i++) {
        uint32_t node = address_index_find(&r->b->resolved->index, list[i].object);
        if (node != HEAP_NONE) {
            uint32_t group =
                is_static(&list[i]) ? field_group(r, &list[i]) : group_of_kind[list[i].kind];
            if (group == HEAP_NONE)
                return false;
            list[i].kind = group;
            r->list[group].count++;
        }
        list[i].slot = node;
    }
    return true;
}

static void count_parents(struct roots *r)
{
    for (uint32_t i = r->count; i-- > 1;) {
        if (r->list[i].count > 0)
            r->list[r->list[i].parent].count++;
    }
}

static int add_node(struct roots *r, const struct group *group, uint64_t first_edge,
                    struct tape *node_types, struct error *err)
{
    struct resolved *d = r->b->resolved;
    int result = tape_push_u64(&d->first_edges, first_edge, err);

    if (result == 0)
        result = tape_push_u64(&d->addresses, 0, err);
    if (result == 0)
        result = tape_push_u32(node_types, group->type, err);
    return result < 0 ? result : tape_push_u32(&d->sizes, 0, err);
}

/* Nodes for all groups that hold something, and for the root. */
static int add_nodes(struct roots *r, struct tape *node_types, struct error *err)
{
    struct resolved *d = r->b->resolved;
    uint64_t before = tape_size(&d->edges) / sizeof(uint32_t), next = 0;
    int result = 0;

    for (uint32_t i = 0; i < r->count && result == 0; i++) {
        struct group *group = &r->list[i];
        if (group->count == 0 && i != ROOT)
            continue;
        group->node = r->graph->count++;
        group->next = next;
        result = add_node(r, group, before + next, node_types, err);
        next += group->count;
    }
    if (result == 0)
        result = tape_push_u64(&d->first_edges, before + next, err);
    return result < 0 ? result
                      : spill_array_new(&r->edges, &r->graph->spill, next * sizeof(uint32_t), err);
}

static void add_edge(struct roots *r, struct group *from, uint32_t to)
{
    ((uint32_t *)r->edges.data)[from->next++] = to;
}

static void add_edges(struct roots *r)
{
    const struct raw_root *list = r->b->roots.data;

    for (uint32_t i = 1; i < r->count; i++) {
        if (r->list[i].node != HEAP_NONE)
            add_edge(r, &r->list[r->list[i].parent], r->list[i].node);
    }
    for (size_t i = 0; i < r->b->roots.size / sizeof *list; i++) {
        if (list[i].slot != HEAP_NONE)
            add_edge(r, &r->list[list[i].kind], list[i].slot);
        heap_breathe(r->graph);
    }
}

static int append_edges(struct roots *r, struct error *err)
{
    const uint32_t *edges = r->edges.data;
    int result = 0;

    for (size_t i = 0; i < r->edges.size / sizeof *edges && result == 0; i++) {
        if ((i & (HEAP_STRIDE - 1)) == 0)
            heap_breathe(r->graph);
        result = tape_push_u32(&r->b->resolved->edges, edges[i], err);
    }
    return result;
}

int builder_add_roots(struct heap_builder *b, const uint32_t *slot_types, struct tape *node_types,
                      struct error *err)
{
    struct roots r = {.b = b, .graph = b->graph, .slot_types = slot_types};
    bool good = true;
    int result = 0;

    spill_array_init(&r.edges, &b->graph->spill);
    b->graph->root = b->graph->count = b->resolved->objects;
    for (uint32_t i = 0; i < GROUPS && good; i++)
        good = new_group(&r, groups[i].name, groups[i].parent) != HEAP_NONE;
    good = good && find_groups(&r);
    if (good) {
        count_parents(&r);
        result = add_nodes(&r, node_types, err);
        if (result == 0)
            add_edges(&r);
        if (result == 0)
            result = append_edges(&r, err);
    } else {
        result = error_set(err, -E2BIG, "the heap has too many static fields");
    }
    spill_array_free(&r.edges);
    number_map_deinit(&r.fields);
    free(r.list);
    return result;
}
