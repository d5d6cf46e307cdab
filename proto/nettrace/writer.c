#include "proto/nettrace/writer.h"

#include <stdio.h>
#include <string.h>

#include "proto/nettrace/object.h"
#include "proto/nettrace/writer_impl.h"

enum {
    BLOCK_OBJECT_VERSION = 2,
};

static void put_preamble(struct nettrace_writer *w)
{
    bytes_raw(&w->out, NETTRACE_MAGIC, NETTRACE_MAGIC_SIZE);
    if (w->version >= NETTRACE_V6) {
        bytes_u32(&w->out, 0);
        bytes_u32(&w->out, w->version);
        bytes_u32(&w->out, 0);
        return;
    }
    bytes_u32(&w->out, NETTRACE_SERIALIZATION_SIZE);
    bytes_raw(&w->out, NETTRACE_SERIALIZATION, NETTRACE_SERIALIZATION_SIZE);
}

void nettrace_writer_init(struct nettrace_writer *w, unsigned version, bool compressed)
{
    *w = (struct nettrace_writer){.version = version, .compressed = compressed};
    put_preamble(w);
}

void nettrace_writer_deinit(struct nettrace_writer *w)
{
    bytes_deinit(&w->out);
    bytes_deinit(&w->block);
}

const uint8_t *nettrace_writer_data(const struct nettrace_writer *w, size_t *ret_size)
{
    *ret_size = w->out.size;
    return w->out.failed || w->block.failed ? NULL : w->out.data;
}

void nettrace_writer_clear(struct nettrace_writer *w)
{
    bytes_clear(&w->out);
}

static void put_object_head(struct nettrace_writer *w, const char *name, uint32_t version)
{
    bytes_u8(&w->out, NETTRACE_TAG_BEGIN);
    bytes_u8(&w->out, NETTRACE_TAG_BEGIN);
    bytes_u8(&w->out, NETTRACE_TAG_NULL);
    bytes_u32(&w->out, version);
    bytes_u32(&w->out, version);
    bytes_u32(&w->out, (uint32_t)strlen(name));
    bytes_raw(&w->out, name, strlen(name));
    bytes_u8(&w->out, NETTRACE_TAG_END);
}

static void put_object(struct nettrace_writer *w, const char *name, const void *data, size_t size)
{
    put_object_head(w, name, BLOCK_OBJECT_VERSION);
    bytes_u32(&w->out, (uint32_t)size);
    bytes_zeros(&w->out, (0 - w->out.size) % NETTRACE_BLOCK_ALIGNMENT);
    bytes_raw(&w->out, data, size);
    bytes_u8(&w->out, NETTRACE_TAG_END);
}

/* The open block, if any, is not touched. */
static void put_block(struct nettrace_writer *w, unsigned kind, const char *name, const void *data,
                      size_t size)
{
    if (w->version < NETTRACE_V6) {
        put_object(w, name, data, size);
        return;
    }
    bytes_u32(&w->out, (uint32_t)(kind << 24) | (uint32_t)(size & 0xFFFFFF));
    bytes_raw(&w->out, data, size);
}

static bool has_event_header(const struct nettrace_writer *w, unsigned kind)
{
    return kind == NETTRACE_BLOCK_EVENT ||
           (kind == NETTRACE_BLOCK_METADATA && w->version < NETTRACE_V6);
}

static bool has_count(unsigned kind)
{
    return kind == NETTRACE_BLOCK_STACK || kind == NETTRACE_BLOCK_LABEL_LIST;
}

/* What is known only now: time stamps, counts. */
static void complete_block(struct nettrace_writer *w)
{
    if (has_event_header(w, w->kind)) {
        bytes_patch(&w->block, 4, w->first, 8);
        bytes_patch(&w->block, 12, w->last, 8);
    }
    if (has_count(w->kind))
        bytes_patch(&w->block, 4, w->rows, 4);
}

void nettrace_write_flush(struct nettrace_writer *w)
{
    if (w->kind == NETTRACE_BLOCK_END)
        return;
    complete_block(w);
    put_block(w, w->kind, block_kind_name(w->kind), w->block.data, w->block.size);
    w->kind = NETTRACE_BLOCK_END;
    bytes_clear(&w->block);
}

bool writer_open(struct nettrace_writer *w, unsigned kind)
{
    if (w->kind == kind)
        return false;
    nettrace_write_flush(w);
    w->kind = kind;
    w->rows = 0;
    w->first = 0;
    w->last = 0;
    w->previous = (struct nettrace_event){0};
    if (has_event_header(w, kind)) {
        bytes_u16(&w->block, NETTRACE_EVENT_BLOCK_HEADER);
        bytes_u16(&w->block, w->compressed ? NETTRACE_EVENT_BLOCK_COMPRESSED : 0);
        bytes_zeros(&w->block, 16);
    }
    return true;
}

void nettrace_write_block(struct nettrace_writer *w, unsigned kind, const char *name,
                          const void *data, size_t size)
{
    nettrace_write_flush(w);
    put_block(w, kind, name, data, size);
}

void nettrace_write_end(struct nettrace_writer *w)
{
    nettrace_write_flush(w);
    if (w->version < NETTRACE_V6)
        bytes_u8(&w->out, NETTRACE_TAG_NULL);
    else
        bytes_u32(&w->out, NETTRACE_BLOCK_END);
}

static void put_time(struct bytes *b, const struct nettrace_system_time *t)
{
    const uint16_t parts[] = {t->year, t->month,  t->weekday, t->day,
                              t->hour, t->minute, t->second,  t->millisecond};

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        bytes_u16(b, parts[i]);
}

static void put_pair(struct bytes *b, const char *key, uint64_t value)
{
    char text[24];

    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    bytes_utf8(b, key);
    bytes_utf8(b, text);
}

static void put_pairs(struct bytes *b, const struct nettrace_trace *trace)
{
    bytes_u32(b, trace->process_id == NETTRACE_UNKNOWN_ID ? 2 : 3);
    if (trace->process_id != NETTRACE_UNKNOWN_ID)
        put_pair(b, "ProcessId", trace->process_id);
    put_pair(b, "HardwareThreadCount", trace->processors);
    put_pair(b, "ExpectedCPUSamplingRate", trace->sampling_rate);
}

void nettrace_write_trace(struct nettrace_writer *w, const struct nettrace_trace *trace)
{
    struct bytes b = {0};

    put_time(&b, &trace->start);
    bytes_u64(&b, trace->start_ticks);
    bytes_u64(&b, trace->ticks_per_second);
    bytes_u32(&b, trace->pointer_size);
    if (w->version >= NETTRACE_V6) {
        put_pairs(&b, trace);
        put_block(w, NETTRACE_BLOCK_TRACE, "", b.data, b.size);
    } else {
        bytes_u32(&b, (uint32_t)trace->process_id);
        bytes_u32(&b, trace->processors);
        bytes_u32(&b, trace->sampling_rate);
        put_object_head(w, block_kind_name(NETTRACE_BLOCK_TRACE), w->version);
        bytes_raw(&w->out, b.data, b.size);
        bytes_u8(&w->out, NETTRACE_TAG_END);
    }
    w->out.failed |= b.failed;
    bytes_deinit(&b);
}
