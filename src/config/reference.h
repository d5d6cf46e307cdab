/*
 * config/reference.h - the reference of all keys as Markdown (docs/configuration.md).
 */
#pragma once

#include <stdio.h>

/* Prints all of options.def and shapes.def, grouped by section. */
void reference_print(FILE *out);
