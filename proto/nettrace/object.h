/*
 * nettrace/object.h - what stands before the bytes of a block: objects of v4 and v5, blocks of v6.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proto/nettrace/format.h"
#include "proto/wire/cursor.h"
#include "proto/wire/status.h"

enum {
    NETTRACE_BLOCK_UNKNOWN = NETTRACE_BLOCK_KINDS, /* to be skipped by its size */
};

struct block_header {
    unsigned kind;                  /* enum nettrace_block_kind or UNKNOWN */
    uint32_t version, least_reader; /* of the object's type; v6: 0 */
    uint32_t size;                  /* of the block, padding before it not counted */
    uint8_t padding;
};

/* What the decoder wanted, for error texts. */
struct block_fault {
    const char *expected;
    size_t offset; /* from the start of the header */
};

/*
 * v4, v5: one object up to and with its size and padding, or the tag that ends the stream (kind
 * END). `offset` is where in the stream the cursor stands: padding depends on it. WIRE_MORE: needs
 * more bytes; WIRE_BAD: *ret_fault says why.
 */
enum wire_status object_header_decode(struct cursor *in, uint64_t offset,
                                      struct block_header *ret_header,
                                      struct block_fault *ret_fault);

/* v6: never WIRE_BAD. */
enum wire_status block_header_decode(struct cursor *in, struct block_header *ret_header);

/* "EventBlock"; "a block of unknown kind". */
const char *block_kind_name(unsigned kind);
