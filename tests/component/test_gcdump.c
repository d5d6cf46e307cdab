/* GET /gcdump against the fake runtime: formats, snapshots that are cut, runtimes without one, and
 * clients that leave. */
#include <unistd.h>

#include "tests/support/fake_runtime.h"
#include "tests/support/files.h"
#include "tests/support/heap_maker.h"
#include "tests/support/heap_trace.h"
#include "tests/support/json.h"
#include "tests/support/portside.h"
#include "tests/support/world.h"

enum { OBJECTS = 2000, SNAPSHOT = 0x1980001 };

static struct heap_trace *snapshot(void)
{
    struct heap_trace *t = heap_trace_new();

    heap_trace_start(t, 9, 2, 1, 0);
    heap_trace_types(t, 2);
    heap_trace_static(t, 0, "leak", 0);
    for (uint32_t i = 0; i < OBJECTS / 100; i++) {
        heap_trace_nodes(t, i, i * 100, 100, 1);
        heap_trace_edges(t, i, i * 100 + 1, 100);
    }
    return t;
}

static struct fake_trace whole(bool end)
{
    struct heap_trace *t = snapshot();
    struct fake_trace f = {.piece = 1000};

    if (end)
        heap_trace_end_collection(t, 9);
    heap_trace_module(t);
    f.bytes = heap_trace_finish(t, &f.size);
    return f;
}

static struct fake_runtime *one_app(const struct portside *p, const struct fake_trace *t)
{
    struct fake_runtime *r =
        fake_runtime_start(&(struct fake_options){.port = p->socket, .trace = *t});

    REQUIRE(portside_wait_count(p, 1, 5000));
    return r;
}

static const struct http *get(const struct portside *p, const char *query)
{
    return http_get("%s/gcdump%s", p->base, query);
}

/* Nothing of a session stays in the runtime, nothing of a file in the folder. */
static void check_clean(const char *label, const struct portside *p, struct fake_runtime *r)
{
    CHECK_AT(label, WAIT_UNTIL(5000, fake_runtime_sessions(r) == 0));
    CHECK_AT(label, fake_runtime_stray_stops(r) == 0);
    CHECK_AT(label, portside_nothing_left(p));
}

static void check_request(struct fake_runtime *r)
{
    struct fake_collect c;

    fake_runtime_collect(r, &c);
    CHECK(c.count == 1 && c.providers[0].keywords == SNAPSHOT && c.providers[0].level == 5);
    CHECK(strcmp(c.providers[0].name, "Microsoft-Windows-DotNETRuntime") == 0);
    CHECK(c.rundown == 0x108 && fake_runtime_received(r, FAKE_ANY_COLLECT) == 1);
}

static void test_formats(void)
{
    const struct portside *p = portside_without_metrics();
    struct fake_trace t = whole(true);
    struct fake_runtime *r = one_app(p, &t);
    struct error err;

    const struct http *h = get(p, "");
    REQUIRE(h->status == 200);
    CHECK(strcmp(http_header(h, "X-GCDump-Complete"), "true") == 0);
    CHECK(strcmp(http_header(h, "Content-Type"), "application/octet-stream") == 0);
    CHECK(strstr(http_header(h, "Content-Disposition"), ".gcdump") != NULL);
    struct heap_graph *g = heap_maker_load(h->body, h->body_size, 0, &err);
    REQUIRE(g != NULL);
    CHECK(g->objects == OBJECTS && g->bytes == 32 * OBJECTS);
    CHECK(strcmp(heap_type_module(g, heap_node_type(g, 0)), "m.dll") == 0);
    check_request(r);
    h = get(p, "?format=JSON");
    CHECK(json_number(json_of(h), "objects") == OBJECTS &&
          cJSON_IsTrue(json_at(json_of(h), "complete")));
    CHECK(strcmp(json_text(json_of(h), "types[0].path[1]"), "[static var T1.leak]") == 0);
    h = get(p, "?format=heapstat");
    CHECK(h->status == 200 && strstr(h->body, "64,000  T0  [m.dll]") != NULL);
    CHECK(strstr(http_header(h, "Content-Disposition"), ".heapstat.txt") != NULL);
    h = get(p, "?format=csv");
    CHECK(h->status == 200 && strstr(h->body, "\"T0\",\"m.dll\",2000,64000,64000\r\n") != NULL);
    CHECK(get(p, "?format=xml")->status == 400);
    check_clean("formats", p, r);
}

/* No end of the collection; the process ends. What is there is delivered. */
static void test_interrupted(void)
{
    const struct portside *p = portside_without_metrics();
    struct fake_trace t = whole(false);
    t.ends = true;
    struct fake_runtime *r = one_app(p, &t);
    const struct http *h = get(p, "?format=json");

    CHECK(h->status == 200 && strcmp(http_header(h, "X-GCDump-Complete"), "false") == 0);
    CHECK(json_number(json_of(h), "objects") == OBJECTS);
    /* The first session ends by itself while it is told to: so no word of stray stops here. */
    CHECK(WAIT_UNTIL(5000, fake_runtime_sessions(r) == 0));
    CHECK(portside_nothing_left(p));
}

/* As NativeAOT: sessions without a snapshot. */
static void test_none(void)
{
    const struct portside *p = portside_without_metrics();
    struct heap_trace *empty = heap_trace_new();
    struct fake_trace t = {0};
    t.bytes = heap_trace_finish(empty, &t.size);
    struct fake_runtime *r = one_app(p, &t);
    const struct http *h = get(p, "");

    CHECK(h->status == 400 && strstr(h->body, "no heap snapshot within 5 s") != NULL);
    check_clean("none", p, r);
}

/* Cancelled in the middle: the session is stopped, and the next one finds room. */
static void test_left(void)
{
    const struct portside *p = portside_without_metrics();
    struct fake_trace t = whole(true);
    t.hold_after = t.size / 2;
    struct fake_runtime *r = one_app(p, &t);
    struct http *h = http_start(&(struct http_request){.url = world_text("%s/gcdump", p->base)});

    REQUIRE(fake_runtime_wait(r, FAKE_ANY_COLLECT, 1, 5000));
    CHECK(get(p, "")->status == 429);
    CHECK(get(p, "?format=csv")->status == 429);
    const char *id = json_text(portside_last_operation(p), "operationId");
    CHECK(http_delete("%s/operations/%s", p->base, id)->status == 200);
    REQUIRE(http_wait(h, 5000));
    fake_runtime_open_gate(r);
    check_clean("left", p, r);
    t.hold_after = 0;
    fake_runtime_set_trace(r, &t);
    CHECK(WAIT_UNTIL(5000, get(p, "?format=csv")->status == 200));
    check_clean("next", p, r);
}

WORLD_SUITE("gcdump", {"formats", test_formats}, {"interrupted", test_interrupted},
            {"none", test_none}, {"left", test_left})
