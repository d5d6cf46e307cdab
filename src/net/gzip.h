/*
 * net/gzip.h - bytes in memory, compressed as HTTP's Content-Encoding gzip.
 */
#pragma once

#include "src/base/error.h"
#include "src/base/text.h"

/* Adds to `out`. -ENOMEM. About 10 ms for a megabyte of JSON. */
int gzip_add(struct text *out, const void *data, size_t size, struct error *err);
