#include "src/profile/gzip.h"

enum {
    WINDOW_OF_GZIP = 15 + 16, /* zlib: the largest window, with gzip's header */
    MEMORY_LEVEL = 8,         /* zlib's default */
};

static void compress_all(struct gzip *g, int flush)
{
    uint8_t piece[16 * 1024];
    int result;

    do {
        g->z.next_out = piece;
        g->z.avail_out = sizeof piece;
        result = deflate(&g->z, flush);
        output_put(g->out, piece, sizeof piece - g->z.avail_out);
    } while (result == Z_OK && (g->z.avail_out == 0 || flush == Z_FINISH));
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
        g->failed = true;
}

/* zlib counts in unsigned int; an output hands over less than that at once. */
static int compress_piece(void *user, const void *data, size_t size)
{
    struct gzip *g = user;

    g->z.next_in = (Bytef *)(uintptr_t)data;
    g->z.avail_in = (uInt)size;
    compress_all(g, Z_NO_FLUSH);
    return g->out->error;
}

bool gzip_init(struct gzip *g, struct output *out)
{
    *g = (struct gzip){.out = out};
    output_init(&g->in, compress_piece, g);
    return deflateInit2(&g->z, Z_BEST_SPEED, Z_DEFLATED, WINDOW_OF_GZIP, MEMORY_LEVEL,
                        Z_DEFAULT_STRATEGY) == Z_OK;
}

bool gzip_end(struct gzip *g)
{
    (void)output_end(&g->in);
    g->z.avail_in = 0;
    compress_all(g, Z_FINISH);
    (void)deflateEnd(&g->z);
    return !g->failed;
}
