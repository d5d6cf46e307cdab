#include "src/heap/view.h"

#include <errno.h>
#include <stdlib.h>

const char *const heap_sort_names[HEAP_SORTS] = {"bytes", "count", "retained"};

struct order {
    enum heap_sort by;
};

static uint64_t key_of(const struct heap_total *t, enum heap_sort by)
{
    if (by == HEAP_SORT_COUNT)
        return t->count;
    return by == HEAP_SORT_RETAINED ? t->retained : t->bytes;
}

/* Largest first; what is equal, as the types came. */
static int compare(const void *a, const void *b, void *user)
{
    const struct heap_total *x = *(const struct heap_total *const *)a;
    const struct heap_total *y = *(const struct heap_total *const *)b;
    const struct order *order = user;
    uint64_t key_x = key_of(x, order->by), key_y = key_of(y, order->by);

    if (key_x != key_y)
        return key_x > key_y ? -1 : 1;
    return (x->type > y->type) - (x->type < y->type);
}

static int sort_rows(struct heap_view *v, enum heap_sort sort, struct error *err)
{
    struct order order = {sort};

    v->rows = calloc((size_t)v->totals.count + 1, sizeof(void *));
    if (!v->rows)
        return error_set(err, -ENOMEM, "no memory");
    for (uint32_t i = 0; i < v->totals.count; i++) {
        if (v->totals.list[i].count > 0 && !v->graph->types[i].pseudo)
            v->rows[v->count++] = &v->totals.list[i];
    }
    qsort_r(v->rows, v->count, sizeof(void *), compare, &order);
    return 0;
}

int heap_view_new(struct heap_view *v, struct heap_graph *g, enum heap_sort sort, struct error *err)
{
    *v = (struct heap_view){.graph = g};
    int r = heap_totals_new(&v->totals, g, err);
    if (r == 0)
        r = heap_paths_new(g, &v->paths, err);
    if (r == 0)
        r = sort_rows(v, sort, err);
    if (r < 0)
        heap_view_deinit(v);
    return r;
}

void heap_view_deinit(struct heap_view *v)
{
    heap_totals_deinit(&v->totals);
    spill_array_free(&v->paths);
    free(v->rows);
    v->rows = NULL;
}
