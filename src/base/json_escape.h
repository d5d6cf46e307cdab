/*
 * base/json_escape.h - a string as JSON, escaped byte for byte as System.Text.Json does by default.
 */
#pragma once

#include "src/base/text.h"

/* Appends `s` with its quotation marks. Bytes that are not UTF-8 become U+FFFD, as in .NET. */
void json_escape_add(struct text *out, const char *s);
