/*
 * fuzz/fuzz_exceptions.c - payloads of thrown exceptions; and whole streams, in pieces whose size
 * is the first byte, out of which records and then their names are taken, and every format is
 * written.
 */
#include <stdlib.h>
#include <string.h>

#include "src/exceptions/format.h"
#include "src/exceptions/history.h"
#include "src/exceptions/name_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct world {
    struct nettrace *stream;
    struct exception_history history;
};

static void decode(const uint8_t *data, size_t size)
{
    struct exception_payload p;

    for (uint32_t pointer = 4; pointer <= 8; pointer += 4) {
        if (!exception_payload_decode(data, size, pointer, &p))
            continue;
        if (p.type.units + 2 * p.type.count > data + size ||
            p.message.units + 2 * p.message.count > data + size)
            abort();
    }
}

static int on_event(void *user, const struct nettrace_event *event)
{
    struct world *w = user;
    struct exception_record *r = exception_record_new(w->stream, event);

    if (r)
        exception_history_add(&w->history, r, EXCEPTION_KEPT);
    return 0;
}

static void write_all(struct exception_names *names, const struct exception_record *r)
{
    struct thread_stacks s = {.stacks = calloc(r->depth + 1, sizeof *s.stacks)};
    struct stack_thread stack;
    struct stack_resolver v;
    size_t used = 0;

    stack_resolver_init(&v, &names->methods, &s);
    if (!s.stacks || !exception_names_resolve(names, &v, r, &used, &stack) || used > r->depth)
        abort();
    (void)exception_names_subject(names, r);
    for (int i = 0; i < EXCEPTION_FORMATS; i++) {
        struct text out = {0};
        exception_formats[i].write(
            &out, &(struct exception_view){r, exception_names_module(names, r->type), &s, &stack});
        if (out.size == 0)
            abort();
        text_deinit(&out);
    }
    stack_resolver_deinit(&v);
    thread_stacks_deinit(&s);
}

static void read_stream(const uint8_t *data, size_t size, size_t step)
{
    struct exception_names *names = calloc(1, sizeof *names);
    struct name_reader *reader = name_reader_new();
    struct world w = {0};
    const struct nettrace_callbacks callbacks = {.user = &w, .on_event = on_event};

    exception_history_init(&w.history, 100);
    w.stream = nettrace_new(&callbacks, NULL);
    if (!names || !reader || !w.stream)
        abort();
    for (size_t at = 0; at < size; at += step) {
        if (nettrace_feed(w.stream, data + at, size - at < step ? size - at : step) < 0)
            break;
    }
    list_each(r, &w.history.records, struct exception_record, link)
    {
        (void)name_reader_want(reader, r);
    }
    (void)name_reader_feed(reader, names, data, size);
    (void)name_reader_finish(reader, names);
    list_each(r, &w.history.records, struct exception_record, link)
    {
        write_all(names, r);
    }
    name_reader_free(reader);
    exception_names_deinit(names);
    free(names);
    exception_history_deinit(&w.history);
    nettrace_free(w.stream);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    decode(data + 1, size - 1);
    read_stream(data + 1, size - 1, (size_t)data[0] + 1);
    return 0;
}
