#include "src/heap/gcdump_save.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/gcdump/writer.h"

static int32_t clamp(uint64_t size)
{
    return size < INT32_MAX ? (int32_t)size : INT32_MAX;
}

struct node {
    const uint32_t *edges;
    uint64_t edge_count;
    uint32_t type;
    int32_t size;
    bool own_size;
};

static struct node node_of(struct heap_graph *g, uint32_t i)
{
    struct node n = {.type = heap_node_type(g, i), .size = clamp(heap_node_size(g, i))};

    n.edges = heap_edges(g, i, &n.edge_count);
    n.own_size =
        g->types[n.type].first_size < 0 || n.size != clamp((uint64_t)g->types[n.type].first_size);
    heap_breathe(g);
    return n;
}

static int32_t difference(uint32_t from, uint32_t to)
{
    return (int32_t)((int64_t)to - (int64_t)from);
}

static uint64_t description_size(const struct node *n, uint32_t at)
{
    uint64_t size = gcdump_node_size(n->type, n->own_size, n->size, (uint32_t)n->edge_count);

    for (uint64_t i = 0; i < n->edge_count; i++)
        size += gcdump_int_size(difference(at, n->edges[i]));
    return size;
}

/* Returns the size of all descriptions. */
static uint64_t write_offsets(struct heap_graph *g, struct gcdump_writer *w)
{
    uint64_t offset = GCDUMP_UNDEFINED_SIZE;

    gcdump_write_node_count(w, g->count);
    for (uint32_t i = 0; i < g->count && w->error == 0 && offset <= INT32_MAX; i++) {
        struct node n = node_of(g, i);
        gcdump_write_offset(w, (uint32_t)offset);
        offset += description_size(&n, i);
        if (n.edge_count > INT32_MAX)
            offset = UINT64_MAX / 2;
    }
    return offset;
}

static void write_nodes(struct heap_graph *g, struct gcdump_writer *w)
{
    for (uint32_t i = 0; i < g->count && w->error == 0; i++) {
        struct node n = node_of(g, i);
        gcdump_write_node(w, n.type, n.own_size, n.size, (uint32_t)n.edge_count);
        for (uint64_t k = 0; k < n.edge_count; k++)
            gcdump_write_child(w, difference(i, n.edges[k]));
    }
}

static void write_addresses(struct heap_graph *g, struct gcdump_writer *w)
{
    gcdump_write_address_count(w);
    for (uint32_t i = 0; i < g->count && w->error == 0; i++) {
        if ((i & 511) == 0)
            heap_breathe(g);
        gcdump_write_address(w, heap_address(g, i));
    }
}

static const char *text_or_null(const char *text)
{
    return *text ? text : NULL;
}

static void write_types(struct heap_graph *g, struct gcdump_writer *w)
{
    for (uint32_t i = 0; i < g->type_count; i++) {
        const struct heap_type *t = &g->types[i];
        gcdump_write_type(w, names_get(&g->names, t->name),
                          t->first_size < 0 ? -1 : clamp((uint64_t)t->first_size),
                          text_or_null(names_get(&g->names, t->module)));
    }
}

static int write_graph(struct heap_graph *g, struct gcdump_writer *w)
{
    const struct heap_origin *o = &g->origin;
    const struct gcdump_process process = {
        .is_64_bit = o->is_64_bit,
        .time = o->time,
        .pid = o->pid,
        .machine = text_or_null(o->machine),
        .process = text_or_null(o->process),
        .tool = "portside",
    };
    uint64_t size = write_offsets(g, w);

    if (size > INT32_MAX || g->count > INT32_MAX)
        return -EFBIG;
    gcdump_write_nodes_size(w, (uint32_t)size);
    gcdump_write_undefined(w);
    write_nodes(g, w);
    write_addresses(g, w);
    return gcdump_write_end(w, &process);
}

int gcdump_save(struct heap_graph *g, int (*write)(void *, const void *, size_t), void *user,
                struct error *err)
{
    struct gcdump_writer *w = malloc(sizeof *w);
    uint32_t root = g->root == HEAP_NONE ? UINT32_MAX : g->root;

    if (!w)
        return error_set(err, -ENOMEM, "no memory");
    gcdump_write_begin(w, write, user, g->bytes, root, g->type_count);
    write_types(g, w);
    int r = write_graph(g, w);
    free(w);
    if (r == -EFBIG)
        return error_set(err, r, "the heap is larger than a .gcdump file can say");
    return r < 0 ? error_set(err, r, "the file was not taken: %s", strerror(-r)) : 0;
}
