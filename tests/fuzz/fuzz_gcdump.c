/*
 * fuzz/fuzz_gcdump.c - .gcdump files, in pieces whose size is the first byte, into a graph; what
 * was read is written in every format, and the .gcdump of it can be read again.
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"
#include "src/heap/format.h"
#include "src/heap/gcdump_load.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const folders[] = {"/tmp", NULL};

static struct heap_graph *load(const uint8_t *data, size_t size, size_t step)
{
    struct gcdump_load *l = NULL;
    struct heap_graph *g = NULL;
    struct error err;

    if (gcdump_load_new(folders, &l, &err) < 0)
        abort();
    int r = 0;
    for (size_t at = 0; at < size && r == 0;) {
        size_t n = step < size - at ? step : size - at;
        r = gcdump_load_feed(l, data + at, n, &err);
        at += n;
    }
    if (r == 0)
        r = gcdump_load_finish(l, &g, &err);
    gcdump_load_free(l);
    return r == 0 ? g : NULL;
}

static int add(void *user, const void *data, size_t size)
{
    text_add(user, data, size);
    return 0;
}

static void check(struct heap_graph *g)
{
    uint64_t edges = 0, count;

    for (uint32_t i = 0; i < g->count; i++) {
        const uint32_t *to = heap_edges(g, i, &count);
        edges += count;
        for (uint64_t k = 0; k < count; k++) {
            if (to[k] >= g->count)
                abort();
        }
        if (heap_node_type(g, i) >= g->type_count)
            abort();
    }
    if (edges != heap_edge_count(g) || (g->root != HEAP_NONE && g->root >= g->count))
        abort();
}

static void write_all(struct heap_graph *g)
{
    for (const struct heap_format *f = heap_formats; f->name; f++) {
        struct text t = {0};
        struct error err;
        if (heap_write(f, g, &(struct heap_options){0}, add, &t, &err) < 0)
            abort();
        if (!f->write) {
            struct heap_graph *again = load((const uint8_t *)t.data, t.size, t.size);
            if (!again || again->count != g->count || again->bytes != g->bytes)
                abort();
            heap_graph_free(again);
        }
        text_deinit(&t);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct heap_graph *g = size > 0 ? load(data + 1, size - 1, (size_t)data[0] + 1) : NULL;

    if (g) {
        check(g);
        write_all(g);
    }
    heap_graph_free(g);
    return 0;
}
