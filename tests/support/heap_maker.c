#include "tests/support/heap_maker.h"

#include <stdio.h>
#include <string.h>

#include "src/base/text.h"
#include "src/heap/format.h"
#include "src/heap/gcdump_load.h"
#include "tests/support/world.h"

const char *const heap_maker_folders[] = {"/tmp", NULL};

static void free_graph(void *arg)
{
    heap_graph_free(arg);
}

static void free_text(void *arg)
{
    free(arg);
}

static int add_all(struct heap_builder *b, uint32_t count, uint32_t types,
                   const struct heap_maker_edge *edges, size_t edge_count, struct error *err)
{
    size_t edge = 0;
    char name[32];
    int r = heap_add_module(b, 77, "/app/m.dll", err);

    for (uint32_t i = 0; i < types && r == 0; i++) {
        (void)snprintf(name, sizeof name, "T%u", i);
        r = heap_add_type(b, 1000 + i, 77, name, err);
    }
    for (uint32_t i = 0; i < count && r == 0; i++) {
        size_t first = edge;
        while (edge < edge_count && edges[edge].from == i)
            edge++;
        r = heap_add_node(b, heap_maker_address(i), 1000 + i % types, i % 1000 + 1, edge - first,
                          err);
    }
    for (size_t i = 0; i < edge_count && r == 0; i++)
        r = heap_add_edge(b, heap_maker_address(edges[i].to), err);
    return r;
}

struct heap_graph *heap_maker(uint32_t count, uint32_t types, const struct heap_maker_edge *edges,
                              size_t edge_count, uint32_t root)
{
    struct heap_builder *b = NULL;
    struct heap_graph *g = NULL;
    struct error err;
    int r = heap_builder_new(heap_maker_folders, &b, &err);

    if (r == 0)
        r = heap_add_type(b, 5, 77, "Holder", &err);
    if (r == 0)
        r = add_all(b, count, types, edges, edge_count, &err);
    if (r == 0 && root != HEAP_NONE)
        r = heap_add_static(
            b,
            &(struct heap_static){.object = heap_maker_address(root), .type = 5, .field = "field"},
            &err);
    if (r == 0)
        r = heap_builder_finish(b, &(struct heap_origin){.is_64_bit = true, .complete = true}, &g,
                                &err);
    heap_builder_free(b);
    REQUIRE(r == 0);
    world_at_end(free_graph, g);
    return g;
}

uint32_t heap_maker_node(const struct heap_graph *g, uint32_t n)
{
    for (uint32_t i = 0; i < g->count; i++) {
        if (heap_address(g, i) == heap_maker_address(n))
            return i;
    }
    return HEAP_NONE;
}

static int add(void *user, const void *data, size_t size)
{
    text_add(user, data, size);
    return 0;
}

char *heap_maker_write(struct heap_graph *g, const char *format, size_t *ret_size)
{
    struct text t = {0};
    struct error err;

    REQUIRE(heap_write(heap_format_find(format), g, &(struct heap_options){0}, add, &t, &err) == 0);
    if (ret_size)
        *ret_size = t.size;
    char *text = text_take(&t);
    world_at_end(free_text, text);
    return text;
}

struct heap_graph *heap_maker_load(const void *data, size_t size, size_t step, struct error *err)
{
    struct gcdump_load *l = NULL;
    struct heap_graph *g = NULL;
    int r = gcdump_load_new(heap_maker_folders, &l, err);

    for (size_t at = 0; at < size && r == 0;) {
        size_t n = step && step < size - at ? step : size - at;
        r = gcdump_load_feed(l, (const char *)data + at, n, err);
        at += n;
    }
    if (r == 0)
        r = gcdump_load_finish(l, &g, err);
    gcdump_load_free(l);
    if (r < 0)
        return NULL;
    world_at_end(free_graph, g);
    return g;
}
