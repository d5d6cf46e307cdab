/*
 * metrics/prom_text.h - the lexical rules of the Prometheus text format.
 */
#pragma once

#include <stdbool.h>

#include "src/base/text.h"

/* Letters, digits and `_` stay, anything else becomes `_`, one for each UTF-16 unit (the peer's
 * rule); so does a digit at the start of `s`. */
void prom_add_name(struct text *out, const char *s);

/* Would both be the same after prom_add_name()? */
bool prom_same_name(const char *a, const char *b);

/* Text behind HELP; with `quotes` also `"` is escaped (OpenMetrics). */
void prom_add_help(struct text *out, const char *s, bool quotes);

/* `"value"`, escaped. */
void prom_add_value(struct text *out, const char *s);

void prom_add_number(struct text *out, double value);
