#include <errno.h>

#include "src/profile/limits.h"
#include "src/profile/recorder.h"
#include "tests/support/files.h"
#include "tests/support/trace_maker.h"
#include "tests/support/world.h"

static void test_example(void)
{
    const struct profile *p = trace_maker_example();

    CHECK(profile_sum(p, PROFILE_WALL) == 10000000);
    CHECK(profile_sum(p, PROFILE_CPU) == 8000000);
    CHECK(trace_maker_value(p, PROFILE_CPU, "My.App!My.App.Program.Work(int32)") == 4000000);
    CHECK(trace_maker_value(p, PROFILE_WALL, "My.App!My.App.Wait</script>\"\\;x()") == 2000000);
    CHECK(trace_maker_value(p, PROFILE_WALL, "0x9999") == 4000000);
    CHECK(trace_maker_value(p, PROFILE_ALLOC, "System.String") == 200000);
    CHECK(trace_maker_value(p, PROFILE_EXCEPTIONS, "My.Exception") == 1);
    CHECK(p->totals[PROFILE_EVENTS].count == 0);
    CHECK(p->thread_count == 2 && p->threads[0].id == 7);
    CHECK(p->process_id == 42 && p->lost == 0 && p->dropped == 0);
    CHECK(strcmp(names_get(&p->names, p->process), "Process64 My (42) Args: --urls x") == 0);
    CHECK(p->start_unix_ns == INT64_C(1795320306007000000));
}

static void test_empty(void)
{
    const struct profile *p = trace_maker_profile(trace_maker_new());

    CHECK(p->frame_count == 0 && profile_first_kind(p) == PROFILE_KINDS);
    CHECK(p->events == 0);
}

static void test_deep_stacks(void)
{
    struct trace_maker *m = trace_maker_new();
    uint64_t *frames = world_alloc((PROFILE_DEPTH + 10) * sizeof *frames);
    size_t depth;

    for (size_t i = 0; i < PROFILE_DEPTH + 10; i++)
        frames[i] = 0x1000 + i;
    trace_maker_stack(m, 1, frames, 10000);
    trace_maker_stack(m, 2, frames, PROFILE_DEPTH + 10);
    trace_maker_sample(m, 5, 0, 1, 2);
    trace_maker_sample(m, 5, 1000000, 2, 2);
    trace_maker_sample(m, 5, 2000000, 1, 2);
    const struct profile *p = trace_maker_profile(m);
    REQUIRE(p->totals[PROFILE_WALL].count == 2);
    (void)stack_table_get(&p->stacks, 0, &depth);
    CHECK(depth == 10000);
    (void)stack_table_get(&p->stacks, 1, &depth);
    CHECK(depth == PROFILE_DEPTH);
    for (int i = 0; i < 5; i++) {
        static const char *const names[] = {"speedscope", "chromium", "collapsed", "pprof",
                                            "flamegraph"};
        size_t size;
        int code;
        CHECK_AT(names[i],
                 trace_maker_format(names[i], p, PROFILE_WALL, &size, &code) && size > 10000);
    }
}

static void test_kinds_wanted(void)
{
    const struct recorder_options options = {.kinds = 1U << PROFILE_EXCEPTIONS};
    struct trace_maker *m = trace_maker_new();
    struct recorder *r = recorder_new(&options);
    struct profile p;
    struct error err;
    size_t size;

    trace_maker_sample(m, 5, 0, 0, 2);
    trace_maker_sample(m, 5, 9, 0, 2);
    trace_maker_text(m, MAKER_EXCEPTION, 7, 1, 0, NULL, 0, "E", "", 0);
    const uint8_t *data = trace_maker_end(m, &size);
    REQUIRE(r && recorder_feed(r, data, size, &err) == 0 && recorder_finish(r, &p, &err) == 0);
    CHECK(p.totals[PROFILE_WALL].count == 0 && p.totals[PROFILE_EXCEPTIONS].count == 1);
    recorder_free(r);
    profile_deinit(&p);
}

static void test_cut_and_damaged(void)
{
    struct trace_maker *m = trace_maker_new();
    static const uint64_t frames[] = {0x1001};
    size_t size;

    trace_maker_stack(m, 1, frames, 1);
    trace_maker_sample(m, 5, 0, 1, 2);
    trace_maker_sample(m, 5, 9, 1, 2);
    const uint8_t *data = trace_maker_end(m, &size);
    static const struct {
        const char *name;
        size_t cut;
        int feed, finish;
    } rows[] = {
        {"cut", 1, 0, -ENODATA}, {"nothing", 0, 0, -ENODATA}, {"no trace", 0, -EBADMSG, -EBADMSG}};
    for (size_t i = 0; i < 3; i++) {
        struct recorder *r = recorder_new(NULL);
        struct profile p;
        struct error err;
        const void *bytes = i == 2 ? (const void *)"this is not a trace at all" : data;
        size_t n = i == 0 ? size - 1 : i == 1 ? 0 : 26;
        REQUIRE(r != NULL);
        CHECK_AT(rows[i].name, recorder_feed(r, bytes, n, &err) == rows[i].feed);
        CHECK_AT(rows[i].name, recorder_finish(r, &p, &err) == rows[i].finish);
        CHECK_AT(rows[i].name, (p.totals[PROFILE_WALL].count > 0) == (i == 0));
        recorder_free(r);
        profile_deinit(&p);
    }
}

