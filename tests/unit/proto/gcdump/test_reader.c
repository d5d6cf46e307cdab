#include <errno.h>
#include <stdlib.h>

#include "proto/gcdump/reader.h"
#include "proto/gcdump/writer.h"
#include "src/base/text.h"
#include "tests/support/files.h"
#include "tests/support/world.h"

#define IDLE "tests/data/gcdump/idle10.gcdump"

struct seen {
    struct text log; /* everything that came */
    uint64_t blob;
};

static int on_graph(void *user, int64_t total, uint32_t root, uint32_t types)
{
    text_add_fmt(&((struct seen *)user)->log, "graph %lld %u %u\n", (long long)total, root, types);
    return 0;
}

static int on_type(void *user, const struct gcdump_type *type)
{
    text_add_fmt(&((struct seen *)user)->log, "type %s %s %d\n", type->name, type->module,
                 type->size);
    return 0;
}

static int on_count(void *user, uint32_t count)
{
    text_add_fmt(&((struct seen *)user)->log, "nodes %u\n", count);
    return 0;
}

static int on_offset(void *user, uint32_t offset)
{
    text_add_fmt(&((struct seen *)user)->log, "at %u\n", offset);
    return 0;
}

static int on_nodes(void *user, const void *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        text_add_fmt(&((struct seen *)user)->log, "%02x", ((const uint8_t *)data)[i]);
    ((struct seen *)user)->blob += size;
    return 0;
}

static int on_address(void *user, uint64_t address)
{
    text_add_fmt(&((struct seen *)user)->log, "0x%llx\n", (unsigned long long)address);
    return 0;
}

static int on_info(void *user, const struct gcdump_info *info)
{
    text_add_fmt(&((struct seen *)user)->log, "%d %d %lld %d <%s> <%s> <%s>\n", info->is_64_bit,
                 info->sampled, (long long)info->time, info->pid, info->machine, info->process,
                 info->tool);
    return 0;
}

static int run(const void *data, size_t size, size_t step, struct seen *seen)
{
    const struct gcdump_callbacks on = {.user = seen,
                                        .on_graph = on_graph,
                                        .on_type = on_type,
                                        .on_node_count = on_count,
                                        .on_offset = on_offset,
                                        .on_nodes = on_nodes,
                                        .on_address = on_address,
                                        .on_info = on_info};
    struct gcdump_reader *r = gcdump_reader_new(&on);
    int result = 0;

    REQUIRE(r != NULL);
    for (size_t at = 0; at < size && result == 0; at += step)
        result =
            gcdump_reader_feed(r, (const char *)data + at, step < size - at ? step : size - at);
    if (result == 0)
        result = gcdump_reader_finish(r);
    CHECK(result == 0 || *gcdump_reader_error(r));
    gcdump_reader_free(r);
    return result;
}

static int add(void *user, const void *data, size_t size)
{
    text_add(user, data, size);
    return 0;
}

/* Two nodes: [roots] > String of 40 bytes. */
static void write_small(struct text *out)
{
    struct gcdump_writer w;

    gcdump_write_begin(&w, add, out, 40, 1, 3);
    gcdump_write_type(&w, "UNDEFINED", 0, NULL);
    gcdump_write_type(&w, "System.String", 22, "/lib/System.Private.CoreLib.dll");
    gcdump_write_type(&w, "[roots]", 0, NULL);
    gcdump_write_node_count(&w, 2);
    gcdump_write_offset(&w, GCDUMP_UNDEFINED_SIZE);
    gcdump_write_offset(&w, GCDUMP_UNDEFINED_SIZE + 3);
    gcdump_write_nodes_size(&w, GCDUMP_UNDEFINED_SIZE + 6);
    gcdump_write_undefined(&w);
    gcdump_write_node(&w, 1, true, 40, 0);
    gcdump_write_node(&w, 2, false, 0, 1);
    gcdump_write_children(&w, 1, &(uint32_t){0}, 1);
    gcdump_write_address_count(&w);
    gcdump_write_address(&w, 0x7F0012345678);
    gcdump_write_address(&w, 0);
    const struct gcdump_process process = {
        .is_64_bit = true, .time = 17, .pid = 42, .machine = "box", .tool = "portside"};
    REQUIRE(gcdump_write_end(&w, &process) == 0);
}

static void test_small(void)
{
    struct text file = {0};
    struct seen seen = {0};

    write_small(&file);
    CHECK(run(file.data, file.size, file.size, &seen) == 0);
    CHECK(strcmp(seen.log.data, "graph 40 1 3\n"
                                "type UNDEFINED  0\n"
                                "type System.String /lib/System.Private.CoreLib.dll 22\n"
                                "type [roots]  0\n"
                                "nodes 2\nat 2\nat 5\n"
                                "0000032800"
                                "04017f"
                                "0x7f0012345678\n0x0\n"
                                "1 0 17 42 <box> <> <portside>\n") == 0);
    text_deinit(&seen.log);
    text_deinit(&file);
}

/* Cut anywhere it says the same; a file that ends too early is one. */
static void test_pieces(void)
{
    size_t size;
    char *data = files_read(IDLE, &size);
    static const size_t steps[] = {1, 3, 8, 100, 4096};
    struct seen whole = {0};

    REQUIRE(data && run(data, size, size, &whole) == 0);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct seen pieces = {0};
        CHECK(run(data, size, steps[i], &pieces) == 0);
        CHECK(strcmp(whole.log.data, pieces.log.data) == 0 && whole.blob == pieces.blob);
        text_deinit(&pieces.log);
    }
    CHECK(strstr(whole.log.data, "graph 55526 0 179\n") && strstr(whole.log.data, "nodes 486\n"));
    CHECK(strstr(whole.log.data, "<dotnet-gcdump>") != NULL);
    text_deinit(&whole.log);
}

static void test_cut(void)
{
    struct text file = {0};

    write_small(&file);
    /* The last END_OBJECT tags, table and offsets are of no interest. */
    for (size_t size = 0; size < file.size - 22; size++) {
        struct seen seen = {0};
        CHECK(run(file.data, size, 7, &seen) == -ENODATA);
        text_deinit(&seen.log);
    }
    text_deinit(&file);
}

static const struct {
    const char *label;
    size_t at;
    uint8_t bytes[4];
    size_t size;
    int want;
} damages[] = {
    {"another signature", 5, "X", 1, -EBADMSG},
    {"a signature's length", 0, {21}, 1, -EBADMSG},
    {"no object", 24, {5}, 1, -EBADMSG},
    {"another class", 39, "X", 1, -EBADMSG},
    {"a version before the tags", 27, {7}, 1, -ENOTSUP},
    {"a version for newer readers", 31, {200}, 1, -ENOTSUP},
    {"types below zero", 96, {0xFF, 0xFF, 0xFF, 0xFF}, 4, -EBADMSG},
    {"a name below -1", 100, {0xFE, 0xFF, 0xFF, 0xFF}, 4, -EBADMSG},
    {"a name of 1 GiB", 100, {0, 0, 0, 0x40}, 4, -E2BIG},
};

static void test_damaged(void)
{
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        struct text file = {0};
        struct seen seen = {0};
        write_small(&file);
        memcpy(file.data + damages[i].at, damages[i].bytes, damages[i].size);
        CHECK_AT(damages[i].label, run(file.data, file.size, 64, &seen) == damages[i].want);
        text_deinit(&seen.log);
        text_deinit(&file);
    }
}

WORLD_SUITE("proto/gcdump/reader", {"small", test_small}, {"pieces", test_pieces},
            {"cut", test_cut}, {"damaged", test_damaged})
