/*
 * nettrace/type_decode.h - the field descriptions inside metadata definitions, in their three
 * layouts.
 */
#pragma once

#include "proto/nettrace/pool.h"
#include "proto/nettrace/type.h"
#include "proto/wire/cursor.h"

enum type_layout {
    TYPE_LAYOUT_V1, /* v4, v5: type, name */
    TYPE_LAYOUT_V2, /* v5 tag: size, name, type */
    TYPE_LAYOUT_V6,
};

enum type_result {
    TYPE_OK,
    TYPE_UNKNOWN,   /* cut, or a type that is unknown, too deep or not allowed there */
    TYPE_NO_MEMORY, /* above the pool's limit */
};

/* Count and fields. The cursor stands behind them on TYPE_OK only. */
enum type_result type_decode_fields(struct cursor *in, struct pool *pool, enum type_layout layout,
                                    struct nettrace_fields *ret_fields);

/* A string of the layout as UTF-8 in `pool`; NULL: no memory, or the cursor is bad. */
const char *type_decode_text(struct cursor *in, struct pool *pool, enum type_layout layout);
