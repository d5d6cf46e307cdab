/*
 * config/schema.h - the JSON schema of settings.json, for editors (`portside config schema`).
 */
#pragma once

#include <stdio.h>

#include "src/base/error.h"

/* Prints a schema (draft-07) made of options.def and shapes.def. It takes all that the peer's
 * schema takes, and numbers, booleans and modes also as strings. -ENOMEM, or the errno of `out`. */
int schema_print(FILE *out, struct error *err);
