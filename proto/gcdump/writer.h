/*
 * gcdump/writer.h - writes .gcdump files in pieces of at most GCDUMP_PIECE bytes.
 *
 * The caller gives the parts in the order of the file, which is that of the functions here, and
 * exactly as many as it has said; each node twice, first its offset, then its description:
 *
 *     gcdump_write_begin, _type..., _node_count, _offset..., _nodes_size, _undefined,
 *     (_node, _children)..., _address_count, _address..., _end
 *
 * A description's offset is how many bytes of them came before. Where it is not known, a second
 * writer makes the descriptions (gcdump_writer_init, _undefined, _node, _children...,
 * gcdump_writer_flush), whose `offset` it is, and _descriptions hands them on.
 *
 * The format's own bounds: 2^31 - 1 nodes, as many bytes of descriptions, 4 GiB in all.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/gcdump/limits.h"
#include "proto/gcdump/node.h"

struct gcdump_writer {
    int (*write)(void *user, const void *data, size_t size); /* 0, or a negative errno: the last */
    void *user;
    uint32_t nodes;
    uint64_t offset; /* of the next byte in the file */
    int error;
    size_t size;
    uint8_t piece[GCDUMP_PIECE];
};

struct gcdump_process {
    bool is_64_bit;
    int64_t time; /* ticks since 1970 */
    int32_t pid;
    const char *machine, *process, *tool; /* NULL: unknown */
};

void gcdump_writer_init(struct gcdump_writer *w, int (*write)(void *, const void *, size_t),
                        void *user);

/* 0, or the first error. */
int gcdump_writer_flush(struct gcdump_writer *w);

/* Initialises it, too. */
void gcdump_write_begin(struct gcdump_writer *w,
                        int (*write)(void *user, const void *data, size_t size), void *user,
                        uint64_t total_size, uint32_t root, uint32_t type_count);

/* `size` of its first node, -1 when it has none; `module` may be NULL. */
void gcdump_write_type(struct gcdump_writer *w, const char *name, int32_t size, const char *module);

void gcdump_write_node_count(struct gcdump_writer *w, uint32_t count);
void gcdump_write_offset(struct gcdump_writer *w, uint32_t offset);

/* All descriptions together, that of the undefined node included. */
void gcdump_write_nodes_size(struct gcdump_writer *w, uint32_t size);

/* Whose offset is 0 was never defined: of type 0, which by custom is called UNDEFINED. */
enum { GCDUMP_UNDEFINED_SIZE = 2 };
void gcdump_write_undefined(struct gcdump_writer *w);

/* `own_size`: it has not its type's. Counts are below 2^31, types below 2^30. */
void gcdump_write_node(struct gcdump_writer *w, uint32_t type, bool own_size, int32_t size,
                       uint32_t children);
/* Indices of the node and of its children. */
void gcdump_write_children(struct gcdump_writer *w, uint32_t node, const uint32_t *children,
                           uint32_t count);

/* In place of the three functions above: what another writer made of them. */
void gcdump_write_descriptions(struct gcdump_writer *w, const void *data, size_t size);

void gcdump_write_address_count(struct gcdump_writer *w);
void gcdump_write_address(struct gcdump_writer *w, uint64_t address);

/* 0, or the first error: what `write` returned, or -EFBIG. */
int gcdump_write_end(struct gcdump_writer *w, const struct gcdump_process *process);
