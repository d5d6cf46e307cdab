#include "proto/elf/core_extent.h"

#include <elf.h>
#include <string.h>

#include "proto/wire/cursor.h"

/* Gathers `want` bytes in the carry; NULL until they are complete. */
static const uint8_t *gather(struct core_extent *c, struct cursor *in, size_t want)
{
    size_t lacking = want - c->carried;
    size_t take = lacking < in->left ? lacking : in->left;

    memcpy(c->carry + c->carried, cursor_take(in, take), take);
    c->carried += take;
    c->position += take;
    if (c->carried < want)
        return NULL;
    c->carried = 0;
    return c->carry;
}

static enum wire_status take_header(struct core_extent *c, const uint8_t *bytes)
{
    Elf64_Ehdr h;

    memcpy(&h, bytes, sizeof h);
    if (memcmp(h.e_ident, ELFMAG, SELFMAG) != 0 || h.e_ident[EI_CLASS] != ELFCLASS64 ||
        h.e_ident[EI_DATA] != ELFDATA2LSB || h.e_type != ET_CORE ||
        h.e_phentsize != sizeof(Elf64_Phdr) || h.e_phoff < sizeof h)
        return WIRE_BAD;
    c->table_start = h.e_phoff;
    c->segments_left = h.e_phnum;
    c->segment_size = h.e_phentsize;
    c->extent = h.e_phoff + (uint64_t)h.e_phnum * h.e_phentsize;
    c->state = h.e_phnum == 0 ? CORE_EXTENT_DONE : CORE_EXTENT_SKIP;
    return WIRE_MORE;
}

static enum wire_status take_segment(struct core_extent *c, const uint8_t *bytes)
{
    Elf64_Phdr h;
    uint64_t end;

    memcpy(&h, bytes, sizeof h);
    if (__builtin_add_overflow(h.p_offset, h.p_filesz, &end))
        return WIRE_BAD;
    if (end > c->extent)
        c->extent = end;
    if (--c->segments_left == 0)
        c->state = CORE_EXTENT_DONE;
    return WIRE_MORE;
}

/* Bytes between the ELF header and the table: a section header when there are more than 65534
 * segments. */
static void skip(struct core_extent *c, struct cursor *in)
{
    uint64_t gap = c->table_start - c->position;
    size_t take = gap < in->left ? (size_t)gap : in->left;

    cursor_take(in, take);
    c->position += take;
    if (c->position == c->table_start)
        c->state = CORE_EXTENT_SEGMENTS;
}

enum wire_status core_extent_feed(struct core_extent *c, const uint8_t *data, size_t size)
{
    struct cursor in = {data, size, false};
    enum wire_status status = WIRE_MORE;
    const uint8_t *item;

    while (status == WIRE_MORE && c->state != CORE_EXTENT_DONE && in.left > 0) {
        switch (c->state) {
        case CORE_EXTENT_HEADER:
            if ((item = gather(c, &in, sizeof(Elf64_Ehdr))) != NULL)
                status = take_header(c, item);
            break;
        case CORE_EXTENT_SKIP:
            skip(c, &in);
            break;
        case CORE_EXTENT_SEGMENTS:
            if ((item = gather(c, &in, sizeof(Elf64_Phdr))) != NULL)
                status = take_segment(c, item);
            break;
        case CORE_EXTENT_DONE:
        default:
            break;
        }
    }
    if (status == WIRE_BAD)
        return WIRE_BAD;
    return c->state == CORE_EXTENT_DONE ? WIRE_OK : WIRE_MORE;
}
