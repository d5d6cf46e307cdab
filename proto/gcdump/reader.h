/*
 * gcdump/reader.h - a push parser for .gcdump files.
 *
 * Bytes go in, cut anywhere; parts come out in the order of the file: types, where each node's
 * description lies, the descriptions (in pieces; node.h reads them), addresses, and what is known
 * of the process. No I/O; memory for one text at most (limits.h). Every callback may be NULL and
 * returns 0, or a negative number that stops the reader and comes out of gcdump_reader_feed().
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/gcdump/limits.h"

struct gcdump_reader;

struct gcdump_type {
    const char *name; /* NUL-ended, bytes as in the file; "" for none */
    const char *module;
    int32_t size; /* of its first node; -1: it has none */
};

struct gcdump_info {
    bool is_64_bit;
    bool sampled; /* not all objects are in the file */
    int64_t time; /* ticks since 1970; 0: unknown */
    int32_t pid;
    char machine[GCDUMP_KEPT + 1], process[GCDUMP_KEPT + 1], tool[GCDUMP_KEPT + 1];
};

struct gcdump_callbacks {
    void *user;
    /* First of all. `total_size` is what the file says. */
    int (*on_graph)(void *user, int64_t total_size, uint32_t root, uint32_t type_count);
    int (*on_type)(void *user, const struct gcdump_type *type);
    int (*on_node_count)(void *user, uint32_t count);
    int (*on_offset)(void *user, uint32_t offset); /* once a node */
    int (*on_nodes)(void *user, const void *data, size_t size);
    int (*on_address)(void *user, uint64_t address); /* once a node */
    int (*on_info)(void *user, const struct gcdump_info *info);
};

/* NULL: out of memory. */
struct gcdump_reader *gcdump_reader_new(const struct gcdump_callbacks *callbacks);
void gcdump_reader_free(struct gcdump_reader *r);

/* 0, or an error that is final: -EBADMSG not such a file, or damaged; -ENOTSUP a version or kind
 * that is not known; -E2BIG above a limit; -ENOMEM; or what a callback returned. What is behind the
 * parts above is ignored. */
int gcdump_reader_feed(struct gcdump_reader *r, const void *data, size_t size);

/* No more bytes will come. -ENODATA: the file is cut; else what the last feed returned. */
int gcdump_reader_finish(struct gcdump_reader *r);

/* What was wrong, and where. */
const char *gcdump_reader_error(const struct gcdump_reader *r);
