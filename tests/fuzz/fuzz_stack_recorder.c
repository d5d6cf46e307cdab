/*
 * fuzz/fuzz_stack_recorder.c - whole streams into stacks, in pieces whose size is the first byte;
 * then every format is written. Numbers must be inside the arrays.
 */
#include <stdlib.h>

#include "src/profile/stack_format.h"
#include "src/profile/stack_recorder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct thread_stacks *s)
{
    size_t unknown = 0;

    for (size_t i = 0; i < s->thread_count; i++) {
        const struct stack_thread *t = &s->threads[i];
        if (t->depth == 0 || (i && s->threads[i - 1].id >= t->id))
            abort();
        for (size_t k = 0; k < t->depth; k++) {
            if (s->stacks[t->first + k] >= s->frame_count)
                abort();
            unknown += s->frames[s->stacks[t->first + k]].kind == STACK_UNKNOWN;
        }
    }
    for (size_t i = 0; i < s->frame_count; i++) {
        if (s->frames[i].module != STACK_NO_MODULE && s->frames[i].module >= s->module_count)
            abort();
    }
    if (unknown != s->unknown)
        abort();
}

static int drop(void *user, const void *data, size_t size)
{
    (void)data;
    *(size_t *)user += size;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct stack_recorder *r = stack_recorder_new();
    struct thread_stacks s;
    struct error err;

    if (!r)
        abort();
    for (size_t at = 1; at < size;) {
        size_t n = size - at <= data[0] ? size - at : (size_t)data[0] + 1;
        if (n > size - at)
            n = size - at;
        if (stack_recorder_feed(r, data + at, n, &err) < 0)
            break;
        at += n;
    }
    if (stack_recorder_finish(r, &s, &err) == 0)
        check(&s);
    for (const struct stack_format *f = stack_formats; f->name; f++) {
        struct output o;
        size_t written = 0;
        output_init(&o, drop, &written);
        f->write(&s, &o);
        if (output_end(&o) == 0 && written == 0)
            abort();
    }
    stack_recorder_free(r);
    thread_stacks_deinit(&s);
    return 0;
}
