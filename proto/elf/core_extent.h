/*
 * elf/core_extent.h - how long must this core file be?
 *
 * A runtime says "OK" even when its createdump was killed halfway (FACTS section 3), so the file
 * itself is asked: the program headers of an ELF core say where every segment ends, and the largest
 * `p_offset + p_filesz` is the file's exact size (measured with createdump of .NET 8 to 10). A push
 * parser: bytes in any split, no I/O.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "proto/wire/status.h"

enum {
    CORE_EXTENT_CARRY = 64, /* the ELF header, or a section header: the longest items */
    CORE_TABLE_START_MAX =
        4096, /* the table comes right behind the one or two headers: 64 or 128 in practice */
    CORE_SEGMENTS_MAX = 1 << 20, /* Linux allows a process 65530 mappings unless told otherwise */
};

struct core_extent {
    enum {
        CORE_EXTENT_HEADER,
        CORE_EXTENT_SECTION, /* only with more than 65534 segments: it holds their number */
        CORE_EXTENT_SKIP,
        CORE_EXTENT_SEGMENTS,
        CORE_EXTENT_DONE,
        CORE_EXTENT_BAD,
    } state;
    uint64_t position;    /* bytes consumed so far */
    uint64_t table_start; /* of the program headers */
    uint32_t segments_left;
    uint64_t extent; /* largest end of a segment so far */
    uint8_t carry[CORE_EXTENT_CARRY];
    size_t carried;
};

/* Takes the next bytes of the file. WIRE_MORE: the headers go on; WIRE_OK: `extent` is final,
 * further bytes do not matter; WIRE_BAD, from then on: not a 64-bit little-endian ELF core. A
 * zeroed struct is the start. */
enum wire_status core_extent_feed(struct core_extent *c, const uint8_t *data, size_t size);
