/*
 * heap/writers.h - the formats' functions, for format.c alone.
 */
#pragma once

#include "src/heap/format.h"

void heap_write_text(const struct heap_view *v, size_t count, struct output *o);
void heap_write_json(const struct heap_view *v, size_t count, struct output *o);
void heap_write_csv(const struct heap_view *v, size_t count, struct output *o);
