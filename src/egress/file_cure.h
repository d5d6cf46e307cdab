/*
 * egress/file_cure.h - what an error of a file system means, and what helps.
 */
#pragma once

#include "src/base/error.h"

/* "Egress to PATH failed: WHAT. Cure: ..."; `code` is a negative errno, which is returned. */
int file_cure_set(struct error *err, int code, const char *path);
