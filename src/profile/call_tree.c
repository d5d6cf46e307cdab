#include "src/profile/call_tree.h"

#include <stdlib.h>

#include "src/profile/limits.h"

void call_tree_deinit(struct call_tree *t)
{
    free(t->nodes);
    number_map_deinit(&t->children);
    *t = (struct call_tree){0};
}

static uint32_t add_child(struct call_tree *t, uint32_t parent, uint32_t frame)
{
    uint64_t key = (uint64_t)parent << 32 | frame;
    uint32_t node = number_map_get(&t->children, key);

    if (node != NUMBER_MAP_NONE)
        return node;
    if (t->count >= PROFILE_TREE_NODES)
        return parent;
    if (t->count == t->capacity) {
        size_t wanted = t->capacity ? t->capacity * 2 : 1024;
        struct call_node *nodes = reallocarray(t->nodes, wanted, sizeof *nodes);
        if (!nodes)
            return NUMBER_MAP_NONE;
        t->nodes = nodes;
        t->capacity = wanted;
    }
    node = (uint32_t)t->count + 1;
    if (!number_map_set(&t->children, key, node))
        return NUMBER_MAP_NONE;
    t->nodes[t->count++] = (struct call_node){parent, frame};
    return node;
}

uint32_t call_tree_add(struct call_tree *t, const uint64_t *frames, size_t depth, size_t depth_max)
{
    size_t skipped = depth > depth_max ? depth - depth_max : 0;
    uint32_t node = 0;

    for (size_t k = depth; k > skipped; k--) {
        uint32_t child = add_child(t, node, (uint32_t)frames[k - 1]);
        if (child == node || child == NUMBER_MAP_NONE)
            return child;
        node = child;
    }
    return node;
}
