/*
 * Any bytes as a collector's answer: what comes out is in its range, the message ends within its
 * bound.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/otlp/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct answer a;
    char *body = malloc(size + 1);

    if (!body)
        abort();
    if (size)
        memcpy(body, data, size);
    memset(&a, 0xff, sizeof a);
    answer_parse(body, size, &a);
    if (a.rejected < 0 || strnlen(a.message, sizeof a.message) == sizeof a.message)
        abort();
    free(body);
    return 0;
}
