/*
 * base/json_reader.h - reads JSON piece by piece, and knows the line and column of each.
 *
 * Takes what .NET's configuration reader takes: RFC 8259, and comments, trailing commas and a byte
 * order mark. Nothing is built but the text of the present name or value; depth is bounded by
 * LIMIT_JSON_DEPTH, size by the caller.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/text.h"

enum json_event {
    JSON_OBJECT,
    JSON_OBJECT_END,
    JSON_ARRAY,
    JSON_ARRAY_END,
    JSON_NAME, /* of a member; its value comes next */
    JSON_TEXT,
    JSON_NUMBER, /* as it is written: 1.50e3 stays 1.50e3 */
    JSON_TRUE,
    JSON_FALSE,
    JSON_NULL,
    JSON_END, /* the one value is complete, and nothing comes after it */
    JSON_BAD, /* also after every further call */
};

struct json_reader {
    const char *at, *end, *line_start;
    unsigned line, column; /* of the present piece or fault, from 1; columns in bytes */
    const char *text;      /* of the present name, text or number, NUL-terminated */
    char fault[128];       /* after JSON_BAD: what is wrong and what was expected */
    unsigned next_line;    /* the rest is the reader's own */
    unsigned depth;
    uint64_t is_object; /* one bit a level */
    int state;
    bool failed;
    struct text buffer;
};

/* Reads `size` bytes at `data`, which stay where they are. */
void json_reader_init(struct json_reader *r, const char *data, size_t size);
void json_reader_deinit(struct json_reader *r);
enum json_event json_reader_next(struct json_reader *r);
