#include "proto/nettrace/sequence_point.h"

#include "proto/nettrace/format.h"
#include "proto/nettrace/varint.h"

struct nettrace_sequence_point sequence_point_take(struct cursor *in, unsigned version)
{
    struct nettrace_sequence_point point = {0};

    point.timestamp = cursor_u64(in);
    uint32_t flags = version >= NETTRACE_V6 ? cursor_u32(in) : 0;
    point.thread_count = cursor_u32(in);
    point.flushes_threads = (flags & NETTRACE_FLUSH_THREADS) != 0;
    point.flushes_metadata = (flags & NETTRACE_FLUSH_METADATA) != 0;
    return point;
}

struct sequence_point_thread sequence_point_take_thread(struct cursor *in, unsigned version)
{
    struct sequence_point_thread thread;

    if (version >= NETTRACE_V6) {
        thread.key = cursor_varint64(in);
        thread.sequence = cursor_varint32(in);
    } else {
        thread.key = cursor_u64(in);
        thread.sequence = cursor_u32(in);
    }
    return thread;
}
