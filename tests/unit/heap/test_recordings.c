/*
 * Files of dotnet-gcdump and of PerfView, and a recorded snapshot. tests/data always; more from the
 * folder of PORTSIDE_TRACES or from ../shared/traces. PerfView's own graph as XML says what must be
 * in perfview-test1.gcdump.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "src/heap/snapshot.h"
#include "tests/support/files.h"
#include "tests/support/heap_maker.h"
#include "tests/support/world.h"

/* The output of a command; NULL: there is no such file, and that has been said. */
static char *unpack(const char *command, const char *name, size_t *ret_size)
{
    const char *folder = getenv("PORTSIDE_TRACES");
    const char *path = world_text("%s/%s", folder ? folder : "../shared/traces", name);
    char *out = world_text("%s/unpacked", files_tmpdir());

    if (!files_exists(path)) {
        world_skip("%s is missing (PORTSIDE_TRACES)", path);
        return NULL;
    }
    REQUIRE(system(world_text("%s '%s' > '%s'", command, path, out)) == 0);
    return files_read(out, ret_size);
}

static void check_totals(const char *label, const struct heap_graph *g, uint32_t nodes,
                         uint64_t bytes, uint32_t types)
{
    CHECK_AT(label, g->count == nodes && g->bytes == bytes && g->type_count == types);
}

/* As `dotnet-gcdump report` counts them. */
static void test_idle(void)
{
    size_t size;
    char *data = files_read("tests/data/gcdump/idle10.gcdump", &size);
    struct error err;

    REQUIRE(data != NULL);
    struct heap_graph *g = heap_maker_load(data, size, 1000, &err);
    REQUIRE(g != NULL);
    check_totals("idle10", g, 486, 55526, 179);
    CHECK(strcmp(heap_type_name(g, heap_node_type(g, g->root)), "[.NET Roots]") == 0);
}

static void test_nodes(void)
{
    size_t size;
    char *data = unpack("zstd -dcq", "nodes10.gcdump.zst", &size);
    struct error err;

    if (!data)
        return;
    struct heap_graph *g = heap_maker_load(data, size, 256 * 1024, &err);
    REQUIRE(g != NULL);
    check_totals("nodes10", g, 1004225, 41359076, 552);
}

/* As `dotnet-gcdump convert` and `report` count it; pseudo nodes and undefined ones apart. */
static void test_snapshot(void)
{
    size_t size;
    char *data = unpack("zstd -dcq", "webgcheap10.nettrace.zst", &size);
    struct heap_snapshot *s;
    struct heap_graph *g;
    struct error err;

    if (!data)
        return;
    REQUIRE(heap_snapshot_new(heap_maker_folders, &s, &err) == 0);
    REQUIRE(heap_snapshot_feed(s, data, size, &err) == 0);
    CHECK(heap_snapshot_progress(s) == HEAP_TOLD);
    REQUIRE(heap_snapshot_finish(s, &(struct heap_origin){0}, &g, &err) == 0);
    heap_snapshot_free(s);
    CHECK(g->bytes == 1537840 && g->count == 19761 && g->origin.complete);
    heap_graph_free(g);
}

struct baseline {
    struct heap_graph *g;
    uint32_t node;     /* the last one */
    uint64_t children; /* of it that were seen */
    uint32_t nodes, types;
    bool inside_nodes;
};

/* "&lt;" and the like, in place. */
static void unescape(char *text)
{
    static const struct {
        const char *name;
        char value;
    } entities[] = {
        {"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}};
    char *to = text;

    while (*text) {
        size_t size = 1;
        *to = *text;
        for (size_t i = 0; i < 5; i++) {
            if (strncmp(text, entities[i].name, strlen(entities[i].name)) == 0) {
                *to = entities[i].value;
                size = strlen(entities[i].name);
            }
        }
        to++;
        text += size;
    }
    *to = '\0';
}

static void check_type(struct baseline *b, const char *line)
{
    char *name = strdup(strstr(line, "Name=\"") + 6);
    unsigned index = (unsigned)strtoul(strstr(line, "Index=\"") + 7, NULL, 10);

    *strrchr(name, '"') = '\0';
    unescape(name);
    CHECK(index < b->g->type_count && strcmp(heap_type_name(b->g, index), name) == 0);
    b->types++;
    free(name);
}

static uint64_t attribute(const char *line, const char *name, int base)
{
    const char *at = strstr(line, world_text(" %s=\"", name));

    REQUIRE(at != NULL);
    return strtoull(at + strlen(name) + 3, NULL, base);
}

static void check_children(struct baseline *b, const char *line)
{
    uint64_t count;
    const uint32_t *edges = heap_edges(b->g, b->node, &count);
    char *end;

    for (;;) {
        unsigned long child = strtoul(line, &end, 10);
        if (end == line)
            return;
        CHECK(b->children < count && edges[b->children] == child);
        b->children++;
        line = end;
    }
}

static void check_node(struct baseline *b, const char *line)
{
    uint64_t count;

    b->node = (uint32_t)attribute(line, "Index", 10);
    b->children = 0;
    b->nodes++;
    REQUIRE(b->node < b->g->count);
    (void)heap_edges(b->g, b->node, &count);
    CHECK(heap_node_type(b->g, b->node) == attribute(line, "TypeIndex", 10));
    CHECK(heap_node_size(b->g, b->node) == attribute(line, "Size", 10));
    CHECK(heap_address(b->g, b->node) == attribute(line, "Address", 16));
    CHECK(count == attribute(line, "NumChildren", 10));
}

static void check_line(struct baseline *b, const char *line)
{
    if (strncmp(line, "  <NodeType ", 12) == 0)
        check_type(b, line);
    else if (strncmp(line, "  <Node ", 8) == 0)
        check_node(b, line);
    else if (strncmp(line, " <Nodes", 7) == 0)
        b->inside_nodes = true;
    else if (b->inside_nodes)
        check_children(b, line);
}

static void test_perfview(void)
{
    size_t size;
    char *file = unpack("cat", "perfview-test1.gcdump", &size);
    struct error err;

    if (!file)
        return;
    struct baseline b = {.g = heap_maker_load(file, size, 999, &err)};
    REQUIRE(b.g != NULL);
    char *xml = unpack("zcat", "perfview-test1.baseline.xml.gz", &size);
    REQUIRE(xml != NULL);
    for (char *line = strtok(xml, "\r\n"); line; line = strtok(NULL, "\r\n"))
        check_line(&b, line);
    CHECK(b.nodes == 6482 && b.types == 1994);
    check_totals("perfview", b.g, b.nodes, 1009270, b.types);
    CHECK(b.g->root == 0 && strcmp(b.g->origin.machine, "MBRAUDE141201") == 0);
    CHECK(strcmp(b.g->origin.process, "Idle") == 0 && !b.g->origin.is_64_bit);
}

WORLD_SUITE("heap/recordings", {"idle", test_idle}, {"nodes", test_nodes},
            {"snapshot", test_snapshot}, {"PerfView's", test_perfview})
