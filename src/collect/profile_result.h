/*
 * collect/profile_result.h - a document that is written at once and read in pieces: a little of it
 * in memory, all of a large one in a file without a name.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "src/base/error.h"
#include "src/base/text.h"
#include "src/io/spool.h"

struct profile_result {
    struct text memory; /* until there is a file */
    size_t given;       /* of it */
    struct spool file;
    const char *const *folders; /* for the file, up to NULL; borrowed */
};

/* Starts an empty one. */
void profile_result_init(struct profile_result *r, const char *const *folders);
void profile_result_deinit(struct profile_result *r);

/* Appends. Blocks on the disk when it is large: not for the loop thread. */
int profile_result_write(struct profile_result *r, const void *data, size_t size,
                         struct error *err);

/* The next piece, at most 1 MiB: of memory when `*ret_data`, else a range of file.fd. 0: no more.
 */
uint64_t profile_result_take(struct profile_result *r, const void **ret_data, uint64_t *ret_offset);
