/*
 * nettrace/type.h - what a field of an event is: a tree of type codes.
 *
 * Trees are made by proto/nettrace/metadata and by the tables of known events; they never change
 * afterwards.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum nettrace_type_code {
    NETTRACE_OBJECT = 1, /* its fields one after the other */
    NETTRACE_BOOLEAN32 = 3,
    NETTRACE_UTF16_UNIT = 4,
    NETTRACE_INT8 = 5,
    NETTRACE_UINT8 = 6,
    NETTRACE_INT16 = 7,
    NETTRACE_UINT16 = 8,
    NETTRACE_INT32 = 9,
    NETTRACE_UINT32 = 10,
    NETTRACE_INT64 = 11,
    NETTRACE_UINT64 = 12,
    NETTRACE_SINGLE = 13,
    NETTRACE_DOUBLE = 14,
    NETTRACE_DECIMAL = 15,   /* 16 bytes */
    NETTRACE_DATE_TIME = 16, /* v4, v5: u64, 100 ns since 1601. v6: SYSTEMTIME, 16 bytes */
    NETTRACE_GUID = 17,
    NETTRACE_UTF16_STRING = 18, /* up to a NUL unit */
    NETTRACE_ARRAY = 19,        /* u16 count, elements */
    NETTRACE_VARINT = 20,       /* from here on v6 only */
    NETTRACE_VARUINT = 21,
    NETTRACE_FIXED_ARRAY = 22, /* `count` elements */
    NETTRACE_UTF8_UNIT = 23,
    NETTRACE_REL_LOC = 24,  /* u16 distance from behind this field, u16 size in bytes: elements */
    NETTRACE_DATA_LOC = 25, /* the same, from the start of the payload */
    NETTRACE_BOOLEAN8 = 26,
    NETTRACE_WIRE_TYPES,

    /* Not on the wire; of known events (proto/nettrace/known_events.h). */
    NETTRACE_POINTER = 64, /* the trace's pointer size */
    NETTRACE_UTF8_STRING,  /* up to a NUL byte */
    NETTRACE_COUNTED_BY,   /* elements; their number is the field `count` before, by index */
    NETTRACE_SYSTEM_TIME,  /* 16 bytes */
};

/* Fixed sizes above this do not occur in a payload; such a field is never found. */
#define NETTRACE_SIZE_VARIES UINT32_MAX
#define NETTRACE_SIZE_MAX (UINT32_MAX - 1)

struct nettrace_field;

struct nettrace_fields {
    const struct nettrace_field *list;
    size_t count;
};

struct nettrace_type {
    uint8_t code;   /* enum nettrace_type_code */
    uint16_t count; /* FIXED_ARRAY: elements; COUNTED_BY: index of the counting field */
    uint32_t size;  /* bytes in a payload, or NETTRACE_SIZE_VARIES */
    const struct nettrace_type *element; /* of arrays and locations */
    struct nettrace_fields fields;       /* of OBJECT */
};

struct nettrace_field {
    const char *name; /* UTF-8 */
    uint32_t offset;  /* in the payload (object), or NETTRACE_SIZE_VARIES */
    struct nettrace_type type;
};

/* Bytes of a code without elements or fields; NETTRACE_SIZE_VARIES; 0 for an unknown code. */
uint32_t nettrace_type_size(uint8_t code, unsigned version);

/* count * size, saturated at NETTRACE_SIZE_MAX; varies if `size` does and count is not 0. */
uint32_t nettrace_size_times(uint32_t size, uint32_t count);

/* Sum, with the same two special values. */
uint32_t nettrace_size_plus(uint32_t a, uint32_t b);
