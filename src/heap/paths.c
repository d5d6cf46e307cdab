#include "src/heap/paths.h"

static void search(struct heap_graph *g, uint32_t *from, uint32_t *queue)
{
    uint32_t head = 0, tail = 0;

    queue[tail++] = g->root;
    while (head < tail) {
        uint32_t node = queue[head++];
        uint64_t count;
        const uint32_t *edges = heap_edges(g, node, &count);
        for (uint64_t i = 0; i < count; i++) {
            uint32_t to = edges[i];
            heap_breathe(g);
            if (from[to] != HEAP_NONE || to == g->root)
                continue;
            from[to] = node;
            queue[tail++] = to;
        }
    }
}

int heap_paths_new(struct heap_graph *g, struct spill_array *ret, struct error *err)
{
    size_t size = ((size_t)g->count + 1) * sizeof(uint32_t);
    struct spill_array queue = {0};
    int r = spill_array_new(ret, &g->spill, size, err);

    for (size_t i = 0; r == 0 && i <= g->count; i++) {
        ((uint32_t *)ret->data)[i] = HEAP_NONE;
        if ((i & 1023) == 0)
            heap_breathe(g);
    }
    if (r == 0 && g->root != HEAP_NONE)
        r = spill_array_new(&queue, &g->spill, size, err);
    if (r == 0 && g->root != HEAP_NONE)
        search(g, ret->data, queue.data);
    spill_array_free(&queue);
    if (r < 0)
        spill_array_free(ret);
    return r;
}

struct heap_path heap_path_to(struct heap_graph *g, const struct spill_array *paths, uint32_t node)
{
    const uint32_t *from = paths->data;
    struct heap_path p = {0};
    uint64_t length = 0, at;

    for (uint32_t i = node; i != HEAP_NONE && from[i] != HEAP_NONE; i = from[i]) {
        length++;
        heap_breathe(g);
    }
    p.count = length < HEAP_PATH ? (size_t)length : HEAP_PATH;
    p.skipped = length - p.count;
    p.before = p.skipped ? HEAP_PATH / 2 : p.count;
    at = length;
    for (uint32_t i = node; at-- > 0; i = from[i]) {
        if (at < p.before)
            p.nodes[at] = i;
        else if (at >= p.before + p.skipped)
            p.nodes[at - p.skipped] = i;
        heap_breathe(g);
    }
    return p;
}
