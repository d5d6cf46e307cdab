/*
 * profile/signature.h - the parameter types of a method, from the way the runtime's events write
 * signatures to the way .NET writes types.
 *
 * "(class System.Object,int32&,!!0[])" is System.Object, System.Int32&, !!0[]. Generic arguments
 * are in brackets. A type's own parameters stay numbers (!0), a method's too (!!0). What is not
 * understood stays as it is.
 */
#pragma once

#include <stdbool.h>

#include "src/base/text.h"

/* Adds the next type to `out`; `*at` begins at the parenthesis and moves on. False: no more. */
bool signature_next(const char **at, struct text *out);
