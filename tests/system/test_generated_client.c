/*
 * A client that is generated from the served document, by a generator and a compiler that others
 * keep, calls every operation (tests/clients).
 */
#include "tests/support/fake_runtime.h"
#include "tests/support/files.h"
#include "tests/support/heap_trace.h"
#include "tests/support/metrics_maker.h"
#include "tests/support/portside.h"
#include "tests/support/trace_maker.h"
#include "tests/support/world.h"

enum { CLIENT_MS = 300 * 1000, CANNOT_RUN = 77 };

static struct fake_trace counters(void)
{
    struct metrics_maker *m = metrics_maker_new();
    struct fake_trace t = {0};

    metrics_maker_counter(m, "System.Runtime", 1,
                          "Name=cpu-usage|DisplayName=CPU Usage|Mean=%0.25|IntervalSec=%5|"
                          "Series=Interval=5000|CounterType=Mean|Metadata=|DisplayUnits=MB");
    t.bytes = metrics_maker_end(m, &t.size);
    return t;
}

static struct fake_trace heap(void)
{
    struct heap_trace *h = heap_trace_new();
    struct fake_trace t = {0};

    heap_trace_start(h, 9, 2, 1, 0);
    heap_trace_types(h, 2);
    heap_trace_static(h, 0, "leak", 0);
    heap_trace_nodes(h, 0, 0, 100, 0);
    heap_trace_end_collection(h, 9);
    t.bytes = heap_trace_finish(h, &t.size);
    return t;
}

static void test_every_operation(void)
{
    static const struct fake_dump held = {.size = 1 << 20, .hold_after = 256 << 10};
    struct portside *p = portside_start(&(struct portside_options){
        .exceptions = true,
        .env = {"DotnetMonitor_CollectionRules__some rule__Trigger__Type=Startup"}});
    const char *output = world_text("%s/client.log", files_tmpdir()), *said;
    size_t size;
    const uint8_t *trace = trace_maker_end(trace_maker_example_trace(), &size);

    (void)fake_runtime_start(&(struct fake_options){.port = p->socket,
                                                    .pid = 100001,
                                                    .command_line = "/app/whole",
                                                    .trace = {.bytes = trace, .size = size}});
    struct fake_runtime *r = fake_runtime_start(&(struct fake_options){
        .port = p->socket, .pid = 100002, .command_line = "/app/held", .dump = held});
    (void)fake_runtime_start(&(struct fake_options){
        .port = p->socket, .pid = 100003, .command_line = "/app/counters", .trace = counters()});
    (void)fake_runtime_start(&(struct fake_options){
        .port = p->socket, .pid = 100004, .command_line = "/app/heap", .trace = heap()});
    REQUIRE(portside_wait_count(p, 4, 5000));
    const char *const argv[] = {"tests/clients/run", p->base, "whole", "held", NULL};
    int code = proc_run(&(struct proc_options){.argv = argv, .output = output}, CLIENT_MS, &said);
    if (code == CANNOT_RUN)
        world_skip("%s", said);
    else if (code != 0)
        CHECK_AT(world_text("exit code %d: %s", code, said), false);
    fake_runtime_open_gate(r);
}

WORLD_SUITE("system/generated_client", {"every operation", test_every_operation})
