/*
 * fuzz/fuzz_nettrace_parser.c - whole streams. The first byte is the size of the pieces; fed in
 * pieces and fed whole, a stream must say the same, down to the error.
 */
#include <stdint.h>
#include <stdlib.h>

#include "tests/support/nettrace_digest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nettrace_digest whole, pieces;

    if (size == 0)
        return 0;
    int a = digest_run(&whole, data + 1, size - 1, 0, 0);
    int b = digest_run(&pieces, data + 1, size - 1, 1u + data[0], 0);
    if (a != b || whole.hash != pieces.hash || whole.events != pieces.events)
        abort();
    return 0;
}
