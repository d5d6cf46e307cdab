#include <errno.h>

#include "src/heap/snapshot.h"
#include "tests/support/heap_maker.h"
#include "tests/support/heap_trace.h"
#include "tests/support/world.h"

static struct heap_graph *run(struct heap_trace *t, size_t cut, size_t step, struct error *err)
{
    struct heap_snapshot *s;
    struct heap_graph *g = NULL;
    size_t size;
    const uint8_t *data = heap_trace_finish(t, &size);

    REQUIRE(heap_snapshot_new(heap_maker_folders, &s, err) == 0);
    CHECK(heap_snapshot_progress(s) == HEAP_WAITING);
    size -= cut;
    for (size_t at = 0; at < size; at += step)
        REQUIRE(heap_snapshot_feed(s, data + at, step < size - at ? step : size - at, err) == 0);
    int r = heap_snapshot_finish(s, &(struct heap_origin){0}, &g, err);
    CHECK((r == 0) == (g != NULL));
    heap_snapshot_free(s);
    return g;
}

/* 0 > 1 > 2 > 0, held by a static field and, weakly, 3. */
static struct heap_trace *ring(void)
{
    struct heap_trace *t = heap_trace_new();

    heap_trace_start(t, 7, 2, 1, 0); /* somebody else's */
    heap_trace_end_collection(t, 7);
    heap_trace_start(t, 8, 2, 1, 1); /* in the background, around ours */
    heap_trace_start(t, 9, 2, 1, 0);
    heap_trace_types(t, 2);
    heap_trace_root(t, 0, 0, 0, 0);
    heap_trace_root(t, 1, 3, 2, 2);
    heap_trace_nodes(t, 0, 0, 2, 1);
    heap_trace_edges(t, 0, 1, 2);
    heap_trace_nodes(t, 1, 2, 1, 1);
    heap_trace_edges(t, 1, 0, 1);
    heap_trace_nodes(t, 2, 3, 1, 0);
    heap_trace_static(t, 1, "field", 1);
    return t;
}

static void test_ring(void)
{
    static const size_t steps[] = {1 << 20, 1, 17};

    for (size_t i = 0; i < 3; i++) {
        struct heap_trace *t = ring();
        struct error err;
        uint64_t count;
        heap_trace_end_collection(t, 9);
        heap_trace_nodes(t, 0, 9, 1, 0); /* another snapshot */
        heap_trace_edges(t, 0, 1, 2);
        heap_trace_nodes(t, 1, 10, 1, 0);
        heap_trace_module(t);
        struct heap_graph *g = run(t, 0, steps[i], &err);
        REQUIRE(g != NULL);
        CHECK(g->objects == 4 && g->bytes == 128 && g->origin.complete);
        CHECK(g->origin.is_64_bit && g->origin.pid == 42);
        for (uint32_t k = 0; k < 3; k++) {
            const uint32_t *edges = heap_edges(g, k, &count);
            CHECK(edges && edges[0] == (k + 1) % 3 && count == 1);
        }
        CHECK(strcmp(heap_type_name(g, heap_node_type(g, 0)), "T0") == 0);
        CHECK(strcmp(heap_type_module(g, heap_node_type(g, 0)), "m.dll") == 0);
        CHECK(heap_edges(g, g->root, &count) && count == 2); /* thread statics, local vars */
        heap_graph_free(g);
    }
}

/* What is there of a snapshot that was interrupted, in whatever way. */
static void test_interrupted(void)
{
    struct error err;
    struct heap_graph *g = run(ring(), 0, 64, &err);

    REQUIRE(g != NULL);
    CHECK(g->objects == 4 && !g->origin.complete);
    heap_graph_free(g);
    struct heap_trace *t = ring(); /* events are missing */
    heap_trace_nodes(t, 4, 9, 1, 1);
    heap_trace_edges(t, 2, 0, 1);
    heap_trace_end_collection(t, 9);
    g = run(t, 0, 64, &err);
    REQUIRE(g != NULL);
    CHECK(g->objects == 5 && !g->origin.complete && heap_edge_count(g) >= 3);
    heap_graph_free(g);
    t = ring();
    heap_trace_end_collection(t, 9);
    g = run(t, 30, 64, &err); /* the stream is cut: inside its last block */
    REQUIRE(g != NULL);
    CHECK(g->objects == 4);
    heap_graph_free(g);
}

