/* Names for addresses, at the end of a recording. */
#include "tests/support/trace_maker.h"
#include "tests/support/world.h"

/* Two addresses of one method, and two tiers, are one frame; so their stacks are one. */
static void test_equal_stacks_merge(void)
{
    struct trace_maker *m = trace_maker_new();
    static const uint64_t a[] = {0x1001}, b[] = {0x1002}, c[] = {0x5001};

    trace_maker_method(m, MAKER_UNLOAD, 0x1000, 16, "T", "M", "");
    trace_maker_method(m, MAKER_RUNDOWN, 0x5000, 16, "T", "M", "");
    trace_maker_stack(m, 1, a, 1);
    trace_maker_stack(m, 2, b, 1);
    trace_maker_stack(m, 3, c, 1);
    for (uint32_t i = 0; i < 4; i++)
        trace_maker_sample(m, 1, i * 1000, i % 3 + 1, 2);
    const struct profile *p = trace_maker_profile(m);
    CHECK(p->frame_count == 1);
    CHECK(p->totals[PROFILE_WALL].count == 1);
    CHECK(strcmp(profile_frame_name(p, 0), "ManagedModule!T.M") == 0);
    CHECK(p->totals[PROFILE_WALL].list[0].value == 3000);
}

/* Names that came after the samples, as in a rundown; and code that has none (NativeAOT). */
static void test_names_at_the_end(void)
{
    struct trace_maker *m = trace_maker_new();
    static const uint64_t frames[] = {0x1001, 0xABCDEF0123};

    trace_maker_stack(m, 1, frames, 2);
    trace_maker_sample(m, 1, 0, 1, 2);
    trace_maker_sample(m, 1, 10, 1, 2);
    trace_maker_module(m, "/a/Lib.dll");
    trace_maker_method(m, MAKER_RUNDOWN, 0x1000, 16, "T", "M", "");
    const struct profile *p = trace_maker_profile(m);
    REQUIRE(p->frame_count == 2);
    CHECK(strcmp(profile_frame_name(p, 0), "Lib!T.M") == 0);
    CHECK(strcmp(profile_frame_name(p, 0) + p->frames[0].skip, "T.M") == 0);
    CHECK(strcmp(names_get(&p->names, p->frames[0].module), "Lib") == 0);
    CHECK(strcmp(profile_frame_name(p, 1), "0xABCDEF0123") == 0);
    CHECK(p->frames[1].address == 0xABCDEF0123 && p->frames[1].module == NAMES_NONE);
}

/* An address with the bit of names is no name. */
static void test_hostile_address(void)
{
    struct trace_maker *m = trace_maker_new();
    static const uint64_t frames[] = {UINT64_MAX, UINT64_C(1) << 63};

    trace_maker_stack(m, 1, frames, 2);
    trace_maker_sample(m, 1, 0, 1, 2);
    trace_maker_sample(m, 1, 10, 1, 2);
    const struct profile *p = trace_maker_profile(m);
    REQUIRE(p->frame_count == 2);
    CHECK(strcmp(profile_frame_name(p, 0), "0x7FFFFFFFFFFFFFFF") == 0);
    CHECK(strcmp(profile_frame_name(p, 1), "0x0") == 0);
}

/* Ticks and samples of one thing: the samples are better. And without the sampler no thread time.
 */
static void test_sources(void)
{
    struct trace_maker *m = trace_maker_new();
    static const uint8_t zeros[26];
    uint8_t after[24] = {0};

    trace_maker_text(m, MAKER_TICK, 5, 1, 0, zeros, 26, "FromTick", zeros, 20);
    after[10] = 0x10; /* 1 MiB */
    trace_maker_text(m, MAKER_SAMPLED, 5, 2, 0, zeros, 14, "FromSample", after, 24);
    const struct profile *p = trace_maker_profile(m);
    CHECK(p->totals[PROFILE_ALLOC].count == 1);
    CHECK(trace_maker_value(p, PROFILE_ALLOC, "FromSample") >= 1 << 20);
    CHECK(p->totals[PROFILE_WALL].count == 0 && p->run_count == 0);
    CHECK(profile_first_kind(p) == PROFILE_ALLOC);
}

WORLD_SUITE("profile/resolve", {"equal stacks merge", test_equal_stacks_merge},
            {"names at the end", test_names_at_the_end}, {"hostile address", test_hostile_address},
            {"sources", test_sources})
