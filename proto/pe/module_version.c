#include "proto/pe/module_version.h"

#include <string.h>

#include "proto/wire/cursor.h"

enum {
    DOS_MAGIC = 0x5A4D,
    PE_MAGIC = 0x4550,
    PE32 = 0x10B,
    PE32_PLUS = 0x20B,
    COFF_SIZE = 24, /* with the signature */
    SECTION_SIZE = 40,
    CLI_DIRECTORY = 14,
    CLI_SIZE = 72,
    METADATA_MAGIC = 0x424A5342,
    VERSION_MAX = 255, /* of the metadata root's text */
    STREAMS_MAX = 16,
    TABLE_ROWS_MAX = 24 + 64 * 4 + 10, /* header, counts, the row up to its MVID */
    WIDE_STRINGS = 0x1,
    WIDE_GUIDS = 0x2,
};

static enum wire_status want(struct pe_module_version *p, enum pe_module_state state,
                             uint64_t offset, size_t size)
{
    p->state = state;
    p->offset = offset;
    p->size = size;
    return WIRE_MORE;
}

void pe_module_version_init(struct pe_module_version *p)
{
    *p = (struct pe_module_version){0};
    (void)want(p, PE_DOS_HEADER, 0, 64);
}

static enum wire_status read_dos_header(struct pe_module_version *p, struct cursor *in)
{
    uint16_t magic = cursor_u16(in);

    cursor_skip(in, 58);
    uint32_t headers = cursor_u32(in);
    if (in->bad || magic != DOS_MAGIC)
        return WIRE_BAD;
    return want(p, PE_HEADERS, headers, COFF_SIZE + 112 + 16 * 8);
}

/* The sections stand behind the optional header, which says how long it is. */
static enum wire_status read_headers(struct pe_module_version *p, struct cursor *in)
{
    uint32_t magic = cursor_u32(in);

    cursor_skip(in, 2);
    p->section_count = cursor_u16(in);
    cursor_skip(in, 12);
    uint16_t optional_size = cursor_u16(in);
    cursor_skip(in, 2);
    uint16_t kind = cursor_u16(in);
    cursor_skip(in, kind == PE32_PLUS ? 106 : 90);
    uint32_t directories = cursor_u32(in);
    cursor_skip(in, CLI_DIRECTORY * 8);
    p->cli_address = cursor_u32(in);
    if (in->bad || magic != PE_MAGIC || (kind != PE32 && kind != PE32_PLUS) ||
        directories <= CLI_DIRECTORY || p->cli_address == 0 || p->section_count == 0 ||
        p->section_count > PE_SECTIONS_MAX)
        return WIRE_BAD;
    return want(p, PE_SECTIONS, p->offset + COFF_SIZE + optional_size,
                (size_t)p->section_count * SECTION_SIZE);
}

/* False: no section holds the address. */
static bool to_offset(const struct pe_module_version *p, uint32_t address, uint64_t *ret)
{
    for (size_t i = 0; i < p->section_count; i++) {
        const struct pe_section *s = &p->sections[i];
        if (address >= s->address && address - s->address < s->size) {
            *ret = (uint64_t)s->offset + (address - s->address);
            return true;
        }
    }
    return false;
}

static enum wire_status read_sections(struct pe_module_version *p, struct cursor *in)
{
    uint64_t offset;

    for (size_t i = 0; i < p->section_count; i++) {
        struct pe_section *s = &p->sections[i];
        cursor_skip(in, 12); /* name, size in memory */
        s->address = cursor_u32(in);
        s->size = cursor_u32(in);
        s->offset = cursor_u32(in);
        cursor_skip(in, 16);
    }
    if (in->bad || !to_offset(p, p->cli_address, &offset))
        return WIRE_BAD;
    return want(p, PE_CLI_HEADER, offset, CLI_SIZE);
}

