/*
 * config/file_encoding.h - settings files that are no UTF-8.
 *
 * .NET reads a text file by the byte order mark at its beginning: PowerShell 5 and editors on
 * Windows write UTF-16, and the peer takes it.
 */
#pragma once

#include <stddef.h>

#include "src/base/text.h"

/* Adds what the bytes say to `ret` as UTF-8, without the mark, and returns true, when they begin
 * with the mark of UTF-16 or UTF-32 of either order. What is no Unicode becomes U+FFFD. False, and
 * nothing added, for all others. */
bool file_encoding_add(struct text *ret, const char *data, size_t size);
