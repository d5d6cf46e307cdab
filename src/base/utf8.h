/*
 * base/utf8.h - reading UTF-8 that may be anything; writing it.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "src/base/text.h"

enum { UTF8_REPLACEMENT = 0xFFFD };

/* The code point at `at`, of which `left` bytes (at least one) may be read. Bytes that are no UTF-8
 * give UTF8_REPLACEMENT, one for each run that a decoder of the Unicode standard (chapter 3.9) and
 * .NET replace. Returns how many bytes it was, never 0. */
size_t utf8_next(const char *at, size_t left, uint32_t *ret);

/* Adds a code point, which is at most 0x10FFFF and no surrogate. */
void utf8_add(struct text *out, uint32_t code);
