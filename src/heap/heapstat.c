/*
 * heap/heapstat.c - the three formats of a heap by types.
 */
#include "src/heap/writers.h"

enum { PATHS = 10, WIDE = 15, NARROW = 11 };

static void put_summary(const struct heap_view *v, struct output *o)
{
    const struct heap_graph *g = v->graph;

    heap_put_number(o, g->bytes, WIDE);
    output_str(o, "  bytes\n");
    heap_put_number(o, g->objects, WIDE);
    output_str(o, "  objects\n");
    heap_put_number(o, v->totals.unreached_bytes, WIDE);
    output_str(o, "  bytes in ");
    heap_put_number(o, v->totals.unreached, 0);
    output_str(o, " objects that no root reaches\n");
    if (!g->origin.complete)
        output_str(o, "\nINCOMPLETE: the snapshot was interrupted; objects or references are "
                      "missing.\n");
}

static void put_paths(const struct heap_view *v, size_t count, struct output *o)
{
    if (count > 0)
        output_str(o, "\nThe shortest way from a root to the object of each type that retains "
                      "most:\n");
    for (size_t i = 0; i < count && i < PATHS; i++) {
        struct heap_path path = heap_path_to(v->graph, &v->paths, v->rows[i]->largest);
        output_str(o, "\n");
        heap_put_number(o, v->rows[i]->largest_retained, WIDE);
        output_str(o, "  ");
        output_shown(o, heap_type_name(v->graph, v->rows[i]->type));
        output_str(o,
                   path.count ? "\n                   " : "\n                 no root reaches it");
        heap_put_path(o, v->graph, &path, "\n                 > ");
        output_str(o, "\n");
    }
}

void heap_write_text(const struct heap_view *v, size_t count, struct output *o)
{
    put_summary(v, o);
    output_fmt(o, "\n%*s  %*s  %*s  Type\n", WIDE, "Bytes", NARROW, "Count", WIDE, "Retained");
    for (size_t i = 0; i < count; i++) {
        heap_put_number(o, v->rows[i]->bytes, WIDE);
        output_str(o, "  ");
        heap_put_number(o, v->rows[i]->count, NARROW);
        output_str(o, "  ");
        heap_put_number(o, v->rows[i]->retained, WIDE);
        output_str(o, "  ");
        heap_put_type(o, v->graph, v->rows[i]->type);
        output_str(o, "\n");
    }
    put_paths(v, count, o);
}

static void put_member(struct output *o, const char *name, uint64_t value)
{
    output_str(o, name);
    output_u64(o, value);
}

void heap_write_json(const struct heap_view *v, size_t count, struct output *o)
{
    const struct heap_graph *g = v->graph;

    output_str(o, g->origin.complete ? "{\"complete\":true" : "{\"complete\":false");
    put_member(o, ",\"objects\":", g->objects);
    put_member(o, ",\"bytes\":", g->bytes);
    put_member(o, ",\"unreachedObjects\":", v->totals.unreached);
    put_member(o, ",\"unreachedBytes\":", v->totals.unreached_bytes);
    output_str(o, ",\"types\":[");
    for (size_t i = 0; i < count; i++) {
        const struct heap_total *t = v->rows[i];
        struct heap_path path = heap_path_to(v->graph, &v->paths, t->largest);
        output_str(o, i ? ",\n{\"type\":" : "\n{\"type\":");
        output_json(o, heap_type_name(g, t->type));
        output_str(o, ",\"module\":");
        output_json(o, heap_type_module(g, t->type));
        put_member(o, ",\"count\":", t->count);
        put_member(o, ",\"bytes\":", t->bytes);
        put_member(o, ",\"retained\":", t->retained);
        put_member(o, ",\"largestRetained\":", t->largest_retained);
        output_str(o, ",\"path\":");
        heap_put_path_json(o, v->graph, &path);
        output_str(o, "}");
    }
    output_str(o, "]}\n");
}

void heap_write_csv(const struct heap_view *v, size_t count, struct output *o)
{
    output_str(o, "type,module,count,bytes,retained\r\n");
    for (size_t i = 0; i < count; i++) {
        const struct heap_total *t = v->rows[i];
        heap_put_csv(o, heap_type_name(v->graph, t->type));
        output_str(o, ",");
        heap_put_csv(o, heap_type_module(v->graph, t->type));
        put_member(o, ",", t->count);
        put_member(o, ",", t->bytes);
        put_member(o, ",", t->retained);
        output_str(o, "\r\n");
    }
}