/* A real recording in pieces of all sizes: the same profile. */
static void test_pieces(void)
{
    static const size_t pieces[] = {1, 7, 4096, 1 << 20};
    size_t size;
    char *data = files_read("tests/data/nettrace/sample10.nettrace", &size);

    REQUIRE(data != NULL);
    for (size_t i = 0; i < 4; i++) {
        struct recorder *r = recorder_new(NULL);
        struct profile p;
        struct error err;
        REQUIRE(r != NULL);
        for (size_t at = 0; at < size; at += pieces[i]) {
            size_t n = size - at < pieces[i] ? size - at : pieces[i];
            REQUIRE(recorder_feed(r, data + at, n, &err) == 0);
        }
        CHECK(recorder_finish(r, &p, &err) == 0);
        CHECK(profile_sum(&p, PROFILE_WALL) / 1000000 == 9010); /* dotnet-trace: 9010.34 ms */
        CHECK(trace_maker_value(&p, PROFILE_WALL, "con!P.Work(int32)") / 1000000 == 5989);
        CHECK(p.thread_count >= 3 && p.run_count > 3);
        recorder_free(r);
        profile_deinit(&p);
    }
}

/* Version 6: threads have names, and their ids are not their numbers in the stream. */
static void test_version_6(void)
{
    struct trace_maker *m = trace_maker_new_version(6);
    static const uint64_t frames[] = {0x1001};

    trace_maker_stack(m, 1, frames, 1);
    trace_maker_sample(m, 7, 0, 1, 2);
    trace_maker_sample(m, 8, 50, 1, 1);
    trace_maker_sample(m, 7, 100, 1, 2);
    const struct profile *p = trace_maker_profile(m);
    REQUIRE(p->thread_count == 2 && p->events == 3);
    CHECK(p->threads[0].id == 700 && p->process_id == 42);
    CHECK(strcmp(names_get(&p->names, p->threads[1].name), "Thread (800) (worker)") == 0);
    CHECK(profile_sum(p, PROFILE_CPU) == 100);
}

/* A sampler that calls everything external: alone, cpu goes by the methods; with wall time it is
 * what dotnet-trace would say. */
static void test_external_only(void)
{
    struct trace_maker *m = trace_maker_new();
    static const uint64_t work[] = {0x1010}, wait[] = {0x2010}, nobody[] = {0x9999};
    struct error err;
    size_t size;

    trace_maker_module(m, "/app/My.App.dll");
    trace_maker_method(m, MAKER_METHOD, 0x1000, 0x100, "My.App", "Work", "void  ()");
    trace_maker_method(m, MAKER_METHOD, 0x2000, 0x100, "System.Threading.Monitor", "Wait",
                       "void  ()");
    trace_maker_stack(m, 1, work, 1);
    trace_maker_stack(m, 2, wait, 1);
    trace_maker_stack(m, 3, nobody, 1);
    for (uint32_t i = 0; i < 100; i++)
        trace_maker_sample(m, 7, i * UINT64_C(10), 1 + i % 3, 1);
    const uint8_t *data = trace_maker_end(m, &size);
    for (int wall = 0; wall < 2; wall++) {
        const struct recorder_options options = {.kinds = 1U << PROFILE_CPU |
                                                          (wall ? 1U << PROFILE_WALL : 0)};
        struct recorder *r = recorder_new(&options);
        struct profile p;
        REQUIRE(r && recorder_feed(r, data, size, &err) == 0 && recorder_finish(r, &p, &err) == 0);
        CHECK(profile_sum(&p, PROFILE_CPU) == (wall ? 0 : 330));
        CHECK(trace_maker_value(&p, PROFILE_CPU, "My.App!My.App.Work()") == (wall ? 0 : 330));
        profile_deinit(&p);
        recorder_free(r);
    }
}

/* Behind a sequence point an id of a stack is another stack. */
static void test_stacks_of_a_sequence_point(void)
{
    struct trace_maker *m = trace_maker_new();
    static const uint64_t first[] = {0x1001}, second[] = {0x2002};
    const struct nettrace_sequence_point point = {.timestamp = MAKER_START_TICKS + 100};

    trace_maker_stack(m, 1, first, 1);
    trace_maker_sample(m, 7, 0, 1, 2);
    nettrace_write_sequence_point(&m->w, &point, NULL);
    trace_maker_stack(m, 1, second, 1);
    trace_maker_sample(m, 7, 100, 1, 2);
    trace_maker_sample(m, 7, 103, 1, 2);
    const struct profile *p = trace_maker_profile(m);
    CHECK(trace_maker_value(p, PROFILE_WALL, "0x1001") == 100);
    CHECK(trace_maker_value(p, PROFILE_WALL, "0x2002") == 3);
}

WORLD_SUITE("profile/recorder", {"external only", test_external_only}, {"example", test_example},
            {"version 6", test_version_6},
            {"stacks of a sequence point", test_stacks_of_a_sequence_point}, {"empty", test_empty},
            {"deep stacks", test_deep_stacks}, {"kinds wanted", test_kinds_wanted},
            {"cut and damaged", test_cut_and_damaged}, {"pieces", test_pieces})
