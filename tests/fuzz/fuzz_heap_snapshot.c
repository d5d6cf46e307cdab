/*
 * fuzz/fuzz_heap_snapshot.c - event streams into a heap, in pieces whose size is the first byte;
 * and what is known of it is written in every format.
 */
#include <stdlib.h>
#include <string.h>

#include "src/heap/format.h"
#include "src/heap/snapshot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int drop(void *user, const void *data, size_t size)
{
    (void)user;
    (void)data;
    (void)size;
    return 0;
}

static void write_all(struct heap_graph *g)
{
    struct error err;

    for (const struct heap_format *f = heap_formats; f->name; f++) {
        if (heap_write(f, g, &(struct heap_options){.count = 100}, drop, NULL, &err) < 0)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const folders[] = {"/tmp", NULL};
    struct heap_snapshot *s = NULL;
    struct heap_graph *g = NULL;
    struct error err;

    if (heap_snapshot_new(folders, &s, &err) < 0)
        abort();
    for (size_t at = 1; at < size;) {
        size_t n = (size_t)data[0] * 16 + 1 < size - at ? (size_t)data[0] * 16 + 1 : size - at;
        if (heap_snapshot_feed(s, data + at, n, &err) < 0)
            break;
        at += n;
    }
    if (heap_snapshot_finish(s, &(struct heap_origin){0}, &g, &err) == 0)
        write_all(g);
    heap_snapshot_free(s);
    heap_graph_free(g);
    return 0;
}
