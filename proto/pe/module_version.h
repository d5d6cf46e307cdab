/*
 * pe/module_version.h - the module version id (MVID) of a .NET assembly: which build of it is this?
 *
 * A pull parser: it says which bytes of the file it wants, gets them, and says what it wants next.
 * No I/O, nothing kept but numbers. The way leads over the PE headers, the CLI header (data
 * directory 14), the metadata root (ECMA-335 II.24.2.1), its streams #~ and #GUID, to the first row
 * of the table Module (II.22.30).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "proto/wire/guid.h"
#include "proto/wire/status.h"

enum {
    PE_PIECE_MAX = 4096, /* 96 sections, the most that Windows loads, take 3840 */
    PE_SECTIONS_MAX = 96,
};

struct pe_section {
    uint32_t address, size, offset; /* in memory, in the file, there */
};

struct pe_module_version {
    /* Wanted next; when the file ends before, what there is will do. */
    uint64_t offset;
    size_t size; /* at most PE_PIECE_MAX */

    enum pe_module_state {
        PE_DOS_HEADER,
        PE_HEADERS,
        PE_SECTIONS,
        PE_CLI_HEADER,
        PE_METADATA_ROOT,
        PE_TABLES,
        PE_GUID,
        PE_DONE,
    } state;
    uint32_t cli_address;
    uint16_t section_count;
    struct pe_section sections[PE_SECTIONS_MAX];
    uint64_t metadata, tables, guids; /* offsets in the file */
    uint32_t guids_size;
    struct guid version;
};

/* Wants the file's start. */
void pe_module_version_init(struct pe_module_version *p);

/* Takes what was wanted. WIRE_MORE: more is; WIRE_OK: `version` is there; WIRE_BAD: not an assembly
 * whose MVID can be read. */
enum wire_status pe_module_version_feed(struct pe_module_version *p, const uint8_t *data,
                                        size_t size);
