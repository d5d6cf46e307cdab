/*
 * profile/call_tree.h - stacks as paths of one tree.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/number_map.h"

struct call_node {
    uint32_t parent, frame;
};

/* Node 0 is the root, which has no frame; parents come before their children. */
struct call_tree {
    struct call_node *nodes;
    size_t count, capacity; /* without the root: nodes[0] is node 1 */
    struct number_map children;
};

void call_tree_deinit(struct call_tree *t);

/* The node of the path; frames leaf first, at most `depth_max` from the root are taken.
 * With PROFILE_TREE_NODES nodes it gets no more: the deepest that is there. NUMBER_MAP_NONE: no
 * memory. */
uint32_t call_tree_add(struct call_tree *t, const uint64_t *frames, size_t depth, size_t depth_max);
