/*
 * config/validate.h - looks at every key of a merged configuration (`portside config validate`).
 */
#pragma once

#include "src/config/faults.h"
#include "src/config/keys.h"

/*
 * Adds to `faults`: values that cannot be read or are out of range, members that are missing, and
 * breaches of the rules of checks.h (FAULT_ERROR, FAULT_WARNING); keys that nobody knows, with the
 * nearest known one (FAULT_UNKNOWN); keys without effect in this version (FAULT_LATER). The last
 * two only for sources that are meant for us. No secret value gets into a text.
 */
void config_validate(const struct config_keys *keys, struct config_faults *faults);

/* The same for `portside config validate`: prints the faults to `out` and a last line with the
 * numbers. Returns 0, or 1 when there is an error: the exit code. */
int config_validate_print(const struct config_keys *keys, FILE *out);
