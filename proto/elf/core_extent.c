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

/* The number of segments is known; the table is the next that counts. */
static void expect_segments(struct core_extent *c, uint32_t count)
{
    c->segments_left = count;
    c->extent = c->table_start + (uint64_t)count * sizeof(Elf64_Phdr);
    if (count > CORE_SEGMENTS_MAX)
        c->state = CORE_EXTENT_BAD;
    else if (count == 0)
        c->state = CORE_EXTENT_DONE;
    else
        c->state = c->position == c->table_start ? CORE_EXTENT_SEGMENTS : CORE_EXTENT_SKIP;
}

static void take_header(struct core_extent *c, const uint8_t *bytes)
{
    Elf64_Ehdr h;

    memcpy(&h, bytes, sizeof h);
    c->state = CORE_EXTENT_BAD;
    if (memcmp(h.e_ident, ELFMAG, SELFMAG) != 0 || h.e_ident[EI_CLASS] != ELFCLASS64 ||
        h.e_ident[EI_DATA] != ELFDATA2LSB || h.e_type != ET_CORE ||
        h.e_phentsize != sizeof(Elf64_Phdr) || h.e_phoff < sizeof h ||
        h.e_phoff > CORE_TABLE_START_MAX)
        return;
    c->table_start = h.e_phoff;
    if (h.e_phnum != PN_XNUM)
        expect_segments(c, h.e_phnum);
    else if (h.e_shoff == sizeof h && h.e_phoff >= sizeof h + sizeof(Elf64_Shdr))
        c->state = CORE_EXTENT_SECTION;
}

static void take_section(struct core_extent *c, const uint8_t *bytes)
{
    Elf64_Shdr h;

    memcpy(&h, bytes, sizeof h);
    expect_segments(c, h.sh_info);
}

static void take_segment(struct core_extent *c, const uint8_t *bytes)
{
    Elf64_Phdr h;
    uint64_t end;

    memcpy(&h, bytes, sizeof h);
    if (__builtin_add_overflow(h.p_offset, h.p_filesz, &end)) {
        c->state = CORE_EXTENT_BAD;
        return;
    }
    if (end > c->extent)
        c->extent = end;
    if (--c->segments_left == 0)
        c->state = CORE_EXTENT_DONE;
}

static void skip(struct core_extent *c, struct cursor *in)
{
    uint64_t gap = c->table_start - c->position;
    size_t take = gap < in->left ? (size_t)gap : in->left;

    cursor_take(in, take);
    c->position += take;
    if (c->position == c->table_start)
        c->state = CORE_EXTENT_SEGMENTS;
}

/* What is gathered before it can be read, by state. */
static const struct {
    size_t size;
    void (*take)(struct core_extent *c, const uint8_t *bytes);
} items[] = {
    [CORE_EXTENT_HEADER] = {sizeof(Elf64_Ehdr), take_header},
    [CORE_EXTENT_SECTION] = {sizeof(Elf64_Shdr), take_section},
    [CORE_EXTENT_SEGMENTS] = {sizeof(Elf64_Phdr), take_segment},
};

enum wire_status core_extent_feed(struct core_extent *c, const uint8_t *data, size_t size)
{
    struct cursor in = {data, size, false};

    while (c->state < CORE_EXTENT_DONE && in.left > 0) {
        if (c->state == CORE_EXTENT_SKIP) {
            skip(c, &in);
            continue;
        }
        const uint8_t *item = gather(c, &in, items[c->state].size);
        if (item)
            items[c->state].take(c, item);
    }
    if (c->state == CORE_EXTENT_BAD)
        return WIRE_BAD;
    return c->state == CORE_EXTENT_DONE ? WIRE_OK : WIRE_MORE;
}
