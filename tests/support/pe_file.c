#include "tests/support/pe_file.h"

#include <string.h>

#include "tests/support/world.h"

enum { ADDRESS = 0x2000 }; /* of the only section, which lies at 0x400 in the file */

static void put(uint8_t *at, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

static void put_headers(uint8_t *f, bool narrow)
{
    uint8_t *h = f + PE_FILE_HEADERS, *optional = h + 24;
    uint16_t optional_size = narrow ? 0xE0 : 0xF0;
    uint8_t *directories = optional + (narrow ? 96 : 112), *section = optional + optional_size;

    memcpy(f, "MZ", 2);
    put(f + 60, PE_FILE_HEADERS, 4);
    memcpy(h, "PE\0", 4);
    put(h + 6, 1, 2);
    put(h + 20, optional_size, 2);
    put(optional, narrow ? 0x10B : 0x20B, 2);
    put(directories - 4, 16, 4);
    put(directories + (size_t)14 * 8, ADDRESS, 4);
    put(directories + (size_t)14 * 8 + 4, 72, 4);
    memcpy(section, ".text", 5);
    put(section + 8, 0x400, 4);
    put(section + 12, ADDRESS, 4);
    put(section + 16, 0x400, 4);
    put(section + 20, PE_FILE_CLI, 4);
}

static uint8_t *put_stream(uint8_t *at, uint32_t offset, uint32_t size, const char *name)
{
    put(at, offset - PE_FILE_ROOT, 4);
    put(at + 4, size, 4);
    memcpy(at + 8, name, strlen(name));
    return at + 8 + (strlen(name) / 4 + 1) * 4;
}

static void put_metadata(uint8_t *f, const struct pe_file *o)
{
    uint8_t *root = f + PE_FILE_ROOT, *tables = f + PE_FILE_TABLES, *row = tables + 24 + 8;
    uint32_t number = o->row ? o->row : 1;

    put(f + PE_FILE_CLI, 72, 4);
    put(f + PE_FILE_CLI + 8, ADDRESS + PE_FILE_ROOT - PE_FILE_CLI, 4);
    put(root, 0x424A5342, 4);
    put(root + 12, 12, 4);
    memcpy(root + 16, "v4.0.30319", 10);
    put(root + 30, 3, 2);
    uint8_t *at = put_stream(root + 32, PE_FILE_TABLES, 0x100, "#~");
    at = put_stream(at, PE_FILE_TABLES + 0xF0, 16, "#Strings");
    (void)put_stream(at, PE_FILE_GUIDS, 32, "#GUID");
    tables[4] = 2;
    tables[6] = o->wide ? 7 : 0;
    put(tables + 8, 0x3, 8); /* Module, TypeRef */
    put(tables + 24, 1, 4);
    put(tables + 28, 5, 4);
    put(row + 2 + (o->wide ? 4 : 2), number, o->wide ? 4 : 2);
    if (number == 1 || number == 2)
        memset(f + PE_FILE_GUIDS + (size_t)(number - 1) * 16, o->tag, 16);
}

uint8_t *pe_file_make(const struct pe_file *o)
{
    uint8_t *f = world_alloc(PE_FILE_SIZE);

    put_headers(f, o->narrow);
    put_metadata(f, o);
    return f;
}
