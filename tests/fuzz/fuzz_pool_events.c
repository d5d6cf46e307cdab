/*
 * fuzz/fuzz_pool_events.c - a stream of a runtime into totals of its waits. The first byte is the
 * size of the pieces.
 */
#include <stdint.h>
#include <stdlib.h>

#include "src/diagnose/pool_events.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct reading {
    struct nettrace *stream;
    struct pool_events pool;
};

static int on_event(void *user, const struct nettrace_event *event)
{
    struct reading *r = user;

    pool_events_add(&r->pool, r->stream, event);
    return 0;
}

static void check(const struct pool_events *p)
{
    for (size_t k = 0; k < POOL_WAITS; k++) {
        uint64_t waits = 0;
        for (size_t i = 0; i < p->sites[k].count; i++) {
            const struct pool_site *s = &p->sites[k].list[i];
            waits += s->count;
            if (s->stack >= p->stacks.count || s->open > s->count)
                abort();
        }
        if (waits != p->sites[k].waits || p->sites[k].count > POOL_SITES)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reading r;
    const struct nettrace_callbacks callbacks = {.user = &r, .on_event = on_event};
    size_t piece = size ? data[0] + 1u : 1;

    pool_events_init(&r.pool);
    r.stream = nettrace_new(&callbacks, NULL);
    for (size_t at = 1; r.stream && at < size; at += piece) {
        if (nettrace_feed(r.stream, data + at, size - at < piece ? size - at : piece) < 0)
            break;
    }
    if (r.stream)
        (void)nettrace_finish(r.stream);
    pool_events_finish(&r.pool, 5);
    check(&r.pool);
    nettrace_free(r.stream);
    pool_events_deinit(&r.pool);
    return 0;
}
