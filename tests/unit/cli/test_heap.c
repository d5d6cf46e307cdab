#include "src/cli/heap.h"
#include "tests/support/command.h"
#include "tests/support/files.h"
#include "tests/support/heap_maker.h"
#include "tests/support/heap_trace.h"
#include "tests/support/json.h"
#include "tests/support/world.h"

#define IDLE "tests/data/gcdump/idle10.gcdump"

static void test_heap(void)
{
    struct command_result r = COMMAND_RUN(heap_main, IDLE, "-n", "2");

    CHECK(r.code == 0 && strstr(r.out, "         55,526  bytes\n"));
    CHECK(strstr(r.out, "246           12,190  System.String  [System.Private.CoreLib.dll]"));
    CHECK(strstr(r.out, "System.Object[]") == NULL); /* the third */
    r = COMMAND_RUN(heap_main, IDLE, "--sort", "count", "--format", "csv");
    CHECK(r.code == 0 &&
          strstr(r.out, "type,module,count,bytes,retained\r\n\"System.String\",") == r.out);
    r = COMMAND_RUN(heap_main, IDLE, "--format", "JSON");
    CHECK(r.code == 0 && json_number(json_parse(r.out), "bytes") == 55526);
    r = COMMAND_RUN(heap_main, "--help");
    CHECK(r.code == 0 && strstr(r.out, "heapstat"));
}

static void test_out(void)
{
    const char *out = world_text("%s/out.gcdump", files_tmpdir());
    struct command_result r = COMMAND_RUN(heap_main, IDLE, "--format", "gcdump", "-o", out);

    CHECK(r.code == 0 && files_size(out) > 20000);
    struct command_result a = COMMAND_RUN(heap_main, IDLE), b = COMMAND_RUN(heap_main, out);
    CHECK(a.code == 0 && b.code == 0 && strcmp(a.out, b.out) == 0);
    r = COMMAND_RUN(heapdiff_main, IDLE, out);
    CHECK(r.code == 0 && strstr(r.out, "               0  bytes\n"));
    CHECK(COMMAND_RUN(heap_main, IDLE, "-o", "/no/such/folder/x").code == 255);
}

static const struct {
    const char *label;
    int (*command)(int argc, char **argv);
    const char *arguments[5];
    int code;
    const char *text;
} faults[] = {
    {"no file", heap_main, {NULL}, 1, "a FILE is needed"},
    {"two files", heap_main, {IDLE, IDLE}, 1, NULL},
    {"format", heap_main, {IDLE, "--format", "xml"}, 1, "unknown format xml"},
    {"sort", heap_main, {IDLE, "--sort", "name"}, 1, "unknown order name"},
    {"number", heap_main, {IDLE, "-n", "0"}, 1, "a number from 1 on"},
    {"missing", heap_main, {"/no/such"}, 255, "/no/such: open"},
    {"not a heap", heap_main, {"README.md"}, 255, "README.md: not a .gcdump file"},
    {"no snapshot", heap_main, {"tests/data/nettrace/meters10.nettrace"}, 255, "no heap snapshot"},
    {"empty", heap_main, {"/dev/null"}, 255, "the file is empty"},
    {"one file", heapdiff_main, {IDLE}, 1, "two files are needed"},
    {"diff format", heapdiff_main, {IDLE, IDLE, "-f", "gcdump"}, 1, "unknown format gcdump"},
    {"second missing", heapdiff_main, {IDLE, "/no/such"}, 255, "/no/such: open"},
};

static void test_faults(void)
{
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        struct command_result r = command_run(faults[i].command, faults[i].arguments);
        CHECK_AT(faults[i].label, r.code == faults[i].code && *r.out == '\0');
        CHECK_AT(faults[i].label, !faults[i].text || strstr(r.err, faults[i].text));
    }
}

/* A list that grows is on top, with what holds it. */
static const char *write_trace(uint32_t leaked, bool end)
{
    struct heap_trace *t = heap_trace_new();
    const char *path = world_text("%s/%u.nettrace", files_tmpdir(), leaked);
    size_t size;

    heap_trace_start(t, 9, 2, 1, 0);
    heap_trace_types(t, 2);
    heap_trace_nodes(t, 0, 0, leaked, 1);
    heap_trace_edges(t, 0, 1, leaked - 1);
    heap_trace_edges(t, 1, 0, 1);
    heap_trace_static(t, 0, "leak", 0);
    if (end)
        heap_trace_end_collection(t, 9);
    const uint8_t *data = heap_trace_finish(t, &size);
    REQUIRE(files_write(path, data, size));
    return path;
}

static void test_traces(void)
{
    const char *before = write_trace(10, true), *after = write_trace(1000, true);
    struct command_result r = COMMAND_RUN(heapdiff_main, before, after);

    CHECK(r.code == 0 && *r.err == '\0');
    CHECK(strstr(r.out, "         +31,680          +990           +31,680            32,000  T0"));
    CHECK(strstr(r.out, "> [static var T1.leak]\n    > T0\n"));
    r = COMMAND_RUN(heap_main, write_trace(5, false));
    CHECK(r.code == 0 && strstr(r.err, "incomplete") && strstr(r.out, "INCOMPLETE"));
}

WORLD_SUITE("cli/heap", {"heap", test_heap}, {"out", test_out}, {"faults", test_faults},
            {"traces", test_traces})
