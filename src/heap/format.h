/*
 * heap/format.h - what a heap can be written as.
 */
#pragma once

#include "src/heap/view.h"
#include "src/profile/output.h"

struct heap_options {
    enum heap_sort sort;
    size_t count; /* types that are written; 0: all */
};

struct heap_format {
    const char *name; /* "heapstat" */
    const char *media_type;
    const char *extension;
    const char *sentence; /* what it is for */
    /* NULL: the .gcdump file itself. */
    void (*write)(const struct heap_view *v, size_t count, struct output *o);
};

/* All formats; the last has no name. */
extern const struct heap_format heap_formats[];

/* NULL: none of that name, case ignored. */
const struct heap_format *heap_format_find(const char *name);

/* 0, a negative errno, or what `write` returned. */
int heap_write(const struct heap_format *f, struct heap_graph *g,
               const struct heap_options *options,
               int (*write)(void *user, const void *data, size_t size), void *user,
               struct error *err);

/* For the formats: "Type  [module]", the way to the object, a field of CSV. */
void heap_put_type(struct output *o, const struct heap_graph *g, uint32_t type);
void heap_put_path(struct output *o, struct heap_graph *g, const struct heap_path *path,
                   const char *between);
void heap_put_path_json(struct output *o, struct heap_graph *g, const struct heap_path *path);
void heap_put_csv(struct output *o, const char *text);
void heap_put_number(struct output *o, uint64_t value, int width); /* "1,234,567" */
void heap_put_change(struct output *o, int64_t value, int width);  /* "+1,234" */
