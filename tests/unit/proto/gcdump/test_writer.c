#include <errno.h>

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

TEST_SUITE("proto/gcdump/writer", {"pieces", test_pieces}, {"failure", test_failure})
