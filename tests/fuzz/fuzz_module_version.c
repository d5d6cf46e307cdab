/* A file that may be an assembly: what is wanted stays in bounds, and it comes to an end. */
#include <stdlib.h>
#include <string.h>

#include "proto/pe/module_version.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pe_module_version p;
    enum wire_status status = WIRE_MORE;

    pe_module_version_init(&p);
    for (int steps = 0; status == WIRE_MORE; steps++) {
        size_t n = p.offset >= size ? 0 : size - (size_t)p.offset;
        if (steps > PE_DONE || p.size > PE_PIECE_MAX)
            abort();
        n = n < p.size ? n : p.size;
        uint8_t *copy = malloc(n + 1);
        if (!copy)
            abort();
        if (n)
            memcpy(copy, data + p.offset, n);
        status = pe_module_version_feed(&p, copy, n);
        free(copy);
    }
    return 0;
}
