/*
 * heap/gcdump_save.h - a graph as a .gcdump file.
 */
#pragma once

#include "src/heap/graph.h"

/*
 * Hands the file to `write`, in pieces. 0; what `write` returned; -EFBIG: above the bounds of the
 * format (2 GiB of references); -ENOMEM.
 */
int gcdump_save(struct heap_graph *g, int (*write)(void *user, const void *data, size_t size),
                void *user, struct error *err);
