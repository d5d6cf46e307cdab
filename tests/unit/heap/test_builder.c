#include <errno.h>

#include "src/heap/builder.h"
#include "tests/support/heap_maker.h"
#include "tests/support/world.h"

/* The type name and module of the object told n-th by heap_maker_address(n). */
static const char *type_of(const struct heap_graph *g, uint32_t n)
{
    uint32_t node = heap_maker_node(g, n);

    return node == HEAP_NONE ? "none" : heap_type_name(g, heap_node_type(g, node));
}

static struct heap_builder *new_builder(void)
{
    struct heap_builder *b;
    struct error err;

    REQUIRE(heap_builder_new(heap_maker_folders, &b, &err) == 0);
    return b;
}

static struct heap_graph *finish(struct heap_builder *b)
{
    struct heap_graph *g = NULL;
    struct error err;

    REQUIRE(heap_builder_finish(b, &(struct heap_origin){.complete = true}, &g, &err) == 0);
    heap_builder_free(b);
    return g;
}

static const struct {
    const char *raw;
    uint64_t size;
    const char *want;
} names[] = {
    {"System.String", 1000, "System.String"},
    {"System.String", 1001, "System.String (Bytes > 1K)"},
    {"System.Byte[]", 9999, "System.Byte[] (Bytes > 1K)"},
    {"System.Byte[]", 10000, "System.Byte[] (Bytes > 10K)"},
    {"System.Byte[]", 100000000, "System.Byte[] (Bytes > 100M)"},
    {"System.Byte[]", UINT64_C(5) << 32, "System.Byte[] (Bytes > 100M)"},
    {"D`2[System.String,System.Object][]", 8, "D<System.String,System.Object>[]"},
    {"A`12[B`1[C]]", 8, "A<B<C>>"},
    {"M[,]", 8, "M<,>"},
    {"", 8, "Type(0x6)"},
};

static void test_names(void)
{
    enum { COUNT = sizeof names / sizeof names[0] };
    struct heap_builder *b = new_builder();
    struct error err;

    for (uint32_t i = 0; i < COUNT; i++) {
        uint64_t id = *names[i].raw ? 100 + i : 6;
        REQUIRE(heap_add_node(b, heap_maker_address(i), id, names[i].size, 0, &err) == 0);
        REQUIRE(heap_add_type(b, id, 9, names[i].raw, &err) == 0); /* types come late */
    }
    REQUIRE(heap_add_node(b, heap_maker_address(COUNT), 0xABC, 24, 0, &err) == 0);
    struct heap_graph *g = finish(b);
    for (uint32_t i = 0; i < COUNT; i++)
        CHECK_AT(names[i].raw, strcmp(type_of(g, i), names[i].want) == 0);
    CHECK(strcmp(type_of(g, COUNT), "UNKNOWN 0xabc") == 0);
    CHECK(heap_node_size(g, heap_maker_node(g, 5)) == UINT64_C(5) << 32);
    CHECK(strcmp(heap_type_module(g, heap_node_type(g, heap_maker_node(g, 0))), "Module(0x9)") ==
          0);
    heap_graph_free(g);
}

/* Two ids with one name are one type, whose size is that of the object told first. */
static void test_same_name(void)
{
    struct heap_builder *b = new_builder();
    struct error err;

    REQUIRE(heap_add_module(b, 1, "/app/a.dll", &err) == 0);
    REQUIRE(heap_add_module(b, 2, "/app/a.dll", &err) == 0);
    REQUIRE(heap_add_type(b, 10, 1, "T", &err) == 0);
    REQUIRE(heap_add_type(b, 11, 2, "T", &err) == 0);
    REQUIRE(heap_add_node(b, heap_maker_address(1), 11, 50, 0, &err) == 0);
    REQUIRE(heap_add_node(b, heap_maker_address(0), 10, 60, 0, &err) == 0);
    struct heap_graph *g = finish(b);
    uint32_t type = heap_node_type(g, 0);
    CHECK(type == heap_node_type(g, 1) && g->types[type].first_size == 50);
    CHECK(strcmp(heap_type_module(g, type), "a.dll") == 0);
    heap_graph_free(g);
}

