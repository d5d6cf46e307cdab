/*
 * base/number_text.h - numbers as .NET 10 writes them: the fewest digits that read back as the
 * same value, `1E-05` and `1.5E+17` for small and large ones, `NaN`, `Infinity`. Prometheus reads
 * them all.
 */
#pragma once

#include <stddef.h>

enum { NUMBER_TEXT = 32 };

/* Returns its length. */
size_t number_text(double value, char text[static NUMBER_TEXT]);
