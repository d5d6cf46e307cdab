#include <errno.h>
#include <string.h>

#include "proto/gcdump/writer.h"
#include "tests/support/check.h"

struct taken {
    size_t size, largest, calls;
    int result;
};

static int take(void *user, const void *data, size_t size)
{
    struct taken *t = user;

    (void)data;
    t->calls++;
    t->size += size;
    t->largest = size > t->largest ? size : t->largest;
    return t->result;
}

static int write_many(struct taken *t, uint32_t count)
{
    struct gcdump_writer w;

    gcdump_write_begin(&w, take, t, 0, 0, 1);
    gcdump_write_type(&w, "UNDEFINED", 0, NULL);
    gcdump_write_node_count(&w, count);
    for (uint32_t i = 0; i < count; i++)
        gcdump_write_offset(&w, 0);
    gcdump_write_nodes_size(&w, GCDUMP_UNDEFINED_SIZE);
    gcdump_write_undefined(&w);
    gcdump_write_address_count(&w);
    for (uint32_t i = 0; i < count; i++)
        gcdump_write_address(&w, i);
    return gcdump_write_end(&w, &(struct gcdump_process){.tool = "t"});
}

static void test_pieces(void)
{
    struct taken t = {0};

    CHECK(write_many(&t, 100000) == 0);
    CHECK(t.largest <= GCDUMP_PIECE && t.size > 1200000 && t.size < 1200400);
}

/* After a failure nothing more is handed over. */
static void test_failure(void)
{
    struct taken t = {.result = -ENOSPC};

    CHECK(write_many(&t, 100000) == -ENOSPC);
    CHECK(t.calls == 1);
}

struct bytes {
    uint8_t data[64];
    size_t size;
};

static int keep(void *user, const void *data, size_t size)
{
    struct bytes *b = user;

    memcpy(b->data + b->size, data, size);
    b->size += size;
    return 0;
}

/* Whatever their length: what node.h says. */
static void test_children(void)
{
    static const int32_t values[] = {0,    1,     -1,    63,     64,      -64,       -65,      8191,
                                     8192, -8192, -8193, 100000, -100000, INT32_MAX, INT32_MIN};

    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        const uint32_t node = 7, child = node + (uint32_t)values[i];
        struct bytes written = {.size = 0};
        struct gcdump_writer w;
        uint8_t want[GCDUMP_INT_MAX];
        gcdump_writer_init(&w, keep, &written);
        gcdump_write_children(&w, node, &child, 1);
        CHECK(gcdump_writer_flush(&w) == 0);
        CHECK(written.size == gcdump_int_put(want, values[i]) && w.offset == written.size);
        CHECK(memcmp(written.data, want, written.size) == 0);
    }
}

TEST_SUITE("proto/gcdump/writer", {"pieces", test_pieces}, {"failure", test_failure},
           {"children", test_children})