static void test_none(void)
{
    struct heap_trace *t = heap_trace_new();
    struct heap_snapshot *s;
    struct error err;

    heap_trace_start(t, 9, 2, 1, 0);
    heap_trace_end_collection(t, 9);
    CHECK(run(t, 0, 64, &err) == NULL && err.code == -ENODATA);
    REQUIRE(heap_snapshot_new(heap_maker_folders, &s, &err) == 0);
    CHECK(heap_snapshot_feed(s, "Nonsense that is long enough to tell", 36, &err) == -EBADMSG);
    CHECK(heap_snapshot_feed(s, "", 0, &err) == -EBADMSG);
    struct heap_graph *g;
    CHECK(heap_snapshot_finish(s, &(struct heap_origin){0}, &g, &err) == -EBADMSG);
    heap_snapshot_free(s);
}

/* Other threads' events may come late: the end before the objects that were told by then. */
static void test_order(void)
{
    struct heap_trace *t = heap_trace_new();
    struct error err;

    heap_trace_start(t, 4, 2, 1, 0);
    heap_trace_nodes(t, 0, 0, 1, 0);
    heap_trace_late(t, 100);
    heap_trace_end_collection(t, 4);
    heap_trace_late(t, 0);
    heap_trace_nodes(t, 1, 1, 1, 0);
    struct heap_graph *g = run(t, 0, 64, &err);
    REQUIRE(g != NULL);
    CHECK(g->objects == 2 && g->origin.complete);
    heap_graph_free(g);
    t = heap_trace_new(); /* objects after the end: it was not ours */
    heap_trace_start(t, 4, 2, 1, 0);
    heap_trace_end_collection(t, 4);
    heap_trace_nodes(t, 0, 0, 1, 0);
    g = run(t, 0, 64, &err);
    REQUIRE(g != NULL);
    CHECK(g->objects == 1 && !g->origin.complete);
    heap_graph_free(g);
}

/* A collection without objects is passed over; ours comes later. */
static void test_second(void)
{
    struct heap_trace *t = heap_trace_new();
    struct error err;

    heap_trace_start(t, 3, 2, 1, 0);
    heap_trace_end_collection(t, 3);
    heap_trace_start(t, 4, 2, 1, 0);
    heap_trace_nodes(t, 0, 0, 1, 0);
    heap_trace_end_collection(t, 4);
    struct heap_graph *g = run(t, 0, 64, &err);
    REQUIRE(g != NULL);
    CHECK(g->objects == 1 && g->origin.complete);
    heap_graph_free(g);
}

/* Every event cut everywhere: what is whole counts, nothing is read behind the end. */
static void test_short_payloads(void)
{
    uint8_t payload[64];

    memset(payload, 0xFF, sizeof payload);
    for (uint32_t event = HEAP_EVENT_START; event < HEAP_EVENTS; event++) {
        for (size_t size = 0; size < sizeof payload; size++) {
            struct heap_trace *t = heap_trace_new();
            struct error err;
            heap_trace_start(t, 9, 2, 1, 0);
            heap_trace_event(t, (enum heap_event)event, payload, size);
            heap_graph_free(run(t, 0, 1 << 20, &err));
        }
    }
}

WORLD_SUITE("heap/snapshot", {"ring", test_ring}, {"interrupted", test_interrupted},
            {"none", test_none}, {"order", test_order}, {"second", test_second},
            {"short payloads", test_short_payloads})
