#include "proto/nettrace/object.h"

#include <string.h>

#include "proto/nettrace/limits.h"

/* By the names of v4 and v5; those that only v6 has get names of our own for error texts. */
static const char *const names[] = {
    [NETTRACE_BLOCK_END] = "end of stream",
    [NETTRACE_BLOCK_TRACE] = "Trace",
    [NETTRACE_BLOCK_EVENT] = "EventBlock",
    [NETTRACE_BLOCK_METADATA] = "MetadataBlock",
    [NETTRACE_BLOCK_SEQUENCE_POINT] = "SPBlock",
    [NETTRACE_BLOCK_STACK] = "StackBlock",
    [NETTRACE_BLOCK_THREAD] = "ThreadBlock",
    [NETTRACE_BLOCK_REMOVE_THREAD] = "RemoveThreadBlock",
    [NETTRACE_BLOCK_LABEL_LIST] = "LabelListBlock",
    [NETTRACE_BLOCK_UNKNOWN] = "a block of unknown kind",
};

const char *block_kind_name(unsigned kind)
{
    return names[kind < sizeof names / sizeof names[0] ? kind : NETTRACE_BLOCK_UNKNOWN];
}

static unsigned kind_of(const uint8_t *name, size_t size)
{
    for (unsigned kind = NETTRACE_BLOCK_TRACE; kind <= NETTRACE_BLOCK_STACK; kind++) {
        if (strlen(names[kind]) == size && memcmp(names[kind], name, size) == 0)
            return kind;
    }
    return NETTRACE_BLOCK_UNKNOWN;
}

/* Takes a tag; false when another is there, which is noted. */
static bool expect_tag(struct cursor *in, const uint8_t *start, uint8_t tag, const char *expected,
                       struct block_fault *fault)
{
    size_t at = (size_t)(in->at - start);

    if (in->left == 0 || *in->at == tag) {
        cursor_skip(in, 1);
        return true;
    }
    *fault = (struct block_fault){expected, at};
    return false;
}

/* The type: version, least reader, name. */
static enum wire_status take_type(struct cursor *in, const uint8_t *start,
                                  struct block_header *header, struct block_fault *fault)
{
    header->version = cursor_u32(in);
    header->least_reader = cursor_u32(in);
    uint32_t size = cursor_u32(in);
    if (size > NETTRACE_OBJECT_NAME) {
        *fault = (struct block_fault){"the name of an object type, at most 64 bytes",
                                      (size_t)(in->at - start) - 4};
        return WIRE_BAD;
    }
    const uint8_t *name = cursor_take(in, size);
    if (in->bad)
        return WIRE_MORE;
    header->kind = kind_of(name, size);
    return WIRE_OK;
}

static void take_size(struct cursor *in, const uint8_t *start, uint64_t offset,
                      struct block_header *header)
{
    if (header->kind == NETTRACE_BLOCK_TRACE) {
        header->size = NETTRACE_V4_TRACE_SIZE;
        return;
    }
    header->size = cursor_u32(in);
    uint64_t at = offset + (uint64_t)(in->at - start);
    header->padding = (uint8_t)((0 - at) % NETTRACE_BLOCK_ALIGNMENT);
    cursor_skip(in, header->padding);
}

enum wire_status object_header_decode(struct cursor *in, uint64_t offset,
                                      struct block_header *ret_header,
                                      struct block_fault *ret_fault)
{
    struct block_header header = {0};
    const uint8_t *start = in->at;

    if (in->left > 0 && *start == NETTRACE_TAG_NULL) {
        cursor_skip(in, 1);
        *ret_header = (struct block_header){.kind = NETTRACE_BLOCK_END};
        return WIRE_OK;
    }
    if (!expect_tag(in, start, NETTRACE_TAG_BEGIN, "the start of an object (5) or the end (1)",
                    ret_fault) ||
        !expect_tag(in, start, NETTRACE_TAG_BEGIN, "the start of an object's type (5)",
                    ret_fault) ||
        !expect_tag(in, start, NETTRACE_TAG_NULL, "an object type without a type (1)", ret_fault))
        return WIRE_BAD;
    enum wire_status status = take_type(in, start, &header, ret_fault);
    if (status != WIRE_OK)
        return status;
    if (!expect_tag(in, start, NETTRACE_TAG_END, "the end of an object's type (6)", ret_fault))
        return WIRE_BAD;
    take_size(in, start, offset, &header);
    if (in->bad)
        return WIRE_MORE;
    *ret_header = header;
    return WIRE_OK;
}

enum wire_status block_header_decode(struct cursor *in, struct block_header *ret_header)
{
    uint32_t word = cursor_u32(in);
    unsigned kind = word >> 24;

    if (in->bad)
        return WIRE_MORE;
    *ret_header = (struct block_header){
        .kind = kind < NETTRACE_BLOCK_KINDS ? kind : NETTRACE_BLOCK_UNKNOWN,
        .size = word & 0xFFFFFF,
    };
    return WIRE_OK;
}
