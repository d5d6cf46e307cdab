#include "proto/gcdump/writer.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#include "proto/gcdump/format.h"

static void flush(struct gcdump_writer *w)
{
    if (w->error == 0 && w->size > 0)
        w->error = w->write(w->user, w->piece, w->size);
    w->size = 0;
}

static void put(struct gcdump_writer *w, const void *data, size_t size)
{
    const uint8_t *at = data;

    w->offset += size;
    while (size > 0) {
        size_t room = sizeof w->piece - w->size, n = size < room ? size : room;
        memcpy(w->piece + w->size, at, n);
        w->size += n;
        at += n;
        size -= n;
        if (w->size == sizeof w->piece)
            flush(w);
    }
}

/* For a few bytes at once. */
static inline uint8_t *take_room(struct gcdump_writer *w, size_t size)
{
    if (sizeof w->piece - w->size < size)
        flush(w);
    uint8_t *at = w->piece + w->size;
    w->offset += size;
    w->size += size;
    return at;
}

static void put_u8(struct gcdump_writer *w, uint8_t value)
{
    *take_room(w, 1) = value;
}

static void put_u32(struct gcdump_writer *w, uint32_t value)
{
    const uint32_t bytes = htole32(value);

    memcpy(take_room(w, sizeof bytes), &bytes, sizeof bytes);
}

static void put_u64(struct gcdump_writer *w, uint64_t value)
{
    const uint64_t bytes = htole64(value);

    memcpy(take_room(w, sizeof bytes), &bytes, sizeof bytes);
}

static void put_text(struct gcdump_writer *w, const char *text)
{
    if (!text) {
        put_u32(w, UINT32_MAX);
        return;
    }
    size_t size = strnlen(text, GCDUMP_TEXT);
    put_u32(w, (uint32_t)size);
    put(w, text, size);
}

static void put_type(struct gcdump_writer *w, uint32_t version, uint32_t reader, const char *name)
{
    put_u8(w, GCDUMP_BEGIN_OBJECT);
    put_u8(w, GCDUMP_BEGIN_OBJECT);
    put_u8(w, GCDUMP_NULL_REFERENCE);
    put_u32(w, version);
    put_u32(w, reader);
    put_text(w, name);
    put_u8(w, GCDUMP_END_OBJECT);
}

/* Most are small: neighbours, and counts of references. */
static inline void put_int(struct gcdump_writer *w, int32_t value)
{
    if (value >= -0x40 && value < 0x40) {
        *take_room(w, 1) = (uint8_t)(value & 0x7F);
    } else if (value >= -0x2000 && value < 0x2000) {
        uint8_t *to = take_room(w, 2);
        to[0] = (uint8_t)(value >> 7 | 0x80);
        to[1] = (uint8_t)(value & 0x7F);
    } else {
        (void)gcdump_int_put(take_room(w, gcdump_int_size(value)), value);
    }
}

void gcdump_writer_init(struct gcdump_writer *w, int (*write)(void *, const void *, size_t),
                        void *user)
{
    w->write = write;
    w->user = user;
    w->offset = 0;
    w->size = 0;
    w->error = 0;
}

int gcdump_writer_flush(struct gcdump_writer *w)
{
    flush(w);
    return w->error;
}

void gcdump_write_begin(struct gcdump_writer *w, int (*write)(void *, const void *, size_t),
                        void *user, uint64_t total_size, uint32_t root, uint32_t type_count)
{
    gcdump_writer_init(w, write, user);
    put_text(w, GCDUMP_SIGNATURE);
    put_type(w, GCDUMP_VERSION, GCDUMP_READER, GCDUMP_DUMP_TYPE);
    put_type(w, 1, 0, GCDUMP_GRAPH_TYPE);
    put_u64(w, total_size);
    put_u32(w, root);
    put_u32(w, type_count);
}

void gcdump_write_type(struct gcdump_writer *w, const char *name, int32_t size, const char *module)
{
    put_text(w, name);
    put_u32(w, (uint32_t)size);
    put_text(w, module);
}

void gcdump_write_node_count(struct gcdump_writer *w, uint32_t count)
{
    w->nodes = count;
    put_u32(w, count);
}

void gcdump_write_offset(struct gcdump_writer *w, uint32_t offset)
{
    put_u32(w, offset);
}

void gcdump_write_nodes_size(struct gcdump_writer *w, uint32_t size)
{
    put_u32(w, size);
}

void gcdump_write_undefined(struct gcdump_writer *w)
{
    gcdump_write_node(w, 0, false, 0, 0);
}

void gcdump_write_node(struct gcdump_writer *w, uint32_t type, bool own_size, int32_t size,
                       uint32_t children)
{
    put_int(w, (int32_t)(type << 1 | own_size));
    if (own_size)
        put_int(w, size);
    put_int(w, (int32_t)children);
}

void gcdump_write_children(struct gcdump_writer *w, uint32_t node, const uint32_t *children,
                           uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        put_int(w, (int32_t)(children[i] - node));
}

void gcdump_write_descriptions(struct gcdump_writer *w, const void *data, size_t size)
{
    put(w, data, size);
}

void gcdump_write_address_count(struct gcdump_writer *w)
{
    put_u32(w, w->nodes);
}

void gcdump_write_address(struct gcdump_writer *w, uint64_t address)
{
    put_u64(w, address);
}

/* What is behind the graph. Returns the offset that the one table entry has. */
static uint64_t put_process(struct gcdump_writer *w, const struct gcdump_process *process)
{
    put_u8(w, process->is_64_bit);
    put_u32(w, 0x3F800000); /* 1.0: every object is there */
    put_u32(w, 0x3F800000);
    put_u8(w, GCDUMP_NULL_REFERENCE);
    put_u8(w, GCDUMP_NULL_REFERENCE);
    put_text(w, NULL);
    put_u64(w, process->time ? (uint64_t)(process->time + GCDUMP_EPOCH) : 0);
    put_text(w, process->machine);
    put_text(w, process->process);
    put_u32(w, (uint32_t)process->pid);
    put_u64(w, 0);
    put_u64(w, 0);
    put_u32(w, 0);
    put_u8(w, GCDUMP_SKIP_REGION);
    put_u32(w, 0);
    put_u8(w, GCDUMP_NULL_REFERENCE);
    uint64_t region_end = w->offset;
    put_u8(w, GCDUMP_STRING);
    put_text(w, process->tool);
    put_u8(w, GCDUMP_END_OBJECT);
    return region_end;
}

int gcdump_write_end(struct gcdump_writer *w, const struct gcdump_process *process)
{
    put_u8(w, GCDUMP_BYTE);
    put_u8(w, process->is_64_bit);
    put_u8(w, GCDUMP_END_OBJECT);
    uint64_t region_end = put_process(w, process);
    put_u8(w, GCDUMP_END_OBJECT);
    uint64_t table = w->offset;
    put_u32(w, 1);
    put_u32(w, (uint32_t)region_end);
    uint64_t trailer = w->offset;
    put_u32(w, (uint32_t)table);
    put_u32(w, (uint32_t)trailer);
    if (w->error == 0 && w->offset > UINT32_MAX)
        w->error = -EFBIG;
    flush(w);
    return w->error;
}
