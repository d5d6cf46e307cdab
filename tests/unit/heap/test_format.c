#include "src/base/text.h"
#include "src/heap/diff.h"
#include "src/heap/format.h"
#include "tests/support/heap_maker.h"
#include "tests/support/json.h"
#include "tests/support/world.h"

/* T0 > T1 > T0..., five of them, by a static field; 5 is alone. */
static struct heap_graph *example(void)
{
    static const struct heap_maker_edge edges[] = {{0, 1}, {1, 2}, {2, 3}, {3, 4}};

    return heap_maker(6, 2, edges, 4, 0);
}

static void test_text(void)
{
    char *text = heap_maker_write(example(), "heapstat", NULL);

    CHECK(strstr(text, "             21  bytes\n") != NULL);
    CHECK(strstr(text, "              6  objects\n") != NULL);
    CHECK(strstr(text, "              6  bytes in 1 objects that no root reaches\n") != NULL);
    CHECK(strstr(text, "             12            3               20  T1  [m.dll]\n") != NULL);
    CHECK(strstr(text, "              9            3               15  T0  [m.dll]\n") != NULL);
    CHECK(strstr(text, "T1  [m.dll]") < strstr(text, "T0  [m.dll]"));
    CHECK(strstr(text, "[static vars]\n                 > [static var Holder.field]\n"
                       "                 > T0\n                 > T1\n") != NULL);
    CHECK(strstr(text, "INCOMPLETE") == NULL);
}

static void test_json(void)
{
    struct heap_graph *g = example();
    char *text = heap_maker_write(g, "json", NULL);
    const cJSON *json = json_parse(text);

    REQUIRE(json != NULL);
    CHECK(json_number(json, "objects") == 6 && json_number(json, "bytes") == 21);
    CHECK(json_number(json, "unreachedObjects") == 1 && json_number(json, "unreachedBytes") == 6);
    CHECK(cJSON_GetArraySize(json_at(json, "types")) == 2);
    CHECK(strcmp(json_text(json, "types[0].type"), "T1") == 0);
    CHECK(json_number(json, "types[1].retained") == 15);
    CHECK(strcmp(json_text(json, "types[1].path[2]"), "T0") == 0);
    g->origin.complete = false;
    CHECK(strstr(heap_maker_write(g, "json", NULL), "\"complete\":false") != NULL);
    CHECK(strstr(heap_maker_write(g, "heapstat", NULL), "INCOMPLETE") != NULL);
}

static void test_csv(void)
{
    CHECK(strcmp(heap_maker_write(example(), "csv", NULL), "type,module,count,bytes,retained\r\n"
                                                           "\"T1\",\"m.dll\",3,12,20\r\n"
                                                           "\"T0\",\"m.dll\",3,9,15\r\n") == 0);
}

/* A way of 1000 objects is told by its ends. */
static void test_long_path(void)
{
    enum { COUNT = 1000 };
    struct heap_maker_edge edges[COUNT];
    struct spill_array paths;
    struct error err;

    for (uint32_t i = 0; i + 1 < COUNT; i++)
        edges[i] = (struct heap_maker_edge){i, i + 1};
    struct heap_graph *g = heap_maker(COUNT, 1, edges, COUNT - 1, 0);
    REQUIRE(heap_paths_new(g, &paths, &err) == 0);
    struct heap_path path = heap_path_to(g, &paths, heap_maker_node(g, COUNT - 1));
    CHECK(path.count == HEAP_PATH && path.before == HEAP_PATH / 2);
    CHECK(path.skipped == COUNT + 2 - HEAP_PATH);
    CHECK(path.nodes[2] == heap_maker_node(g, 0));
    CHECK(path.nodes[HEAP_PATH - 1] == heap_maker_node(g, COUNT - 1));
    CHECK(path.nodes[HEAP_PATH / 2] == heap_maker_node(g, COUNT - HEAP_PATH / 2));
    spill_array_free(&paths);
}

