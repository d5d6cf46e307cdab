/*
 * fuzz/fuzz_recorder.c - whole streams into a profile, in pieces whose size is the first byte; then
 * every format is written of every kind. Numbers in the profile must be inside its arrays.
 */
#include <stdlib.h>
#include <string.h>

#include "src/profile/format.h"
#include "src/profile/recorder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_stack(const struct profile *p, uint32_t thread, uint32_t stack)
{
    size_t depth;

    if (thread >= p->thread_count || stack >= p->stacks.count)
        abort();
    const uint64_t *frames = stack_table_get(&p->stacks, stack, &depth);
    for (size_t i = 0; i < depth; i++) {
        if (frames[i] >= p->frame_count)
            abort();
    }
}

static void check(const struct profile *p)
{
    int64_t end = 0;

    for (int kind = 0; kind < PROFILE_KINDS; kind++) {
        for (size_t i = 0; i < p->totals[kind].count; i++)
            check_stack(p, p->totals[kind].list[i].thread, p->totals[kind].list[i].stack);
    }
    for (size_t i = 0; i < p->run_count; i++) {
        const struct profile_run *run = &p->runs[i];
        check_stack(p, run->thread, run->stack);
        if (i == 0 || run->thread != p->runs[i - 1].thread)
            end = 0;
        if (run->start < end || run->duration <= 0)
            abort();
        end = run->start + run->duration;
    }
}

static int drop(void *user, const void *data, size_t size)
{
    (void)data;
    *(size_t *)user += size;
    return 0;
}

static void write_all(const struct profile *p)
{
    for (const struct format *f = formats; f->name; f++) {
        for (int kind = 0; kind <= PROFILE_KINDS; kind++) {
            struct format_options options = {
                .kind = (enum profile_kind)kind, .threads = true, .verbose = true, .count = 1000};
            struct error err;
            size_t written = 0;
            int r = format_write(f, p, &options, drop, &written, &err);
            if ((r < 0) != (written == 0) && strcmp(f->name, "collapsed") != 0)
                abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct recorder_options options = {.events_end_samples = size > 0 && data[0] & 1};
    struct recorder *r = recorder_new(&options);
    struct profile p;
    struct error err;

    if (!r)
        abort();
    for (size_t at = 1; at < size;) {
        size_t n = size - at <= data[0] ? size - at : (size_t)data[0] + 1;
        if (n > size - at)
            n = size - at;
        if (recorder_feed(r, data + at, n, &err) < 0)
            break;
        at += n;
    }
    (void)recorder_finish(r, &p, &err);
    check(&p);
    write_all(&p);
    recorder_free(r);
    profile_deinit(&p);
    return 0;
}
