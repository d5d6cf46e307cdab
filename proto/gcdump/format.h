/*
 * gcdump/format.h - the layout of PerfView's .gcdump files, on one page.
 *
 * FastSerialization (microsoft/perfview, src/FastSerialization): little-endian. A text is an i32
 * count of UTF-8 bytes and these; -1 is no text. An object is
 *     BEGIN_OBJECT type fields... tagged fields... END_OBJECT
 * whose type is an object too, of a type that is NULL_REFERENCE, with i32 version, i32 lowest
 * version of a reader, text name; or NULL_REFERENCE; or OBJECT_REFERENCE u32 offset in the file.
 * SKIP_REGION is followed by the i32 number of an entry of the table at the end.
 *
 *     text "!FastSerialization.1"
 *     GCHeapDump 10/8
 *         Graphs.MemoryGraph 1/0
 *             i64 bytes of all nodes, i32 index of the root node
 *             i32 count of types, each: text name, i32 size of the first object, text module
 *             i32 count of nodes, each: u32 offset in the next part (0: a node without description)
 *             i32 size, descriptions of nodes (node.h)
 *             (reader 1: names of .NET Native, which are not read here)
 *             i32 count of nodes, each: i64 address
 *             tagged byte: 64 bit
 *         byte 64 bit, f32 f32 factors of a sample, objects JSHeapInfo DotNetHeapInfo,
 *         text log, i64 time (ticks since year 1), text machine, text process, i32 pid,
 *         i64 committed, i64 working set, i32 count of f32 factors by type,
 *         tagged object InteropInfo, tagged text tool
 *     END_OBJECT
 *     i32 count of table entries, each u32 offset
 *     u32 offset of the table, u32 offset of that offset
 */
#pragma once

#include <stdint.h>

enum gcdump_tag {
    GCDUMP_NULL_REFERENCE = 1,
    GCDUMP_OBJECT_REFERENCE = 2,
    GCDUMP_BEGIN_OBJECT = 4,
    GCDUMP_END_OBJECT = 6,
    GCDUMP_BYTE = 8,
    GCDUMP_INT16 = 9,
    GCDUMP_INT32 = 10,
    GCDUMP_INT64 = 11,
    GCDUMP_SKIP_REGION = 12,
    GCDUMP_STRING = 13,
    GCDUMP_BLOB = 14,
};

#define GCDUMP_SIGNATURE "!FastSerialization.1"
#define GCDUMP_DUMP_TYPE "GCHeapDump"
#define GCDUMP_GRAPH_TYPE "Graphs.MemoryGraph"

enum {
    GCDUMP_VERSION = 10,
    GCDUMP_READER = 8, /* the oldest reader */
    GCDUMP_OLDEST = 9, /* that is read here; 8 was never in use */
};

/* Ticks (100 ns) between year 1 and 1970. */
#define GCDUMP_EPOCH INT64_C(621355968000000000)
