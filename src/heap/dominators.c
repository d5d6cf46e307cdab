/*
 * Numbers are places of the walk, so that "lower" is "earlier". `semi` is the semidominator,
 * `label` the place with the lowest semidominator on the way up to `ancestor`, `bucket` and `chain`
 * the lists of places that have the same semidominator.
 */
#include "src/heap/dominators.h"

struct tables {
    struct spill *spill;
    const uint32_t *parents;
    uint32_t *semi, *label, *ancestor, *bucket, *chain, *dominator;
    struct spill_array path; /* u32 */
    const uint64_t *first;   /* of each place, and behind the last: in `from` */
    const uint32_t *from;    /* who refers to it */
    uint32_t count;
};

/* What no root reaches keeps nothing alive that one does. */
static bool counts(const struct heap_walk *w, uint32_t from, uint32_t to)
{
    return from < w->reached || to >= w->reached;
}

/* Counts, sums, fills: the edges turned round. */
static void turn_edges(const struct heap_walk *w, uint64_t *first, uint32_t *from)
{
    const uint32_t *places = heap_u32(&w->places), *nodes = heap_u32(&w->nodes);
    uint64_t count;

    for (uint32_t i = 1; i < w->count; i++) {
        const uint32_t *edges = heap_edges(w->graph, nodes[i], &count);
        for (uint64_t k = 0; k < count; k++)
            first[places[edges[k]]] += counts(w, i, places[edges[k]]);
        heap_breathe(w->graph);
    }
    for (uint32_t i = 1; i <= w->count; i++) { /* the end of each; they move down while filled */
        first[i] += first[i - 1];
        if ((i & 63) == 0)
            heap_breathe(w->graph);
    }
    for (uint32_t i = w->count; i-- > 1;) {
        const uint32_t *edges = heap_edges(w->graph, nodes[i], &count);
        for (uint64_t k = 0; k < count; k++) {
            if (counts(w, i, places[edges[k]]))
                from[--first[places[edges[k]]]] = i;
        }
        heap_breathe(w->graph);
    }
}

/* Shortens the way up from `v`, lowest labels going along. */
static int compress(struct tables *t, uint32_t v, struct error *err)
{
    int r = 0;

    t->path.size = 0;
    for (uint32_t u = v; t->ancestor[t->ancestor[u]] != HEAP_NONE && r == 0; u = t->ancestor[u]) {
        r = spill_push_u32(&t->path, u, err);
        spill_breathe(t->spill);
    }
    for (size_t i = t->path.size / sizeof(uint32_t); r == 0 && i-- > 0;) {
        uint32_t u = heap_u32(&t->path)[i], a = t->ancestor[u];
        if (t->semi[t->label[a]] < t->semi[t->label[u]])
            t->label[u] = t->label[a];
        t->ancestor[u] = t->ancestor[a];
        spill_breathe(t->spill);
    }
    return r;
}

static int evaluate(struct tables *t, uint32_t v, uint32_t *ret, struct error *err)
{
    int r = t->ancestor[v] != HEAP_NONE ? compress(t, v, err) : 0;

    *ret = t->label[v];
    return r;
}

/* Those whose semidominator is `parent`, now that all below it is known. */
static int empty_bucket(struct tables *t, uint32_t parent, struct error *err)
{
    uint32_t low;
    int r = 0;

    for (uint32_t v = t->bucket[parent]; v != HEAP_NONE && r == 0; v = t->chain[v]) {
        r = evaluate(t, v, &low, err);
        t->dominator[v] = t->semi[low] < t->semi[v] ? low : parent;
    }
    t->bucket[parent] = HEAP_NONE;
    return r;
}

static int visit(struct tables *t, uint32_t w, struct error *err)
{
    uint32_t parent = t->parents[w], low;
    int r = 0;

    t->semi[w] = parent;
    for (uint64_t i = t->first[w]; i < t->first[w + 1] && r == 0; i++) {
        r = evaluate(t, t->from[i], &low, err);
        if (t->semi[low] < t->semi[w])
            t->semi[w] = t->semi[low];
        spill_breathe(t->spill);
    }
    t->chain[w] = t->bucket[t->semi[w]];
    t->bucket[t->semi[w]] = w;
    t->ancestor[w] = parent;
    return r < 0 ? r : empty_bucket(t, parent, err);
}

static int run(struct tables *t, struct error *err)
{
    int r = 0;

    for (uint32_t i = 0; i < t->count; i++) {
        t->semi[i] = t->label[i] = i;
        t->ancestor[i] = t->bucket[i] = HEAP_NONE;
        if ((i & 63) == 0)
            spill_breathe(t->spill);
    }
    for (uint32_t w = t->count; r == 0 && w-- > 1;) {
        r = visit(t, w, err);
        spill_breathe(t->spill);
    }
    for (uint32_t w = 1; w < t->count && r == 0; w++) {
        if (t->dominator[w] != t->semi[w])
            t->dominator[w] = t->dominator[t->dominator[w]];
        if ((w & 63) == 0)
            spill_breathe(t->spill);
    }
    return r;
}

enum { SEMI, LABEL, ANCESTOR, BUCKET, CHAIN, FIRST, FROM, ARRAYS };

static int fill(const struct heap_walk *w, struct spill_array arrays[ARRAYS], uint32_t *dominator,
                struct error *err)
{
    struct tables t = {.spill = &w->graph->spill,
                       .parents = heap_u32(&w->parents),
                       .semi = arrays[SEMI].data,
                       .label = arrays[LABEL].data,
                       .ancestor = arrays[ANCESTOR].data,
                       .bucket = arrays[BUCKET].data,
                       .chain = arrays[CHAIN].data,
                       .dominator = dominator,
                       .first = arrays[FIRST].data,
                       .from = arrays[FROM].data,
                       .count = w->count};

    turn_edges(w, arrays[FIRST].data, arrays[FROM].data);
    spill_array_init(&t.path, t.spill);
    int r = run(&t, err);
    spill_array_free(&t.path);
    return r;
}

int heap_dominators(const struct heap_walk *w, struct spill_array *ret, struct error *err)
{
    struct spill_array arrays[ARRAYS] = {0};
    struct spill *spill = &w->graph->spill;
    size_t size = (size_t)w->count * sizeof(uint32_t);
    int r = spill_array_new(ret, spill, size, err);

    for (int i = SEMI; i <= CHAIN && r == 0; i++)
        r = spill_array_new(&arrays[i], spill, size, err);
    if (r == 0)
        r = spill_array_new(&arrays[FIRST], spill, ((size_t)w->count + 1) * sizeof(uint64_t), err);
    if (r == 0)
        r = spill_array_new(&arrays[FROM], spill, w->graph->edges.size, err);
    if (r == 0)
        r = fill(w, arrays, ret->data, err);
    for (int i = 0; i < ARRAYS; i++)
        spill_array_free(&arrays[i]);
    if (r < 0)
        spill_array_free(ret);
    return r;
}
