#include <elf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "proto/elf/core_extent.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

enum { FILE_MAX = 4096 };

struct file {
    uint8_t bytes[FILE_MAX];
    size_t size; /* up to the end of the program headers */
};

struct span {
    uint64_t offset, size;
};

static Elf64_Ehdr good_header(uint16_t count, uint64_t table)
{
    Elf64_Ehdr h = {.e_type = ET_CORE,
                    .e_machine = EM_X86_64,
                    .e_version = EV_CURRENT,
                    .e_phoff = table,
                    .e_ehsize = sizeof h,
                    .e_phentsize = sizeof(Elf64_Phdr),
                    .e_phnum = count};

    memcpy(h.e_ident, ELFMAG, SELFMAG);
    h.e_ident[EI_CLASS] = ELFCLASS64;
    h.e_ident[EI_DATA] = ELFDATA2LSB;
    return h;
}

static struct file make(uint64_t table, const struct span *spans, size_t count)
{
    struct file f = {.size = table + count * sizeof(Elf64_Phdr)};
    Elf64_Ehdr h = good_header((uint16_t)count, table);

    memset(f.bytes, 0xEE, sizeof f.bytes);
    memcpy(f.bytes, &h, sizeof h);
    for (size_t i = 0; i < count; i++) {
        Elf64_Phdr p = {.p_type = PT_LOAD, .p_offset = spans[i].offset, .p_filesz = spans[i].size};
        memcpy(f.bytes + table + i * sizeof p, &p, sizeof p);
    }
    return f;
}

/* Feeds an exact-size copy, so that sanitizers see a read behind the end. */
static enum wire_status feed(struct core_extent *c, const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);

    if (!copy)
        abort();
    if (size)
        memcpy(copy, data, size);
    enum wire_status status = core_extent_feed(c, copy, size);
    free(copy);
    return status;
}

static const struct {
    const char *label;
    uint64_t table;
    struct span spans[4];
    size_t count;
    enum wire_status want;
    uint64_t extent;
} rows[] = {
    {"one segment", 64, {{4096, 1000}}, 1, WIRE_OK, 5096},
    {"last is the largest", 64, {{4096, 10}, {5000, 20}}, 2, WIRE_OK, 5020},
    {"first is the largest", 64, {{9000, 10}, {100, 20}, {200, 1}}, 3, WIRE_OK, 9010},
    {"empty segment far away", 64, {{4096, 10}, {99999, 0}}, 2, WIRE_OK, 99999},
    {"a gap before the table", 128, {{4096, 1000}}, 1, WIRE_OK, 5096},
    {"segments inside the headers", 64, {{0, 10}}, 1, WIRE_OK, 64 + 56},
    {"above 4 GiB", 64, {{1ull << 40, 1ull << 33}}, 1, WIRE_OK, (1ull << 40) + (1ull << 33)},
    {"largest sum", 64, {{UINT64_MAX - 5, 5}}, 1, WIRE_OK, UINT64_MAX},
    {"overflow", 64, {{UINT64_MAX - 5, 6}}, 1, WIRE_BAD, 0},
    {"overflow in the second", 64, {{1, 1}, {UINT64_MAX, UINT64_MAX}}, 2, WIRE_BAD, 0},
};

static void test_whole(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct file f = make(rows[i].table, rows[i].spans, rows[i].count);
        struct core_extent c = {0};
        CHECK_AT(rows[i].label, feed(&c, f.bytes, sizeof f.bytes) == rows[i].want);
        CHECK_AT(rows[i].label, rows[i].want == WIRE_BAD || c.extent == rows[i].extent);
    }
}

/* Every piece size, so also byte by byte: the answer comes with the last byte of the headers. */
static void test_splits(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct file f = make(rows[i].table, rows[i].spans, rows[i].count);
        for (size_t piece = 1; piece < 130; piece++) {
            struct core_extent c = {0};
            enum wire_status status = WIRE_MORE;
            size_t at = 0;
            for (; at < f.size && status == WIRE_MORE; at += piece) {
                size_t size = f.size - at < piece ? f.size - at : piece;
                status = feed(&c, f.bytes + at, size);
            }
            CHECK_AT(rows[i].label, status == rows[i].want && at >= f.size);
            CHECK_AT(rows[i].label, status == WIRE_BAD || c.extent == rows[i].extent);
        }
    }
}

static void test_random_splits(void)
{
    unsigned seed = 4711;

    for (int round = 0; round < 500; round++) {
        struct file f = make(200, (const struct span[]){{1, 2}, {3, 4}, {5000, 6}}, 3);
        struct core_extent c = {0};
        enum wire_status status = WIRE_MORE;
        for (size_t at = 0; at < f.size;) {
            size_t size = (size_t)rand_r(&seed) % 90;
            if (size > f.size - at)
                size = f.size - at;
            CHECK(status == WIRE_MORE);
            status = feed(&c, f.bytes + at, size);
            at += size;
        }
        CHECK(status == WIRE_OK && c.extent == 5006);
        CHECK_AT("further bytes do not matter", feed(&c, f.bytes, 100) == WIRE_OK);
        CHECK(c.extent == 5006);
    }
}

