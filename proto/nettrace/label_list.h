/*
 * nettrace/label_list.h - v6: what is said about an event besides its payload: activity ids, trace
 * context, any pairs, and values that stand above those of its metadata.
 *
 * LabelListBlock: u32 first id, u32 count, lists. A list is labels, u8 kind and value each; the
 * last has the high bit in its kind.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proto/nettrace/spans.h"
#include "proto/wire/cursor.h"
#include "proto/wire/guid.h"
#include "proto/wire/status.h"

struct nettrace_label {
    uint8_t kind;       /* enum nettrace_label_kind, without the high bit */
    bool last;          /* of its list */
    struct guid guid;   /* ACTIVITY, RELATED, TRACE (16 bytes in order) */
    uint64_t number;    /* SPAN, OPCODE, KEYWORDS, LEVEL, VERSION; NUMBER: as int64_t */
    struct cursor key;  /* STRING, NUMBER: bytes of UTF-8, unchecked */
    struct cursor text; /* STRING */
};

/* The next label. False: cut, or a kind that is not known (its size is not known either). */
bool nettrace_label_take(struct cursor *in, struct nettrace_label *ret_label);

/* What most readers want of a list. */
struct nettrace_labels {
    struct guid activity, related; /* zero if absent */
    struct guid trace_id;
    uint64_t span_id, keywords;
    uint8_t opcode, level, version;
    bool has_keywords, has_opcode, has_level, has_version;
    struct cursor all; /* the whole list, for nettrace_label_take() */
};

/* Of the bytes of one list. A list that cannot be read to its end gives what was before. */
void nettrace_labels_of(const uint8_t *bytes, size_t size, struct nettrace_labels *ret_labels);

/* A whole block. WIRE_MORE: cut; WIRE_BAD: unknown kind, too many, or out of memory. */
enum wire_status label_list_block_read(struct cursor *in, struct spans *lists);
