/*
 * support/pe_file.h - the least that an assembly needs for its MVID to be found.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PE_FILE_SIZE = 0x800 };

/* Where the parts begin; a test may damage them. */
enum {
    PE_FILE_HEADERS = 0x80,
    PE_FILE_SECTIONS = 0x188, /* of PE32+; of PE32 16 bytes before */
    PE_FILE_CLI = 0x400,
    PE_FILE_ROOT = 0x500,
    PE_FILE_TABLES = 0x600,
    PE_FILE_GUIDS = 0x700,
};

struct pe_file {
    bool narrow;  /* PE32, else PE32+ */
    bool wide;    /* heap indexes of 4 bytes */
    uint8_t tag;  /* each byte of the MVID */
    uint32_t row; /* index of the MVID in the heap; 0: 1 */
};

/* PE_FILE_SIZE bytes, that live until the test has ended. */
uint8_t *pe_file_make(const struct pe_file *o);
