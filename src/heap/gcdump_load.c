#include "src/heap/gcdump_load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/gcdump/node.h"
#include "proto/gcdump/reader.h"

struct gcdump_load {
    struct heap_graph *graph;
    struct gcdump_reader *reader;
    struct spill_array offsets, blob; /* u32 a node; descriptions */
    struct error err;                 /* of a callback */
};

static int on_graph(void *user, int64_t total_size, uint32_t root, uint32_t type_count)
{
    struct gcdump_load *l = user;

    (void)total_size;
    (void)type_count;
    l->graph->root = root;
    return 0;
}

static int on_type(void *user, const struct gcdump_type *type)
{
    struct gcdump_load *l = user;

    if (heap_type_new(l->graph, type->name, type->module, type->size) != HEAP_NONE)
        return 0;
    return error_set(&l->err, -E2BIG, "too many types, or no memory for them");
}

static int on_offset(void *user, uint32_t offset)
{
    struct gcdump_load *l = user;

    if ((l->offsets.size & 255) == 0)
        heap_breathe(l->graph);
    return spill_push_u32(&l->offsets, offset, &l->err);
}

static int on_nodes(void *user, const void *data, size_t size)
{
    struct gcdump_load *l = user;
    int r = spill_room(&l->blob, size, &l->err);

    if (r < 0)
        return r;
    memcpy((char *)l->blob.data + l->blob.size, data, size);
    l->blob.size += size;
    heap_breathe(l->graph);
    return 0;
}

static int on_address(void *user, uint64_t address)
{
    struct gcdump_load *l = user;

    if ((l->graph->addresses.size & 511) == 0)
        heap_breathe(l->graph);
    return spill_push_u64(&l->graph->addresses, address, &l->err);
}

static int on_info(void *user, const struct gcdump_info *info)
{
    struct gcdump_load *l = user;
    struct heap_origin *o = &l->graph->origin;

    *o = (struct heap_origin){
        .is_64_bit = info->is_64_bit, .complete = true, .time = info->time, .pid = info->pid};
    memcpy(o->machine, info->machine, sizeof info->machine);
    memcpy(o->process, info->process, sizeof info->process);
    return 0;
}

int gcdump_load_new(const char *const *folders, struct gcdump_load **ret, struct error *err)
{
    struct gcdump_load *l = calloc(1, sizeof *l);
    const struct gcdump_callbacks on = {.user = l,
                                        .on_graph = on_graph,
                                        .on_type = on_type,
                                        .on_offset = on_offset,
                                        .on_nodes = on_nodes,
                                        .on_address = on_address,
                                        .on_info = on_info};

    if (!l || heap_graph_new(folders, &l->graph, err) < 0 ||
        !(l->reader = gcdump_reader_new(&on))) {
        gcdump_load_free(l);
        return error_set(err, -ENOMEM, "no memory");
    }
    spill_array_init(&l->offsets, &l->graph->spill);
    spill_array_init(&l->blob, &l->graph->spill);
    *ret = l;
    return 0;
}

void gcdump_load_free(struct gcdump_load *l)
{
    if (!l)
        return;
    spill_array_free(&l->offsets);
    spill_array_free(&l->blob);
    gcdump_reader_free(l->reader);
    heap_graph_free(l->graph);
    free(l);
}

static int reader_error(struct gcdump_load *l, int code, struct error *err)
{
    const char *text = gcdump_reader_error(l->reader);

    if (l->err.code < 0)
        *err = l->err;
    else
        error_set(err, code, "%s", *text ? text : strerror(-code));
    return err->code;
}

int gcdump_load_feed(struct gcdump_load *l, const void *data, size_t size, struct error *err)
{
    int r = gcdump_reader_feed(l->reader, data, size);

    return r < 0 ? reader_error(l, r, err) : 0;
}

static int bad_node(uint32_t node, const char *what, struct error *err)
{
    return error_set(err, -EBADMSG, "node %u: %s", node, what);
}

static int load_children(struct gcdump_load *l, uint32_t node, struct cursor *in, int32_t count,
                         struct error *err)
{
    struct heap_graph *g = l->graph;

    /* Each takes a byte at least: more of them are in none of the file's bytes. */
    if (count < 0 || heap_edge_count(g) + (uint64_t)count > l->blob.size)
        return bad_node(node, "more references than the file can hold", err);
    for (int32_t i = 0; i < count; i++) {
        int64_t to = (int64_t)node + gcdump_int_take(in);
        if (in->bad || to < 0 || to >= (int64_t)g->count)
            return bad_node(node, "a reference to no node", err);
        int r = spill_push_u32(&g->edges, (uint32_t)to, err);
        if (r < 0)
            return r;
        if ((i & 63) == 63)
            heap_breathe(g);
    }
    return 0;
}

static int load_node(struct gcdump_load *l, uint32_t node, struct error *err)
{
    struct heap_graph *g = l->graph;
    uint32_t offset = ((const uint32_t *)l->offsets.data)[node];

    if (offset > l->blob.size)
        return bad_node(node, "its description is not in the file", err);
    struct cursor in = cursor_of((const uint8_t *)l->blob.data + offset, l->blob.size - offset);
    int32_t head = gcdump_int_take(&in);
    uint32_t type = (uint32_t)(head >> 1);
    if (in.bad || type >= g->type_count)
        return bad_node(node, "no such type", err);
    int64_t size = head & 1 ? gcdump_int_take(&in) : g->types[type].first_size;
    int32_t children = gcdump_int_take(&in);
    if (in.bad)
        return bad_node(node, "its description is cut", err);
    int r = spill_push_u32(&g->node_types, type, err);
    if (r == 0)
        r = spill_push_u32(&g->sizes, heap_size_pack(size > 0 ? (uint64_t)size : 0), err);
    if (r == 0)
        r = spill_push_u64(&g->first_edges, heap_edge_count(g), err);
    if (r == 0)
        r = load_children(l, node, &in, children, err);
    heap_breathe(g);
    return r;
}

int gcdump_load_finish(struct gcdump_load *l, struct heap_graph **ret, struct error *err)
{
    struct heap_graph *g = l->graph;
    int r = gcdump_reader_finish(l->reader);

    if (r < 0)
        return reader_error(l, r, err);
    g->count = (uint32_t)(l->offsets.size / sizeof(uint32_t));
    if (g->root >= g->count)
        g->root = HEAP_NONE;
    for (uint32_t i = 0; i < g->count && r == 0; i++)
        r = load_node(l, i, err);
    if (r == 0)
        r = spill_push_u64(&g->first_edges, heap_edge_count(g), err);
    if (r < 0)
        return r;
    spill_array_free(&l->offsets);
    spill_array_free(&l->blob);
    l->offsets = l->blob = (struct spill_array){0};
    heap_graph_count(g);
    *ret = g;
    l->graph = NULL;
    return 0;
}
