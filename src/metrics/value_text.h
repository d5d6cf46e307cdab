/*
 * metrics/value_text.h - numbers and quantiles as System.Diagnostics.Metrics tells them: as text of
 * .NET's invariant culture.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "src/metrics/measurement.h"

/* "1.5", "-1E+20", "NaN", "Infinity", "-Infinity". False: empty or anything else. */
bool value_text_number(const char *text, double *ret);

/* "0.5=1;0.95=2": at most `capacity` of them; pairs that are none are left out. Returns how many.
 */
size_t value_text_quantiles(const char *text, struct measurement_quantile *ret, size_t capacity);
