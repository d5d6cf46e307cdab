#include "src/heap/format.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "src/heap/gcdump_save.h"
#include "src/heap/writers.h"

const struct heap_format heap_formats[] = {
    {"gcdump", "application/octet-stream", "gcdump", "for PerfView, Visual Studio, dotnet-gcdump",
     NULL},
    {"heapstat", "text/plain; charset=utf-8", "heapstat.txt", "a table for people",
     heap_write_text},
    {"json", "application/json", "heapstat.json", "the same for programs", heap_write_json},
    {"csv", "text/csv; charset=utf-8", "heapstat.csv", "the same for spreadsheets", heap_write_csv},
    {0},
};

const struct heap_format *heap_format_find(const char *name)
{
    for (const struct heap_format *f = heap_formats; f->name; f++) {
        if (strcasecmp(f->name, name) == 0)
            return f;
    }
    return NULL;
}

int heap_write(const struct heap_format *f, struct heap_graph *g,
               const struct heap_options *options, int (*write)(void *, const void *, size_t),
               void *user, struct error *err)
{
    struct heap_view v;
    struct output o;

    if (!f->write)
        return gcdump_save(g, write, user, err);
    int r = heap_view_new(&v, g, options->sort, err);
    if (r < 0)
        return r;
    output_init(&o, write, user);
    f->write(&v, options->count && options->count < v.count ? options->count : v.count, &o);
    r = output_end(&o);
    heap_view_deinit(&v);
    return r < 0 ? error_set(err, r, "the output was not taken: %s", strerror(-r)) : 0;
}

void heap_put_type(struct output *o, const struct heap_graph *g, uint32_t type)
{
    const char *module = heap_type_module(g, type);

    output_shown(o, heap_type_name(g, type));
    if (*module) {
        output_str(o, "  [");
        output_shown(o, module);
        output_str(o, "]");
    }
}

void heap_put_path(struct output *o, struct heap_graph *g, const struct heap_path *path,
                   const char *between)
{
    for (size_t i = 0; i < path->count; i++) {
        if (i > 0)
            output_str(o, between);
        if (i == path->before && path->skipped)
            output_fmt(o, "... %" PRIu64 " more ...%s", path->skipped, between);
        output_shown(o, heap_type_name(g, heap_node_type(g, path->nodes[i])));
    }
}

void heap_put_path_json(struct output *o, struct heap_graph *g, const struct heap_path *path)
{
    output_str(o, "[");
    for (size_t i = 0; i < path->count; i++) {
        if (i > 0)
            output_str(o, ",");
        if (i == path->before && path->skipped)
            output_fmt(o, "\"... %" PRIu64 " more ...\",", path->skipped);
        output_json(o, heap_type_name(g, heap_node_type(g, path->nodes[i])));
    }
    output_str(o, "]");
}

void heap_put_csv(struct output *o, const char *text)
{
    output_str(o, "\"");
    for (const char *quote; (quote = strchr(text, '"')) != NULL; text = quote + 1) {
        output_put(o, text, (size_t)(quote - text));
        output_str(o, "\"\"");
    }
    output_str(o, text);
    output_str(o, "\"");
}

static void put_grouped(struct output *o, const char *sign, uint64_t value, int width)
{
    char digits[24], text[40];
    int n = snprintf(digits, sizeof digits, "%" PRIu64, value), size = 0;

    for (const char *s = sign; *s; s++)
        text[size++] = *s;
    for (int i = 0; i < n; i++) {
        text[size++] = digits[i];
        if (i + 1 < n && (n - 1 - i) % 3 == 0)
            text[size++] = ',';
    }
    text[size] = '\0';
    output_fmt(o, "%*s", width, text);
}

void heap_put_number(struct output *o, uint64_t value, int width)
{
    put_grouped(o, "", value, width);
}

void heap_put_change(struct output *o, int64_t value, int width)
{
    put_grouped(o,
                value > 0   ? "+"
                : value < 0 ? "-"
                            : "",
                value < 0 ? (uint64_t)0 - (uint64_t)value : (uint64_t)value, width);
}
