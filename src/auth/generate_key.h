/*
 * auth/generate_key.h - the command `generatekey`: a new API key, printed for scripts to read
 * (CONTRACT 6.3, OUTPUT_CONTRACT 5; byte for byte the peer's output).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "src/base/error.h"
#include "src/config/command_line.h"

/* Makes a key whose token expires in `ticks` (100 ns) and prints it. -EINVAL when the time is not
 * positive, -EIO when `out` cannot be written. */
int generate_key_print(enum key_format format, int64_t ticks, FILE *out, struct error *err);
