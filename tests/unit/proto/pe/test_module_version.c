#include <stdlib.h>
#include <string.h>

#include "proto/pe/module_version.h"
#include "tests/support/files.h"
#include "tests/support/pe_file.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

enum { STEPS_MAX = 16 };

/* Gives it what it wants, in copies of exact size, so that sanitizers see a read behind the end. */
static enum wire_status run(struct pe_module_version *p, const uint8_t *file, size_t size)
{
    enum wire_status status = WIRE_MORE;

    pe_module_version_init(p);
    for (int i = 0; status == WIRE_MORE; i++) {
        size_t n = p->offset >= size ? 0 : size - p->offset;
        REQUIRE(i < STEPS_MAX && p->size <= PE_PIECE_MAX);
        n = n < p->size ? n : p->size;
        uint8_t *copy = malloc(n + 1);
        REQUIRE(copy != NULL);
        if (n)
            memcpy(copy, file + p->offset, n);
        status = pe_module_version_feed(p, copy, n);
        free(copy);
    }
    return status;
}

static bool is_tag(const struct guid *version, uint8_t tag)
{
    struct guid want;

    memset(want.bytes, tag, sizeof want.bytes);
    return guid_equal(version, &want);
}

static void test_kinds(void)
{
    static const struct pe_file rows[] = {{false, false, 0xA1, 0},
                                          {true, false, 0xA2, 0},
                                          {false, true, 0xA3, 0},
                                          {true, true, 0xA4, 2}};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct pe_module_version p;
        CHECK(run(&p, pe_file_make(&rows[i]), PE_FILE_SIZE) == WIRE_OK);
        CHECK(is_tag(&p.version, rows[i].tag));
        CHECK_AT("asked again", pe_module_version_feed(&p, NULL, 0) == WIRE_OK);
    }
}

static const struct {
    const char *label;
    size_t at;
    uint8_t bytes[4];
    size_t size;
} damage[] = {
    {"no MZ", 0, {'M', 'X'}, 2},
    {"headers behind the end", 60, {0, 0, 0, 0xFF}, 4},
    {"no PE", PE_FILE_HEADERS, {'N', 'E'}, 2},
    {"no sections", PE_FILE_HEADERS + 6, {0, 0}, 2},
    {"too many sections", PE_FILE_HEADERS + 6, {97, 0}, 2},
    {"neither 32 nor 64 bits", PE_FILE_HEADERS + 24, {0x07, 0x01}, 2},
    {"too few directories", PE_FILE_HEADERS + 24 + 108, {14}, 1},
    {"native code: no CLI header", PE_FILE_HEADERS + 24 + 112 + 14 * 8, {0, 0}, 2},
    {"CLI header in no section", PE_FILE_HEADERS + 24 + 112 + 14 * 8, {0, 0x90}, 2},
    {"section behind the end", PE_FILE_SECTIONS + 20, {0, 0, 0, 0xF0}, 4},
    {"metadata in no section", PE_FILE_CLI + 8, {0, 0x90}, 2},
    {"no BSJB", PE_FILE_ROOT, {0}, 1},
    {"version text too long", PE_FILE_ROOT + 12, {0, 2}, 2},
    {"no streams", PE_FILE_ROOT + 30, {0, 0}, 2},
    {"stream name without end", PE_FILE_ROOT + 32 + 12 + 8, {'#', 'S', 't', 'r'}, 4},
    {"no tables stream", PE_FILE_ROOT + 32 + 8, {'#', '-'}, 2},
    {"tables behind the end", PE_FILE_ROOT + 32, {0, 0xFF}, 2},
    {"no module table", PE_FILE_TABLES + 8, {2}, 1},
    {"no GUID", PE_FILE_TABLES + 24 + 8 + 4, {0, 0}, 2},
    {"GUID behind the heap", PE_FILE_TABLES + 24 + 8 + 4, {3, 0}, 2},
};

static void test_damage(void)
{
    const struct pe_file good = {.tag = 1};

    for (size_t i = 0; i < COUNT_OF(damage); i++) {
        struct pe_module_version p;
        uint8_t *file = pe_file_make(&good);
        memcpy(file + damage[i].at, damage[i].bytes, damage[i].size);
        enum wire_status status = run(&p, file, PE_FILE_SIZE);
        if (strcmp(damage[i].label, "stream name without end") == 0)
            CHECK_AT(damage[i].label, status != WIRE_MORE); /* the name goes on: still readable */
        else
            CHECK_AT(damage[i].label, status == WIRE_BAD);
    }
}

static void test_cut(void)
{
    const uint8_t *file = pe_file_make(&(struct pe_file){.tag = 1});
    struct pe_module_version p;

    for (size_t size = 0; size < PE_FILE_GUIDS + 16; size++)
        CHECK(run(&p, file, size) == WIRE_BAD);
    CHECK(run(&p, file, PE_FILE_GUIDS + 16) == WIRE_OK);
}

WORLD_SUITE("proto/pe/module_version", {"kinds", test_kinds}, {"damage", test_damage},
            {"cut", test_cut})
