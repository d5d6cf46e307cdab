/*
 * egress/copy.h - bytes into a file. Blocks: for the thread pool. Another thread can end it.
 */
#pragma once

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* 0 or a negative errno; -ECANCELED: `*stop` was set. */
int copy_bytes(int out, const void *data, size_t size, const atomic_bool *stop);

/* The range of `in`: inside the kernel, or shared (reflink), where the file systems can do that.
 * -ENODATA: `in` is shorter. */
int copy_range(int out, int in, uint64_t offset, uint64_t size, const atomic_bool *stop);