/* Edges of nodes that come out of order, to nodes that are not there, of dependent handles. */
static void test_edges(void)
{
    static const uint32_t order[] = {4, 5, 0, 1, 2, 3};
    struct heap_builder *b = new_builder();
    struct error err;
    uint64_t count;

    for (uint32_t i = 0; i < 6; i++)
        REQUIRE(heap_add_node(b, heap_maker_address(order[i]), 1, 8, order[i] == 5 ? 3 : 1, &err) ==
                0);
    for (uint32_t i = 0; i < 6; i++) { /* each to the next; 5 to 0, to itself and to nothing */
        REQUIRE(heap_add_edge(b, heap_maker_address((order[i] + 1) % 6), &err) == 0);
        if (order[i] == 5) {
            REQUIRE(heap_add_edge(b, heap_maker_address(5), &err) == 0);
            REQUIRE(heap_add_edge(b, 0x123, &err) == 0);
        }
    }
    REQUIRE(heap_add_dependent(b, heap_maker_address(3), heap_maker_address(1), &err) == 0);
    REQUIRE(heap_add_dependent(b, 0x999, heap_maker_address(2), &err) == 0);
    REQUIRE(heap_add_dependent(b, 0, heap_maker_address(2), &err) == 0);
    struct heap_graph *g = finish(b);
    for (uint32_t i = 0; i < 6; i++) {
        const uint32_t *edges = heap_edges(g, i, &count);
        CHECK(heap_address(g, i) == heap_maker_address(i));
        CHECK(count == (i == 5 || i == 3 ? 2U : 1U) && edges[0] == (i + 1) % 6);
        CHECK(i != 3 || edges[1] == 1);
    }
    CHECK(g->lost_edges == 1 && g->origin.complete && g->objects == 6);
    const uint32_t *roots = heap_edges(g, g->root, &count);
    REQUIRE(roots && count == 1);
    roots = heap_edges(g, roots[0], &count);
    REQUIRE(roots && count > 0);
    CHECK(strcmp(heap_type_name(g, heap_node_type(g, roots[0])), "[Dependent Handles]") == 0);
    heap_graph_free(g);
}

static const struct {
    enum heap_root_kind kind;
    const char *names[3]; /* the way down to the object */
} kinds[] = {
    {HEAP_ROOT_LOCAL, {"[local vars]"}},
    {HEAP_ROOT_FINALIZER, {"[other roots]", "[finalizer Handles]"}},
    {HEAP_ROOT_STRONG, {"[other roots]", "[strong Handles]"}},
    {HEAP_ROOT_PINNING, {"[other roots]", "[pinning Handles]"}},
    {HEAP_ROOT_REFCOUNTED, {"[other roots]", "[COM/WinRT Objects]"}},
    {HEAP_ROOT_OTHER, {"[other roots]", "[other Handles]"}},
    {HEAP_ROOT_STATIC, {"[static vars]", "[static var H.f]"}},
    {HEAP_ROOT_THREAD_STATIC, {"[thread static vars]", "[static var H.f]"}},
};

static void test_roots(void)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct heap_builder *b = new_builder();
        struct error err;
        uint64_t count, object = heap_maker_address(0);
        bool of_thread = kinds[i].kind == HEAP_ROOT_THREAD_STATIC;
        REQUIRE(heap_add_type(b, 3, 1, "H", &err) == 0);
        REQUIRE(heap_add_node(b, object, 1, 8, 0, &err) == 0);
        if (of_thread || kinds[i].kind == HEAP_ROOT_STATIC)
            REQUIRE(heap_add_static(b, &(struct heap_static){object, 3, "f", of_thread}, &err) ==
                    0);
        else
            REQUIRE(heap_add_root(b, kinds[i].kind, object, &err) == 0);
        REQUIRE(heap_add_root(b, HEAP_ROOT_LOCAL, 0x77, &err) == 0); /* no object */
        struct heap_graph *g = finish(b);
        const uint32_t *at = heap_edges(g, g->root, &count);
        for (size_t k = 0; k < 3 && kinds[i].names[k]; k++) {
            const char *name = kinds[i].names[k];
            CHECK_AT(name, count == 1 && !strcmp(heap_type_name(g, heap_node_type(g, *at)), name));
            at = heap_edges(g, *at, &count);
        }
        CHECK(count == 1 && *at == 0 && g->objects == 1 && g->bytes == 8);
        heap_graph_free(g);
    }
}