/* What is read again says the same. */
static void test_gcdump(void)
{
    struct heap_graph *g = example();
    size_t size, again_size;
    struct error err;
    char *file = heap_maker_write(g, "gcdump", &size);

    for (size_t step = 0; step < 10; step += 3) {
        struct heap_graph *read = heap_maker_load(file, size, step, &err);
        REQUIRE(read != NULL);
        CHECK(strcmp(heap_maker_write(read, "heapstat", NULL),
                     heap_maker_write(g, "heapstat", NULL)) == 0);
        char *again = heap_maker_write(read, "gcdump", &again_size);
        CHECK(again_size == size && memcmp(file, again, size) == 0);
    }
    CHECK(heap_maker_load(file, size / 2, 0, &err) == NULL);
    CHECK(strstr(err.text, "the file ends inside") != NULL);
}

static int add(void *user, const void *data, size_t size)
{
    text_add(user, data, size);
    return 0;
}

static char *diff(struct heap_graph *before, struct heap_graph *after, const char *format)
{
    struct heap_diff d;
    struct text t = {0};
    struct output o;
    struct error err;

    REQUIRE(heap_diff_new(&d, before, after, &err) == 0);
    output_init(&o, add, &t);
    heap_diff_format(format)(&d, d.count, &o);
    REQUIRE(output_end(&o) == 0);
    heap_diff_deinit(&d);
    char *text = world_text("%s", t.data);
    text_deinit(&t);
    return text;
}

static void test_diff(void)
{
    static const struct heap_maker_edge edges[] = {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}};
    struct heap_graph *before = example(), *after = heap_maker(9, 3, edges, 5, 0);

    CHECK(strcmp(diff(before, before, "csv"),
                 "type,module,count,bytes,retained,countNow,bytesNow\r\n") == 0);
    CHECK(strcmp(diff(before, after, "csv"),
                 "type,module,count,bytes,retained,countNow,bytesNow\r\n"
                 "\"T2\",\"m.dll\",3,18,27,3,18\r\n"
                 "\"T0\",\"m.dll\",0,3,13,3,12\r\n"
                 "\"T1\",\"m.dll\",0,3,8,3,15\r\n") == 0);
    char *text = diff(before, after, "text");
    CHECK(strstr(text, "             +24  bytes\n") && strstr(text, "              +3  objects\n"));
    CHECK(strstr(text, "> T2") != NULL);
    const cJSON *json = json_parse(diff(after, before, "json"));
    REQUIRE(json != NULL);
    CHECK(json_number(json, "bytes") == -24 && json_number(json, "types[2].bytes") == -18);
    CHECK(json_number(json, "types[2].countNow") == 0);
    CHECK(heap_diff_format("xml") == NULL && heap_format_find("xml") == NULL);
}

/* Names are an app's, or a file's: a terminal gets no control characters from them, and how long
 * they are does not matter. */
static void test_hostile_names(void)
{
    struct heap_graph *before = example(), *g = example();
    uint32_t type = heap_node_type(g, heap_maker_node(g, 0));
    char name[4000];

    memset(name, 'x', sizeof name);
    memcpy(name, "\x1b[2J\n\x7f\xc2\x9b\xff\xc3\xa9", 11);
    name[sizeof name - 1] = '\0';
    g->types[type].name = g->types[type].module = names_add(&g->names, name, strlen(name));
    const char *const texts[] = {heap_maker_write(g, "heapstat", NULL), diff(before, g, "text")};
    for (size_t i = 0; i < 2; i++) {
        CHECK_AT(texts[i],
                 strstr(texts[i], "\\x1b[2J\\x0a\\x7f\\x9b\xef\xbf\xbd\xc3\xa9xxx") != NULL);
        CHECK(strpbrk(texts[i], "\x1b\x7f") == NULL && strstr(texts[i], "\xc2\x9b") == NULL);
        CHECK(strstr(texts[i], "xxx]\n") != NULL);
    }
}

WORLD_SUITE("heap/format", {"text", test_text}, {"json", test_json}, {"csv", test_csv},
            {"long path", test_long_path}, {"gcdump", test_gcdump}, {"diff", test_diff},
            {"hostile names", test_hostile_names})
