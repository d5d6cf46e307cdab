#include "src/heap/gcdump_save.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/gcdump/writer.h"
#include "src/heap/limits.h"
#include "src/heap/tape.h"

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

static struct node node_of(const struct heap_graph *g, uint32_t i)
{
    struct node n = {.type = heap_node_type(g, i), .size = clamp(heap_node_size(g, i))};

    n.edges = heap_edges(g, i, &n.edge_count);
    n.own_size =
        g->types[n.type].first_size < 0 || n.size != clamp((uint64_t)g->types[n.type].first_size);
    return n;
}

/* A straight walk: once a node with so many references. */
static void breathe(struct heap_graph *g, uint32_t node, uint64_t edge_count)
{
    if ((node & (HEAP_STRIDE - 1)) == 0 || edge_count > HEAP_STRIDE)
        heap_breathe(g);
}

/* The descriptions, which the file has behind their offsets. */
struct descriptions {
    struct tape tape;
    struct gcdump_writer writer;
    struct error err;
};

static int take_description(void *user, const void *data, size_t size)
{
    struct descriptions *d = user;

    return tape_push(&d->tape, data, size, &d->err);
}

static int write_offsets(struct heap_graph *g, struct gcdump_writer *w, struct descriptions *d)
{
    gcdump_write_node_count(w, g->count);
    gcdump_write_undefined(&d->writer);
    for (uint32_t i = 0; i < g->count && w->error == 0 && d->writer.error == 0; i++) {
        struct node n = node_of(g, i);
        if (d->writer.offset > INT32_MAX || n.edge_count > INT32_MAX)
            return -EFBIG;
        breathe(g, i, n.edge_count);
        gcdump_write_offset(w, (uint32_t)d->writer.offset);
        gcdump_write_node(&d->writer, n.type, n.own_size, n.size, (uint32_t)n.edge_count);
        gcdump_write_children(&d->writer, i, n.edges, (uint32_t)n.edge_count);
    }
    int r = gcdump_writer_flush(&d->writer);
    return r == 0 && d->writer.offset > INT32_MAX ? -EFBIG : r;
}

static int write_descriptions(struct heap_graph *g, struct gcdump_writer *w, struct descriptions *d)
{
    enum { PIECE = 64 * 1024 };
    int r = tape_seal(&d->tape, &d->err);

    if (r < 0)
        return r;
    gcdump_write_nodes_size(w, (uint32_t)d->writer.offset);
    for (size_t at = 0, size = d->tape.array.size; at < size && w->error == 0; at += PIECE) {
        heap_breathe(g);
        gcdump_write_descriptions(w, (const char *)d->tape.array.data + at,
                                  size - at < PIECE ? size - at : PIECE);
    }
    return 0;
}

static int write_nodes(struct heap_graph *g, struct gcdump_writer *w, struct error *err)
{
    struct descriptions *d = malloc(sizeof *d);

    if (!d)
        return error_set(err, -ENOMEM, "no memory");
    d->err.code = 0;
    tape_init(&d->tape, &g->spill);
    gcdump_writer_init(&d->writer, take_description, d);
    int r = write_offsets(g, w, d);
    if (r == 0)
        r = write_descriptions(g, w, d);
    if (r == -EFBIG && d->err.code == 0)
        error_set(&d->err, r, "the heap is larger than a .gcdump file can say");
    if (r < 0)
        *err = d->err;
    tape_free(&d->tape);
    free(d);
    return r;
}

static void write_addresses(struct heap_graph *g, struct gcdump_writer *w)
{
    gcdump_write_address_count(w);
    for (uint32_t i = 0; i < g->count && w->error == 0; i++) {
        if ((i & (HEAP_STRIDE - 1)) == 0)
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

static int write_end(const struct heap_graph *g, struct gcdump_writer *w)
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
    int r = write_nodes(g, w, err);
    if (r == 0) {
        write_addresses(g, w);
        r = write_end(g, w);
        if (r == -EFBIG)
            error_set(err, r, "the heap is larger than a .gcdump file can say");
        else if (r < 0)
            error_set(err, r, "the file was not taken: %s", strerror(-r));
    }
    free(w);
    return r;
}
