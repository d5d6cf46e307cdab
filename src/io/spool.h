/*
 * io/spool.h - bytes that wait in a file without a name for a reader who is slower than their
 * writer.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "src/base/error.h"
#include "src/base/text.h"

struct spool {
    int fd; /* -1: closed */
    uint64_t written, taken, released;
    uint64_t limit; /* of bytes in the file; LIMIT_SPOOL unless the owner sets another after open */
};

#define SPOOL_NONE ((struct spool){.fd = -1})

/* Makes the file in the first of `folders` (up to NULL) that can be written to. */
int spool_open(struct spool *s, const char *const *folders, struct error *err);
void spool_close(struct spool *s);

/* Appends all of it. -EFBIG past the limit, or the error of the disk; nothing is appended then.
 */
int spool_write(struct spool *s, const void *data, size_t size, struct error *err);

/* Bytes that are not taken yet. */
static inline uint64_t spool_size(const struct spool *s)
{
    return s->written - s->taken;
}

/* The next range, at most `most` bytes, which count as taken from now on. */
uint64_t spool_take(struct spool *s, uint64_t most, uint64_t *ret_offset);

/* Takes the next bytes, at most `most`, and appends a copy to `ret`. */
int spool_read(struct spool *s, uint64_t most, struct text *ret, struct error *err);

/* What was taken is not looked at any more: its place on the disk is given back, where the file
 * system can do that, and counts for new bytes. Not after sendfile(): what a socket has not
 * delivered yet may be pages of the file, which would change. */
void spool_release(struct spool *s);
