/*
 * base/hash.h - hashes of bytes and numbers for tables in memory.
 *
 * Seeded anew in each process: what others send cannot be chosen so that everything falls into one
 * slot. Not for security beyond that, and not to be stored.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

uint64_t hash_bytes(const void *data, size_t size);
uint64_t hash_number(uint64_t value);
