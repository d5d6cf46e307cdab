/*
 * Any bytes as a file: what is decoded is UTF-8 to the last byte, and not longer than it can be.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/utf8.h"
#include "src/config/file_encoding.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char replacement[] = "\xEF\xBF\xBD";
    struct text text = {0};
    uint32_t code;

    if (!file_encoding_add(&text, (const char *)data, size) && text.size)
        abort();
    if (text.size > 2 * size)
        abort();
    for (size_t at = 0, used; at < text.size; at += used) {
        used = utf8_next(text.data + at, text.size - at, &code);
        if (code == UTF8_REPLACEMENT && (used != 3 || memcmp(text.data + at, replacement, 3) != 0))
            abort();
    }
    text_deinit(&text);
    return 0;
}
