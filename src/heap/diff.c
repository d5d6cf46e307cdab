#include "src/heap/diff.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { PATHS = 5, WIDE = 16, NARROW = 12 };

/* One heap's types by name and module: the other heap numbers them otherwise. */
struct key {
    const char *name, *module;
    const struct heap_total *total;
};

static int compare_keys(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    int order = strcmp(x->name, y->name);

    return order ? order : strcmp(x->module, y->module);
}

static struct key *keys_of(const struct heap_view *v)
{
    struct key *keys = calloc(v->count + 1, sizeof *keys);

    for (size_t i = 0; keys && i < v->count; i++) {
        uint32_t type = v->rows[i]->type;
        keys[i] = (struct key){heap_type_name(v->graph, type), heap_type_module(v->graph, type),
                               v->rows[i]};
    }
    if (keys)
        qsort(keys, v->count, sizeof *keys, compare_keys);
    return keys;
}

static void add(struct heap_diff *d, const struct heap_total *before,
                const struct heap_total *after)
{
    static const struct heap_total none;
    const struct heap_total *a = after ? after : &none, *b = before ? before : &none;
    struct heap_change c = {.before = before,
                            .after = after,
                            .bytes = (int64_t)(a->bytes - b->bytes),
                            .count = (int64_t)(a->count - b->count),
                            .retained = (int64_t)(a->retained - b->retained),
                            .name = d->count};

    if (c.bytes != 0 || c.count != 0)
        d->list[d->count++] = c;
}

/* Both sorted: side by side. */
static void join(struct heap_diff *d, const struct key *before, const struct key *after)
{
    size_t i = 0, k = 0;

    while (i < d->before.count || k < d->after.count) {
        int order = i == d->before.count  ? 1
                    : k == d->after.count ? -1
                                          : compare_keys(&before[i], &after[k]);
        add(d, order <= 0 ? before[i].total : NULL, order >= 0 ? after[k].total : NULL);
        i += order <= 0;
        k += order >= 0;
    }
}

static int compare_growth(const void *a, const void *b)
{
    const struct heap_change *x = a, *y = b;

    if (x->bytes != y->bytes)
        return x->bytes > y->bytes ? -1 : 1;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return (x->name > y->name) - (x->name < y->name);
}

static int compare_heaps(struct heap_diff *d, struct error *err)
{
    struct key *before = keys_of(&d->before), *after = keys_of(&d->after);
    int r = 0;

    d->list = calloc(d->before.count + d->after.count + 1, sizeof *d->list);
    if (before && after && d->list) {
        join(d, before, after);
        qsort(d->list, d->count, sizeof *d->list, compare_growth);
    } else {
        r = error_set(err, -ENOMEM, "no memory");
    }
    free(before);
    free(after);
    return r;
}

int heap_diff_new(struct heap_diff *d, struct heap_graph *before, struct heap_graph *after,
                  struct error *err)
{
    *d = (struct heap_diff){0};
    int r = heap_view_new(&d->before, before, HEAP_SORT_BYTES, err);
    if (r == 0)
        r = heap_view_new(&d->after, after, HEAP_SORT_BYTES, err);
    if (r == 0)
        r = compare_heaps(d, err);
    if (r < 0)
        heap_diff_deinit(d);
    return r;
}

void heap_diff_deinit(struct heap_diff *d)
{
    heap_view_deinit(&d->before);
    heap_view_deinit(&d->after);
    free(d->list);
    d->list = NULL;
}

static const struct heap_graph *graph_of(const struct heap_diff *d, const struct heap_change *c,
                                         uint32_t *ret_type)
{
    *ret_type = c->after ? c->after->type : c->before->type;
    return c->after ? d->after.graph : d->before.graph;
}

static struct heap_path path_of(const struct heap_diff *d, const struct heap_change *c)
{
    return c->after ? heap_path_to(d->after.graph, &d->after.paths, c->after->largest)
                    : (struct heap_path){0};
}

