/*
 * heap/gcdump_load.h - a .gcdump file as a graph.
 */
#pragma once

#include "src/heap/graph.h"

struct gcdump_load;

int gcdump_load_new(const char *const *folders, struct gcdump_load **ret, struct error *err);
void gcdump_load_free(struct gcdump_load *l);

/* Bytes of the file, in any pieces. Errors are final. */
int gcdump_load_feed(struct gcdump_load *l, const void *data, size_t size, struct error *err);

/* The file is at its end: the graph is the caller's. */
int gcdump_load_finish(struct gcdump_load *l, struct heap_graph **ret, struct error *err);
