/*
 * cli/heap_file.h - a heap from a file: .gcdump, or a .nettrace with a heap snapshot.
 */
#pragma once

#include "src/heap/graph.h"

/* `path` "-" is standard input. The graph is the caller's. */
int heap_file_read(const char *path, struct heap_graph **ret, struct error *err);
