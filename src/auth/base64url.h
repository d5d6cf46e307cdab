/*
 * auth/base64url.h - base64url without padding (RFC 7515, section 2), strictly.
 *
 * One text for one value: no padding, no blanks, no other alphabet, no stray bits at the end. What
 * could be written in two ways would let one token have many forms.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that `size` characters decode to, at most. */
static inline size_t base64url_decoded_max(size_t size)
{
    return size / 4 * 3 + 2;
}

/* Writes at most base64url_decoded_max(size) bytes to `ret`. False when the text is not exact. */
bool base64url_decode(const char *text, size_t size, uint8_t *ret, size_t *ret_size);

/* The text, NUL-terminated; the caller frees. NULL when out of memory. */
char *base64url_encode(const void *data, size_t size);
