/* A core file: whole, and in two and many pieces, must give the same answer. */
#include <stdlib.h>
#include <string.h>

#include "proto/elf/core_extent.h"

/* First bad or final answer of the bytes in pieces of `piece`. */
static enum wire_status feed(struct core_extent *c, const uint8_t *data, size_t size, size_t piece)
{
    enum wire_status status = WIRE_MORE;

    for (size_t at = 0; at < size && status == WIRE_MORE; at += piece) {
        size_t n = size - at < piece ? size - at : piece;
        uint8_t *copy = malloc(n);
        if (!copy)
            abort();
        memcpy(copy, data + at, n);
        status = core_extent_feed(c, copy, n);
        free(copy);
        if (c->carried > sizeof c->carry || c->position > at + n)
            abort();
    }
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const size_t pieces[] = {1, 7, 55, 64, 4096};
    struct core_extent whole = {0};
    enum wire_status want = size ? core_extent_feed(&whole, data, size) : WIRE_MORE;

    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct core_extent c = {0};
        if (feed(&c, data, size, pieces[i]) != want)
            abort();
        if (want == WIRE_OK && c.extent != whole.extent)
            abort();
    }
    return 0;
}