static void put_paths(const struct heap_diff *d, size_t count, struct output *o)
{
    size_t told = 0;

    for (size_t i = 0; i < count && told < PATHS && d->list[i].bytes > 0; i++, told++) {
        struct heap_path path = path_of(d, &d->list[i]);
        if (told == 0)
            output_str(o, "\nThe shortest way from a root to the object of each type that retains "
                          "most now:\n");
        output_str(o, "\n  ");
        output_shown(o, heap_type_name(d->after.graph, d->list[i].after->type));
        output_str(o, path.count ? "\n      " : "\n    no root reaches it");
        heap_put_path(o, d->after.graph, &path, "\n    > ");
        output_str(o, "\n");
    }
}

static void write_text(const struct heap_diff *d, size_t count, struct output *o)
{
    const struct heap_graph *a = d->before.graph, *b = d->after.graph;

    heap_put_change(o, (int64_t)(b->bytes - a->bytes), WIDE);
    output_str(o, "  bytes\n");
    heap_put_change(o, (int64_t)(b->objects - a->objects), WIDE);
    output_str(o, "  objects\n");
    if (!a->origin.complete || !b->origin.complete)
        output_str(o, "\nINCOMPLETE: a snapshot was interrupted.\n");
    output_fmt(o, "\n%*s  %*s  %*s  %*s  Type\n", WIDE, "Bytes", NARROW, "Count", WIDE, "Retained",
               WIDE, "Bytes now");
    for (size_t i = 0; i < count; i++) {
        const struct heap_change *c = &d->list[i];
        uint32_t type;
        const struct heap_graph *g = graph_of(d, c, &type);
        heap_put_change(o, c->bytes, WIDE);
        output_str(o, "  ");
        heap_put_change(o, c->count, NARROW);
        output_str(o, "  ");
        heap_put_change(o, c->retained, WIDE);
        output_str(o, "  ");
        heap_put_number(o, c->after ? c->after->bytes : 0, WIDE);
        output_str(o, "  ");
        heap_put_type(o, g, type);
        output_str(o, "\n");
    }
    put_paths(d, count, o);
}

static void write_json(const struct heap_diff *d, size_t count, struct output *o)
{
    const struct heap_graph *a = d->before.graph, *b = d->after.graph;
    bool complete = a->origin.complete && b->origin.complete;

    output_fmt(o, "{\"complete\":%s,\"objects\":%" PRId64 ",\"bytes\":%" PRId64 ",\"types\":[",
               complete ? "true" : "false", (int64_t)(b->objects - a->objects),
               (int64_t)(b->bytes - a->bytes));
    for (size_t i = 0; i < count; i++) {
        const struct heap_change *c = &d->list[i];
        struct heap_path path = path_of(d, c);
        uint32_t type;
        const struct heap_graph *g = graph_of(d, c, &type);
        output_str(o, i ? ",\n{\"type\":" : "\n{\"type\":");
        output_json(o, heap_type_name(g, type));
        output_str(o, ",\"module\":");
        output_json(o, heap_type_module(g, type));
        output_fmt(o,
                   ",\"count\":%" PRId64 ",\"bytes\":%" PRId64 ",\"retained\":%" PRId64
                   ",\"countNow\":%" PRIu64 ",\"bytesNow\":%" PRIu64 ",\"path\":",
                   c->count, c->bytes, c->retained, c->after ? c->after->count : 0,
                   c->after ? c->after->bytes : 0);
        heap_put_path_json(o, d->after.graph, &path);
        output_str(o, "}");
    }
    output_str(o, "]}\n");
}

static void write_csv(const struct heap_diff *d, size_t count, struct output *o)
{
    output_str(o, "type,module,count,bytes,retained,countNow,bytesNow\r\n");
    for (size_t i = 0; i < count; i++) {
        const struct heap_change *c = &d->list[i];
        uint32_t type;
        const struct heap_graph *g = graph_of(d, c, &type);
        heap_put_csv(o, heap_type_name(g, type));
        output_str(o, ",");
        heap_put_csv(o, heap_type_module(g, type));
        output_fmt(o, ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRIu64 ",%" PRIu64 "\r\n", c->count,
                   c->bytes, c->retained, c->after ? c->after->count : 0,
                   c->after ? c->after->bytes : 0);
    }
}

heap_diff_writer *heap_diff_format(const char *name)
{
    static const struct {
        const char *name;
        heap_diff_writer *write;
    } formats[] = {{"text", write_text}, {"json", write_json}, {"csv", write_csv}};

    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (strcasecmp(formats[i].name, name) == 0)
            return formats[i].write;
    }
    return NULL;
}
