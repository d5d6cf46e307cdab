#include "src/net/gzip.h"

#include <errno.h>
#include <stdint.h>
#include <zlib.h>

enum {
    WINDOW_OF_GZIP = 15 + 16, /* zlib: the largest window, with gzip's header */
    MEMORY_LEVEL = 8,         /* zlib's default */
};

int gzip_add(struct text *out, const void *data, size_t size, struct error *err)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)data, .avail_in = (uInt)size};
    uint8_t piece[16 * 1024];
    int result = deflateInit2(&z, Z_BEST_SPEED, Z_DEFLATED, WINDOW_OF_GZIP, MEMORY_LEVEL,
                              Z_DEFAULT_STRATEGY);

    while (result == Z_OK) {
        z.next_out = piece;
        z.avail_out = sizeof piece;
        result = deflate(&z, Z_FINISH);
        text_add(out, (const char *)piece, sizeof piece - z.avail_out);
    }
    (void)deflateEnd(&z);
    return result == Z_STREAM_END && !out->failed ? 0 : error_set(err, -ENOMEM, "gzip");
}
