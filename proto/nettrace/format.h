/*
 * nettrace/format.h - the numbers of the NetTrace stream, versions 4, 5 and 6.
 *
 * v4, v5:  "Nettrace", u32 20, "!FastSerialization.1", objects, tag 1
 *   object = tags 5 5 1, u32 version, u32 least reader version, u32 size, name, tag 6, body, tag 6
 *   body of Trace = its fields; of all others = u32 size, zeros up to offset % 4 == 0, block
 * v6:      "Nettrace", u32 0, u32 major, u32 minor, blocks up to EndOfStream
 *   block = u24 size, u8 kind, bytes
 *
 * v5 differs from v4 in what may follow a metadata definition only; runtimes that write it say 4
 * in the Trace object (.NET 5 does).
 *
 * Source: microsoft/perfview, src/TraceEvent/EventPipe/NetTraceFormat.md and NetTraceFormat_v5.md.
 */
#pragma once

#include <stdint.h>

#define NETTRACE_MAGIC "Nettrace"
#define NETTRACE_SERIALIZATION "!FastSerialization.1"

enum {
    NETTRACE_MAGIC_SIZE = 8,
    NETTRACE_SERIALIZATION_SIZE = 20,
    NETTRACE_V4_TRACE_SIZE = 48,
    NETTRACE_BLOCK_ALIGNMENT = 4, /* v4, v5: of a block in the stream */
};

enum nettrace_version {
    NETTRACE_V4 = 4,
    NETTRACE_V5 = 5,
    NETTRACE_V6 = 6,
};

enum nettrace_tag {
    NETTRACE_TAG_NULL = 1,
    NETTRACE_TAG_BEGIN = 5,
    NETTRACE_TAG_END = 6,
};

/* The numbers are v6's; v4 and v5 have names instead. */
enum nettrace_block_kind {
    NETTRACE_BLOCK_END = 0,
    NETTRACE_BLOCK_TRACE = 1,
    NETTRACE_BLOCK_EVENT = 2,
    NETTRACE_BLOCK_METADATA = 3,
    NETTRACE_BLOCK_SEQUENCE_POINT = 4,
    NETTRACE_BLOCK_STACK = 5,
    NETTRACE_BLOCK_THREAD = 6,
    NETTRACE_BLOCK_REMOVE_THREAD = 7,
    NETTRACE_BLOCK_LABEL_LIST = 8,
    NETTRACE_BLOCK_KINDS,
};

/* Event blocks, and metadata blocks of v4 and v5: u16 header size, u16 flags, u64 min, u64 max. */
enum {
    NETTRACE_EVENT_BLOCK_HEADER = 20,
    NETTRACE_EVENT_BLOCK_COMPRESSED = 1,
};

/* The first byte of a compressed event header: which fields follow; the others are as before. */
enum {
    NETTRACE_HAS_METADATA = 1,
    NETTRACE_HAS_CAPTURE = 2, /* sequence number, capture thread, processor */
    NETTRACE_HAS_THREAD = 4,
    NETTRACE_HAS_STACK = 8,
    NETTRACE_HAS_ACTIVITY = 16, /* v6: label list */
    NETTRACE_HAS_RELATED = 32,
    NETTRACE_IS_SORTED = 64,
    NETTRACE_HAS_SIZE = 128,

    NETTRACE_COMPRESSED_HEADER_MAX = 1 + 5 + 5 + 10 + 5 + 10 + 5 + 10 + 16 + 16 + 5,
    NETTRACE_V4_HEADER = 80, /* uncompressed */
    NETTRACE_V6_HEADER = 52,
};

/* Uncompressed: this bit of the metadata id is set when the event is *not* sorted. */
#define NETTRACE_UNSORTED_BIT UINT32_C(0x80000000)

enum nettrace_sequence_point_flag {
    NETTRACE_FLUSH_THREADS = 1,
    NETTRACE_FLUSH_METADATA = 2,
};

/* Kinds of what may follow a definition: v5 tags and v6's optional metadata. */
enum nettrace_metadata_tag {
    NETTRACE_METADATA_OPCODE = 1,
    NETTRACE_METADATA_V2_PARAMETERS = 2, /* v5 */
    NETTRACE_METADATA_KEYWORDS = 3,
    NETTRACE_METADATA_MESSAGE = 4,
    NETTRACE_METADATA_DESCRIPTION = 5,
    NETTRACE_METADATA_KEY_VALUE = 6,
    NETTRACE_METADATA_PROVIDER_GUID = 7,
    NETTRACE_METADATA_LEVEL = 8,
    NETTRACE_METADATA_VERSION = 9,
};

enum nettrace_thread_info {
    NETTRACE_THREAD_NAME = 1,
    NETTRACE_THREAD_PROCESS_ID = 2,
    NETTRACE_THREAD_ID = 3,
    NETTRACE_THREAD_KEY_VALUE = 4,
};

enum nettrace_label_kind {
    NETTRACE_LABEL_ACTIVITY = 1,
    NETTRACE_LABEL_RELATED = 2,
    NETTRACE_LABEL_TRACE = 3,
    NETTRACE_LABEL_SPAN = 4,
    NETTRACE_LABEL_STRING = 5,
    NETTRACE_LABEL_NUMBER = 6,
    NETTRACE_LABEL_OPCODE = 7,
    NETTRACE_LABEL_KEYWORDS = 8,
    NETTRACE_LABEL_LEVEL = 9,
    NETTRACE_LABEL_VERSION = 10,
    NETTRACE_LABEL_LAST = 0x80, /* or'ed: the next label belongs to the next list */
};