/* Objects behind a gap are there; references are not guessed. */
static void test_gap(void)
{
    struct heap_builder *b = new_builder();
    struct error err;
    uint64_t count;

    REQUIRE(heap_add_node(b, heap_maker_address(0), 1, 8, 1, &err) == 0);
    REQUIRE(heap_add_edge(b, heap_maker_address(1), &err) == 0);
    heap_cut_edges(b);
    REQUIRE(heap_add_node(b, heap_maker_address(1), 1, 8, 5, &err) == 0);
    REQUIRE(heap_add_edge(b, heap_maker_address(0), &err) == 0);
    struct heap_graph *g = finish(b);
    CHECK(g->objects == 2 && !g->origin.complete);
    CHECK(heap_edges(g, 0, &count) && count == 1);
    CHECK(heap_edges(g, 1, &count) && count == 0);
    heap_graph_free(g);
    b = new_builder(); /* references that never came */
    REQUIRE(heap_add_node(b, heap_maker_address(0), 1, 8, 3, &err) == 0);
    g = finish(b);
    CHECK(g->objects == 1 && !g->origin.complete);
    heap_graph_free(g);
    b = new_builder(); /* more than anything can have */
    REQUIRE(heap_add_node(b, heap_maker_address(0), 1, 8, UINT64_MAX, &err) == 0);
    g = finish(b);
    CHECK(g->objects == 1 && !g->origin.complete);
    heap_graph_free(g);
}

/* Freed without an end, and without a thing. */
static void test_ends(void)
{
    struct heap_builder *b = new_builder();
    struct error err;

    REQUIRE(heap_add_node(b, heap_maker_address(0), 1, 8, 1, &err) == 0);
    heap_builder_free(b);
    heap_builder_free(NULL);
    struct heap_graph *g = finish(new_builder());
    CHECK(g->objects == 0 && g->count == 1 && g->root == 0);
    heap_graph_free(g);
}

/* Objects from `from` on, their references, and a dependent handle whose key is unknown. */
static void tell(struct heap_builder *b, uint32_t from, uint32_t to)
{
    struct error err;

    for (uint32_t i = from; i < to; i++) {
        REQUIRE(heap_add_node(b, heap_maker_address(i), i % 7, i % 99, 2, &err) == 0);
        REQUIRE(heap_add_edge(b, heap_maker_address(to - 1 - i), &err) == 0);
        REQUIRE(heap_add_edge(b, heap_maker_address(i * 31 % to), &err) == 0);
    }
    REQUIRE(heap_add_root(b, HEAP_ROOT_STRONG, heap_maker_address(from), &err) == 0);
    REQUIRE(heap_add_dependent(b, 1, heap_maker_address(to - 1), &err) == 0);
    REQUIRE(heap_add_dependent(b, heap_maker_address(from), heap_maker_address(2), &err) == 0);
}

/* Whenever it is prepared, also in files, and whatever is told afterwards: the same comes out. */
static void test_prepared(void)
{
    enum { COUNT = 250000, CASES = 4 };
    char *files[CASES];
    size_t sizes[CASES];

    for (unsigned i = 0; i < CASES; i++) { /* bits: prepared in between, and at the end */
        struct heap_builder *b = new_builder();
        tell(b, 0, COUNT / 2);
        if (i & 1)
            heap_builder_prepare(b);
        tell(b, COUNT / 2, COUNT);
        if (i & 2)
            heap_builder_prepare(b);
        struct heap_graph *g = finish(b);
        CHECK(g->objects == COUNT && g->edges.fd >= 0);
        files[i] = heap_maker_write(g, "gcdump", &sizes[i]);
        CHECK(sizes[i] == sizes[0] && memcmp(files[i], files[0], sizes[0]) == 0);
        heap_graph_free(g);
    }
}

WORLD_SUITE("heap/builder", {"names", test_names}, {"same name", test_same_name},
            {"edges", test_edges}, {"roots", test_roots}, {"gap", test_gap}, {"ends", test_ends},
            {"prepared", test_prepared})
