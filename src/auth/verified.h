/*
 * auth/verified.h - remembers tokens whose signature was good.
 *
 * A client sends the same token with each request, and checking a signature on P-384 costs about as
 * much as everything else of a small request together. Only the good signature is remembered, under
 * the SHA-256 of the whole token; its claims are looked at every time. Constant memory; the oldest
 * entry gives way.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/limits.h"

enum { VERIFIED_HASH_SIZE = 32 };

struct verified {
    struct verified_entry {
        uint8_t hash[VERIFIED_HASH_SIZE];
        const void *key; /* NULL: free */
    } entries[LIMIT_AUTH_CACHE];
    size_t next;
};

/* Was the token's signature found to be that of `key`? */
bool verified_has(const struct verified *v, const char *token, const void *key);
void verified_add(struct verified *v, const char *token, const void *key);

/* The keys have changed. */
void verified_clear(struct verified *v);