static enum wire_status read_cli_header(struct pe_module_version *p, struct cursor *in)
{
    cursor_skip(in, 8);
    uint32_t address = cursor_u32(in);
    if (in->bad || !to_offset(p, address, &p->metadata))
        return WIRE_BAD;
    return want(p, PE_METADATA_ROOT, p->metadata, 20 + VERSION_MAX + 1 + STREAMS_MAX * 40);
}

/* A NUL-ended name, filled up to 4 bytes. False: not one of at most 32 bytes. */
static bool read_stream_name(struct cursor *in, char name[static 33])
{
    for (size_t size = 0; size <= 28; size += 4) {
        const uint8_t *four = cursor_take(in, 4);
        if (!four)
            return false;
        memcpy(name + size, four, 4);
        if (four[3] == 0)
            return true;
    }
    return false;
}

static bool read_streams(struct pe_module_version *p, struct cursor *in, unsigned count)
{
    char name[33] = "";

    for (unsigned i = 0; i < count && i < STREAMS_MAX; i++) {
        uint32_t offset = cursor_u32(in), size = cursor_u32(in);
        if (!read_stream_name(in, name))
            return false;
        if (strcmp(name, "#~") == 0) {
            p->tables = p->metadata + offset;
        } else if (strcmp(name, "#GUID") == 0) {
            p->guids = p->metadata + offset;
            p->guids_size = size;
        }
    }
    return p->tables && p->guids;
}

static enum wire_status read_metadata_root(struct pe_module_version *p, struct cursor *in)
{
    uint32_t magic = cursor_u32(in);

    cursor_skip(in, 8);
    uint32_t version_size = cursor_u32(in); /* with its filling */
    if (version_size > VERSION_MAX + 1)
        return WIRE_BAD;
    cursor_skip(in, version_size);
    cursor_skip(in, 2);
    uint16_t count = cursor_u16(in);
    if (in->bad || magic != METADATA_MAGIC || !read_streams(p, in, count))
        return WIRE_BAD;
    return want(p, PE_TABLES, p->tables, TABLE_ROWS_MAX);
}

/* Module is table 0: its row comes right behind the counts of rows. */
static enum wire_status read_tables(struct pe_module_version *p, struct cursor *in)
{
    cursor_skip(in, 6);
    uint8_t heaps = cursor_u8(in);
    cursor_skip(in, 1);
    uint64_t valid = cursor_u64(in);
    cursor_skip(in, 8);
    cursor_skip(in, (size_t)__builtin_popcountll(valid) * 4);
    cursor_skip(in, 2); /* generation */
    cursor_skip(in, heaps & WIDE_STRINGS ? 4 : 2);
    uint32_t number = heaps & WIDE_GUIDS ? cursor_u32(in) : cursor_u16(in);
    if (in->bad || !(valid & 1) || number == 0 || number > p->guids_size / GUID_SIZE)
        return WIRE_BAD;
    return want(p, PE_GUID, p->guids + (uint64_t)(number - 1) * GUID_SIZE, GUID_SIZE);
}

static enum wire_status read_guid(struct pe_module_version *p, struct cursor *in)
{
    p->version = guid_read(in);
    if (in->bad)
        return WIRE_BAD;
    p->state = PE_DONE;
    return WIRE_OK;
}

enum wire_status pe_module_version_feed(struct pe_module_version *p, const uint8_t *data,
                                        size_t size)
{
    static enum wire_status (*const readers[])(struct pe_module_version *, struct cursor *) = {
        [PE_DOS_HEADER] = read_dos_header,
        [PE_HEADERS] = read_headers,
        [PE_SECTIONS] = read_sections,
        [PE_CLI_HEADER] = read_cli_header,
        [PE_METADATA_ROOT] = read_metadata_root,
        [PE_TABLES] = read_tables,
        [PE_GUID] = read_guid,
    };
    struct cursor in = cursor_of(data, size);

    return p->state == PE_DONE ? WIRE_OK : readers[p->state](p, &in);
}
