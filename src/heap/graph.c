#include "src/heap/graph.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/heap/limits.h"

int heap_graph_new(const char *const *folders, struct heap_graph **ret, struct error *err)
{
    struct heap_graph *g = calloc(1, sizeof *g);

    if (!g)
        return error_set(err, -ENOMEM, "no memory");
    spill_init(&g->spill, folders, HEAP_MEMORY);
    names_init(&g->names, HEAP_NAME_BYTES);
    struct spill_array *const arrays[] = {&g->addresses, &g->node_types, &g->sizes, &g->first_edges,
                                          &g->edges};
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++)
        spill_array_init(arrays[i], &g->spill);
    g->root = HEAP_NONE;
    *ret = g;
    return 0;
}

void heap_graph_free(struct heap_graph *g)
{
    if (!g)
        return;
    spill_array_free(&g->addresses);
    spill_array_free(&g->node_types);
    spill_array_free(&g->sizes);
    spill_array_free(&g->first_edges);
    spill_array_free(&g->edges);
    spill_deinit(&g->spill);
    names_deinit(&g->names);
    free(g->types);
    free(g);
}

static bool grow_types(struct heap_graph *g)
{
    uint32_t capacity = g->type_capacity ? 2 * g->type_capacity : 256;

    if (g->type_count < g->type_capacity)
        return true;
    struct heap_type *grown =
        g->type_count < HEAP_TYPES ? reallocarray(g->types, capacity, sizeof *grown) : NULL;
    if (!grown)
        return false;
    g->types = grown;
    g->type_capacity = capacity;
    return true;
}

uint32_t heap_type_new(struct heap_graph *g, const char *name, const char *module,
                       int64_t first_size)
{
    struct heap_type type = {.first_size = first_size};

    type.name = names_add(&g->names, name, strnlen(name, HEAP_NAME));
    type.module = names_add(&g->names, module, strnlen(module, HEAP_NAME));
    type.pseudo = first_size <= 0 && (name[0] == '[' || strcmp(name, "UNDEFINED") == 0);
    if (type.name == NAMES_NONE || type.module == NAMES_NONE || !grow_types(g))
        return HEAP_NONE;
    g->types[g->type_count] = type;
    return g->type_count++;
}

const char *heap_type_module(const struct heap_graph *g, uint32_t type)
{
    const char *path = names_get(&g->names, g->types[type].module);
    const char *name = path;

    for (const char *at = path; *at; at++) {
        if (*at == '/' || *at == '\\')
            name = at + 1;
    }
    return name;
}

void heap_graph_count(struct heap_graph *g)
{
    g->objects = g->bytes = 0;
    for (uint32_t i = 0; i < g->count; i++) {
        if ((i & (HEAP_STRIDE - 1)) == 0)
            heap_breathe(g);
        if (heap_node_is_pseudo(g, i))
            continue;
        g->objects++;
        g->bytes += heap_node_size(g, i);
    }
}
