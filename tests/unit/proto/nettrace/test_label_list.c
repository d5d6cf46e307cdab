#include "proto/nettrace/format.h"
#include "proto/nettrace/label_list.h"
#include "tests/support/check.h"

#define HEAD(count) "\1\0\0\0" count "\0\0\0"

static const struct {
    const char *label, *bytes;
    size_t size;
    enum wire_status status;
    size_t lists;
} blocks[] = {
    {"none", HEAD("\0"), 8, WIRE_OK, 0},
    {"two lists", HEAD("\2") "\x07\1\x89\2\x8A\3", 14, WIRE_OK, 2},
    {"more claimed than there", HEAD("\3") "\x87\1", 10, WIRE_MORE, 1},
    {"cut", HEAD("\1") "\x84\1\2", 11, WIRE_MORE, 0},
    {"without its last", HEAD("\1") "\x07\1", 10, WIRE_MORE, 0},
    {"unknown kind", HEAD("\1") "\x8B\1", 10, WIRE_BAD, 0},
    {"kind 0", HEAD("\1") "\x80\1", 10, WIRE_BAD, 0},
    {"cut head", "\1\0\0", 3, WIRE_MORE, 0},
};

static void test_blocks(void)
{
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
        struct cursor in = cursor_of(blocks[i].bytes, blocks[i].size);
        struct spans lists = {0};

        CHECK_AT(blocks[i].label, label_list_block_read(&in, &lists) == blocks[i].status);
        CHECK_AT(blocks[i].label, lists.count == blocks[i].lists);
        spans_deinit(&lists);
    }
}

static void test_all_kinds(void)
{
    static const char bytes[] = "\1aaaaaaaaaaaaaaaa\2bbbbbbbbbbbbbbbb\3cccccccccccccccc"
                                "\4\1\0\0\0\0\0\0\0\5\3key\5value\6\1n\x03\7\x0B"
                                "\x08\xFF\0\0\0\0\0\0\0\x09\5\x8A\7";
    struct nettrace_labels labels;
    struct nettrace_label label;
    size_t count = 0;

    nettrace_labels_of((const uint8_t *)bytes, sizeof bytes - 1, &labels);
    CHECK(labels.activity.bytes[0] == 'a' && labels.related.bytes[15] == 'b');
    CHECK(labels.trace_id.bytes[3] == 'c' && labels.span_id == 1);
    CHECK(labels.has_opcode && labels.opcode == 11 && labels.has_level && labels.level == 5);
    CHECK(labels.has_keywords && labels.keywords == 255);
    CHECK(labels.has_version && labels.version == 7);
    for (struct cursor in = labels.all; in.left > 0; count++) {
        REQUIRE(nettrace_label_take(&in, &label));
        CHECK(label.last == (in.left == 0));
        if (label.kind == NETTRACE_LABEL_STRING)
            CHECK(label.key.left == 3 && label.text.left == 5 && label.text.at[0] == 'v');
        if (label.kind == NETTRACE_LABEL_NUMBER)
            CHECK((int64_t)label.number == -2 && label.key.left == 1);
    }
    CHECK(count == 10);
}

TEST_SUITE("proto/nettrace/label_list", {"blocks", test_blocks}, {"all kinds", test_all_kinds})