static void test_truncated(void)
{
    struct file f = make(64, (const struct span[]){{4096, 1000}, {6000, 1}}, 2);

    for (size_t size = 0; size < f.size; size++) {
        struct core_extent c = {0};
        CHECK(feed(&c, f.bytes, size) == WIRE_MORE);
        CHECK_AT("nothing more", core_extent_feed(&c, NULL, 0) == WIRE_MORE);
    }
}

static const struct {
    const char *label;
    size_t at;
    uint8_t byte;
} not_cores[] = {
    {"magic", 0, 'E'},
    {"last of the magic", 3, 'f'},
    {"32 bit", EI_CLASS, ELFCLASS32},
    {"big-endian", EI_DATA, ELFDATA2MSB},
    {"executable", offsetof(Elf64_Ehdr, e_type), ET_EXEC},
    {"size of a segment", offsetof(Elf64_Ehdr, e_phentsize), 55},
    {"table inside the header", offsetof(Elf64_Ehdr, e_phoff), 63},
};

static void test_not_a_core(void)
{
    for (size_t i = 0; i < COUNT_OF(not_cores); i++) {
        struct file f = make(64, (const struct span[]){{4096, 1000}}, 1);
        struct core_extent c = {0};
        f.bytes[not_cores[i].at] = not_cores[i].byte;
        CHECK_AT(not_cores[i].label, feed(&c, f.bytes, f.size) == WIRE_BAD);
    }
}

/* What is no core stays none, also when a core follows. */
static void test_bad_stays_bad(void)
{
    struct file f = make(64, (const struct span[]){{4096, 1000}}, 1);
    struct core_extent c = {0};
    uint8_t zeros[64] = {0};

    CHECK(feed(&c, zeros, sizeof zeros) == WIRE_BAD);
    CHECK(feed(&c, f.bytes, f.size) == WIRE_BAD);
    CHECK(core_extent_feed(&c, NULL, 0) == WIRE_BAD);
}

static void test_no_segments(void)
{
    struct file f = make(64, NULL, 0);
    struct core_extent c = {0};

    CHECK(feed(&c, f.bytes, f.size) == WIRE_OK);
    CHECK(c.extent == 64);
}

/* A table that begins near the end of all numbers: its own end must not wrap to a small extent. */
static void test_far_table(void)
{
    Elf64_Ehdr h = good_header(4, UINT64_MAX - 100);
    struct core_extent c = {0};
    enum wire_status status = feed(&c, (const uint8_t *)&h, sizeof h);

    CHECK(status == WIRE_BAD || (status == WIRE_MORE && c.extent >= UINT64_MAX - 100));
}

/* More than 65534 segments: e_phnum is 0xFFFF and the number is the sh_info of the section header
 * between ELF header and table (elf(5), PN_XNUM). */
static void check_many(const char *label, uint32_t segments)
{
    Elf64_Shdr section = {.sh_info = segments};
    uint64_t table = sizeof(Elf64_Ehdr) + sizeof section;
    Elf64_Ehdr h = good_header(PN_XNUM, table);
    struct core_extent c = {0};
    enum wire_status status;

    h.e_shoff = sizeof h;
    h.e_shnum = 1;
    h.e_shentsize = sizeof section;
    CHECK_AT(label, feed(&c, (const uint8_t *)&h, sizeof h) == WIRE_MORE);
    CHECK_AT(label, feed(&c, (const uint8_t *)&section, sizeof section) == WIRE_MORE);
    for (uint32_t i = 0; i + 1 < segments; i++) {
        Elf64_Phdr p = {.p_offset = 4096 + i, .p_filesz = 1};
        status = core_extent_feed(&c, (const uint8_t *)&p, sizeof p);
        if (status != WIRE_MORE) {
            CHECK_AT(label, status == WIRE_MORE);
            return;
        }
    }
    Elf64_Phdr last = {.p_offset = 1ull << 32, .p_filesz = 77};
    CHECK_AT(label, core_extent_feed(&c, (const uint8_t *)&last, sizeof last) == WIRE_OK);
    CHECK_AT(label, c.extent == (1ull << 32) + 77);
}

static void test_many_segments(void)
{
    check_many("65535 segments", 65535);
    check_many("70000 segments", 70000);
}

TEST_SUITE("proto/elf/core_extent", {"whole", test_whole}, {"splits", test_splits},
           {"random splits", test_random_splits}, {"truncated", test_truncated},
           {"not a core", test_not_a_core}, {"bad stays bad", test_bad_stays_bad},
           {"no segments", test_no_segments}, {"far table", test_far_table},
           {"many segments", test_many_segments})
