#include "proto/nettrace/object.h"
#include "tests/support/check.h"

#define TYPE(version, size, name)                                                                  \
    "\x05\x05\x01" version "\0\0\0" version "\0\0\0" size "\0\0\0" name "\x06"
#define EVENT_BLOCK TYPE("\2", "\x0A", "EventBlock")

static const struct {
    const char *label, *bytes;
    size_t size;
    uint64_t offset;
    enum wire_status status;
    unsigned kind;
    uint32_t block_size;
    unsigned padding;
} objects[] = {
    {"end", "\1", 1, 0, WIRE_OK, NETTRACE_BLOCK_END, 0, 0},
    {"trace", TYPE("\4", "\5", "Trace"), 21, 32, WIRE_OK, NETTRACE_BLOCK_TRACE, 48, 0},
    {"at 2, needs none", EVENT_BLOCK "\7\0\0\0", 30, 2, WIRE_OK, NETTRACE_BLOCK_EVENT, 7, 0},
    {"at 1, needs 1", EVENT_BLOCK "\7\0\0\0\0", 31, 1, WIRE_OK, NETTRACE_BLOCK_EVENT, 7, 1},
    {"at 0, needs 2", EVENT_BLOCK "\7\0\0\0\0\0", 32, 0, WIRE_OK, NETTRACE_BLOCK_EVENT, 7, 2},
    {"at 3, needs 3", EVENT_BLOCK "\7\0\0\0\0\0\0", 33, 3, WIRE_OK, NETTRACE_BLOCK_EVENT, 7, 3},
    {"padding cut", EVENT_BLOCK "\7\0\0\0\0", 31, 0, WIRE_MORE, 0, 0, 0},
    {"unknown name", TYPE("\2", "\2", "XY") "\7\0\0\0", 22, 2, WIRE_OK, NETTRACE_BLOCK_UNKNOWN, 7,
     0},
    {"name that only v6 has", TYPE("\2", "\x0B", "ThreadBlock") "\7\0\0\0", 31, 1, WIRE_OK,
     NETTRACE_BLOCK_UNKNOWN, 7, 0},
    {"empty", "", 0, 0, WIRE_MORE, 0, 0, 0},
    {"wrong tag", "\2", 1, 0, WIRE_BAD, 0, 0, 0},
};

static void test_objects(void)
{
    for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++) {
        struct cursor in = cursor_of(objects[i].bytes, objects[i].size);
        struct block_header header = {0};
        struct block_fault fault = {0};
        enum wire_status status = object_header_decode(&in, objects[i].offset, &header, &fault);

        CHECK_AT(objects[i].label, status == objects[i].status);
        CHECK_AT(objects[i].label, (fault.expected != NULL) == (status == WIRE_BAD));
        CHECK_AT(objects[i].label, header.kind == objects[i].kind);
        CHECK_AT(objects[i].label, header.size == objects[i].block_size);
        CHECK_AT(objects[i].label, header.padding == objects[i].padding);
        CHECK_AT(objects[i].label, status != WIRE_OK || in.left == 0);
    }
}

static void test_blocks(void)
{
    struct cursor in = cursor_of("\1\2\3\x08", 4);
    struct block_header header;

    CHECK(block_header_decode(&in, &header) == WIRE_OK && header.size == 0x030201);
    CHECK(header.kind == NETTRACE_BLOCK_LABEL_LIST);
    in = cursor_of("\0\0\0\x09", 4);
    CHECK(block_header_decode(&in, &header) == WIRE_OK && header.kind == NETTRACE_BLOCK_UNKNOWN);
    in = cursor_of("\0\0\0", 3);
    CHECK(block_header_decode(&in, &header) == WIRE_MORE);
    CHECK(strcmp(block_kind_name(NETTRACE_BLOCK_STACK), "StackBlock") == 0);
    CHECK(strcmp(block_kind_name(1000), "a block of unknown kind") == 0);
}

TEST_SUITE("proto/nettrace/object", {"objects", test_objects}, {"blocks", test_blocks})
