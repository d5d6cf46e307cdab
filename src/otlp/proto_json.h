/*
 * otlp/proto_json.h - writes JSON as the JSON mapping of Protocol Buffers wants it: whole numbers
 * of 64 bits are strings, numbers that are not finite as well.
 *
 * Commas are put where they belong. Texts may be any bytes: what is no UTF-8 becomes U+FFFD.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "src/base/text.h"

enum { PROTO_JSON_LEVELS = 32 };

struct proto_json {
    struct text text;
    unsigned depth;
    char closers[PROTO_JSON_LEVELS];
    bool after[PROTO_JSON_LEVELS]; /* something stands before on this level */
    bool named;                    /* a name has been written, its value comes next */
};

/* `bracket`: '{' or '['. At most PROTO_JSON_LEVELS deep: the shape is the program's, never the
 * data's. */
void proto_json_open(struct proto_json *j, char bracket);
void proto_json_close(struct proto_json *j);

/* Closes until `depth` are open. */
void proto_json_close_to(struct proto_json *j, unsigned depth);

void proto_json_name(struct proto_json *j, const char *name); /* a literal: not escaped */
void proto_json_text(struct proto_json *j, const char *value);
void proto_json_bytes(struct proto_json *j, const char *value, size_t size);
void proto_json_boolean(struct proto_json *j, bool value);
void proto_json_integer(struct proto_json *j,
                        int64_t value); /* a number: of 32 bits, enumerations */
void proto_json_integer64(struct proto_json *j, int64_t value); /* a string */
void proto_json_real(struct proto_json *j, double value); /* the shortest that reads the same */
