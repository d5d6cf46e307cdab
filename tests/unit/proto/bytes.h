/*
 * unit/proto/bytes.h - expected bytes as hexadecimal text, and the check that no cut message is
 * taken for a whole one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/ipc/header.h"
#include "tests/support/check.h"

/* "DOTNET_IPC_V1\0" */
#define HEX_MAGIC "444f544e45545f4950435f563100"
#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

enum {
    BYTES_MAX = 4096,
};

struct bytes {
    uint8_t data[BYTES_MAX];
    size_t size;
};

/* Two digits a byte; blanks between bytes are skipped. */
static inline struct bytes bytes_of_hex(const char *hex)
{
    struct bytes b = {.size = 0};

    for (; *hex; hex++) {
        if (*hex == ' ')
            continue;
        char digits[3] = {hex[0], hex[1], 0};
        b.data[b.size++] = (uint8_t)strtoul(digits, NULL, 16);
        hex++;
    }
    return b;
}

static inline bool bytes_equal_hex(const void *data, size_t size, const char *hex)
{
    struct bytes want = bytes_of_hex(hex);

    return want.size == size && memcmp(want.data, data, size) == 0;
}

static inline struct cursor bytes_cursor(const struct bytes *b)
{
    return cursor_of(b->data, b->size);
}

/* The payload of the message in `w`, whose header must be right. */
static inline struct cursor payload_of(const struct writer *w, uint8_t set, uint8_t id)
{
    struct cursor c = cursor_of(w->data, w->size);
    struct ipc_header h = {0};

    CHECK(ipc_header_decode(&c, &h) == WIRE_OK);
    CHECK(h.set == set && h.id == id && h.size == w->size);
    return c;
}

/* Decodes, frees what was decoded, and returns the status. */
typedef enum wire_status (*decode_probe)(struct cursor *in);

/*
 * Every cut of `whole` must fail, the whole must not. The copies have the exact size, so that
 * sanitizers see a read behind the end. `least` skips lengths that are messages of their own.
 */
static inline void check_truncation(const char *label, const uint8_t *whole, size_t size,
                                    size_t least, decode_probe probe)
{
    for (size_t cut = least; cut <= size; cut++) {
        uint8_t *copy = malloc(cut ? cut : 1);
        if (!copy)
            abort();
        if (cut > 0)
            memcpy(copy, whole, cut);
        struct cursor in = cursor_of(copy, cut);
        CHECK_AT(label, (probe(&in) == WIRE_OK) == (cut == size));
        free(copy);
    }
}

/* Every buffer too small for `whole` bytes must give WIRE_MORE and keep what was there before. */
typedef enum wire_status (*encode_probe)(struct writer *out);

static inline void check_no_room(const char *label, size_t whole, encode_probe probe)
{
    static uint8_t buffer[BYTES_MAX];

    for (size_t capacity = 0; capacity <= whole; capacity++) {
        struct writer out = writer_of(buffer, capacity + 1);
        writer_u8(&out, 0xAA);
        enum wire_status want = capacity == whole ? WIRE_OK : WIRE_MORE;
        CHECK_AT(label, probe(&out) == want);
        CHECK_AT(label, out.size == (want == WIRE_OK ? whole + 1 : 1));
        CHECK_AT(label, buffer[0] == 0xAA);
    }
}
