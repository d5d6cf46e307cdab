/*
 * rules/arguments.h - one text into the arguments of a program, as .NET does it on Unix.
 *
 * Blanks and tabs separate; `"` begins and ends a part in which they do not; `""` in it is a
 * quotation mark. Backslashes stand for themselves, but before a quotation mark two of them are
 * one, and an odd one makes it an ordinary character.
 */
#pragma once

#include <stddef.h>

#include "src/base/error.h"

enum { ARGUMENTS_MAX = 4096 };

/*
 * `argv` starts with `program` and ends with NULL. Where `marks` (NULL, or a byte for each of
 * `text`) has '1', characters stand for themselves: what an app says of itself stays within its
 * argument. -E2BIG for more than ARGUMENTS_MAX, -ENOMEM. Free with arguments_free().
 */
int arguments_split(const char *program, const char *text, const char *marks, char ***ret_argv,
                    struct error *err);
void arguments_free(char **argv);
