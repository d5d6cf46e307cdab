#include <stdlib.h>

#include "src/profile/limits.h"
#include "src/profile/stack_recorder.h"
#include "tests/support/trace_maker.h"
#include "tests/support/world.h"

enum { TOKENS = 2000 };

static void end_stacks(void *arg)
{
    thread_stacks_deinit(arg);
}

/* The stacks of the first `size` bytes, in pieces. */
static struct thread_stacks *stacks_of(const uint8_t *data, size_t size, size_t piece)
{
    struct stack_recorder *r = stack_recorder_new();
    struct thread_stacks *s = world_alloc(sizeof *s);
    struct error err;

    REQUIRE(r != NULL);
    for (size_t at = 0; at < size; at += piece) {
        if (stack_recorder_feed(r, data + at, size - at < piece ? size - at : piece, &err) < 0)
            break;
    }
    REQUIRE(stack_recorder_finish(r, s, &err) == 0);
    stack_recorder_free(r);
    world_at_end(end_stacks, s);
    return s;
}

static struct thread_stacks *stacks_of_maker(struct trace_maker *m)
{
    size_t size;
    const uint8_t *data = trace_maker_end(m, &size);

    return stacks_of(data, size, 7);
}

/* Frames of a thread as "T.A T.B": types and methods; "?" unknown, "-" native. */
static const char *shown(const struct thread_stacks *s, size_t thread)
{
    const char *all = "";

    for (size_t i = 0; i < s->threads[thread].depth; i++) {
        const struct stack_frame *f = &s->frames[s->stacks[s->threads[thread].first + i]];
        const char *one = f->kind == STACK_NATIVE ? "-"
                          : f->kind == STACK_UNKNOWN
                              ? "?"
                              : world_text("%s.%s%s", stack_text(s, f->type),
                                           stack_text(s, f->method), stack_text(s, f->arguments));
        all = world_text("%s%s%s", all, i ? " " : "", one);
    }
    return all;
}

static struct trace_maker *example(void)
{
    static const uint64_t first[] = {0x1010, 0x2010}, second[] = {0x9999, 0x9998, 0x2010, 0x2090};
    struct trace_maker *m = trace_maker_new();

    trace_maker_stack(m, 1, first, 2);
    trace_maker_stack(m, 2, second, 4);
    trace_maker_sample(m, 8, 1000, 1, 2);
    trace_maker_sample(m, 7, 1000, 1, 2);
    trace_maker_sample(m, 7, 3000, 2, 1);
    trace_maker_sample(m, 7, 2000, 1, 2); /* late, but older */
    trace_maker_module(m, "/app/My.App.dll");
    trace_maker_method(m, MAKER_RUNDOWN, 0x1000, 0x100, "N.T`1[X]", "Run", "void  (int32)");
    trace_maker_method(m, MAKER_RUNDOWN, 0x2000, 0x100, "", "main", "void  ()");
    trace_maker_method(m, MAKER_RUNDOWN, 0x7000, 0x100, "N.Other", "Never", "void  ()");
    return m;
}

static void test_newest(void)
{
    const struct thread_stacks *s = stacks_of_maker(example());

    REQUIRE(s->thread_count == 2);
    CHECK(s->threads[0].id == 7 && s->threads[1].id == 8);
    CHECK_AT("nameless code together", strcmp(shown(s, 0), "- .main() .main()") == 0);
    CHECK(strcmp(shown(s, 1), "N.T`1[X].Run(int32) .main()") == 0);
    REQUIRE(s->module_count == 1);
    CHECK(strcmp(stack_text(s, s->modules[0].file), "My.App.dll") == 0);
    CHECK(strcmp(stack_text(s, s->modules[0].path), "/app/My.App.dll") == 0);
    CHECK_AT("equal frames once", s->frame_count == 3);
    CHECK(s->whole && s->lost == 0 && s->unknown == 0 && thread_stacks_complete(s));
}

/* Whatever the cut: no more than is known, and it says so. */
static void test_cut(void)
{
    char missing[200];
    size_t size, full = 0;
    const uint8_t *data = trace_maker_end(example(), &size);

    for (size_t cut = 0; cut < size; cut += 3) {
        const struct thread_stacks *s = stacks_of(data, cut, 64);
        CHECK(!thread_stacks_complete(s) && s->thread_count <= 2);
        CHECK(strstr(thread_stacks_missing(s, missing, sizeof missing), "ended early") != NULL);
        full += s->thread_count == 2;
        if (s->thread_count == 2 && s->rundown == 0)
            CHECK_AT(shown(s, 1), strcmp(shown(s, 1), "? ?") == 0 && s->unknown > 0);
    }
    CHECK(full > 0);
    CHECK(stacks_of((const uint8_t *)"garbage", 7, 7)->thread_count == 0);
}

static void test_truncated(void)
{
    uint64_t addresses[STACK_RUNTIME_DEPTH];
    struct trace_maker *m = trace_maker_new();

    for (size_t i = 0; i < STACK_RUNTIME_DEPTH; i++)
        addresses[i] = 0x1000 + i;
    trace_maker_stack(m, 1, addresses, STACK_RUNTIME_DEPTH);
    trace_maker_stack(m, 2, addresses, STACK_RUNTIME_DEPTH - 1);
    trace_maker_sample(m, 1, 1, 1, 1);
    trace_maker_sample(m, 2, 1, 2, 1);
    trace_maker_method(m, MAKER_RUNDOWN, 0x1000, 0x1000, "T", "Down", "");
    const struct thread_stacks *s = stacks_of_maker(m);
    REQUIRE(s->thread_count == 2);
    CHECK(s->threads[0].truncated && !s->threads[1].truncated && s->truncated == 1);
    CHECK(s->threads[0].depth == STACK_RUNTIME_DEPTH && s->frame_count == 1);
}

/* Methods that are on no stack are not kept, however many. */
static void test_memory(void)
{
    static const uint64_t stack[] = {0x1000};
    struct trace_maker *m = trace_maker_new();

    trace_maker_stack(m, 1, stack, 1);
    trace_maker_sample(m, 1, 1, 1, 1);
    trace_maker_method(m, MAKER_RUNDOWN, 0x1000, 16, "T", "Here", "");
    for (uint64_t i = 1; i < TOKENS; i++)
        trace_maker_method(m, MAKER_RUNDOWN, 0x1000 + 16 * i, 16, "T", "Elsewhere", "");
    const struct thread_stacks *s = stacks_of_maker(m);
    CHECK(s->rundown == TOKENS && s->names.size < 64 && strcmp(shown(s, 0), "T.Here") == 0);
}

/* Samples and methods in turn: names are right, though the filter is given up. */
static void test_mixed(void)
{
    struct trace_maker *m = trace_maker_new();

    for (uint32_t i = 1; i <= 200; i++) {
        const uint64_t address = 0x1000 + 16 * (uint64_t)i;
        trace_maker_stack(m, i, &address, 1);
        trace_maker_sample(m, i, 1, i, 1);
        trace_maker_method(m, MAKER_RUNDOWN, address, 16, "T", world_text("M%u", i), "");
    }
    const struct thread_stacks *s = stacks_of_maker(m);
    REQUIRE(s->thread_count == 200 && s->dropped == 0);
    for (size_t i = 0; i < 200; i++)
        CHECK(strcmp(shown(s, i), world_text("T.M%zu", i + 1)) == 0);
}

WORLD_SUITE("profile/stack_recorder", {"newest", test_newest}, {"cut", test_cut},
            {"truncated", test_truncated}, {"memory", test_memory}, {"mixed", test_mixed})
