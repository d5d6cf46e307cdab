/* What sequence points make a parser forget, and v6's own ways to say so. */
#include <errno.h>

#include "proto/nettrace/parser.h"
#include "proto/nettrace/sequence_point.h"
#include "tests/support/check.h"
#include "tests/support/nettrace_sample.h"

/* A stream that a test writes step by step, and the parser that reads it as it comes. */
struct pipe {
    struct nettrace_writer w;
    struct nettrace *n;
    unsigned metadata, threads;
    int code;
};

static int on_metadata(void *user, struct nettrace_metadata *m)
{
    (void)m;
    ((struct pipe *)user)->metadata++;
    return 0;
}

static int on_thread(void *user, struct nettrace_thread *thread)
{
    (void)thread;
    ((struct pipe *)user)->threads++;
    return 0;
}

static void define(struct pipe *p)
{
    struct nettrace_metadata m = sample_metadata(SAMPLE_METADATA_SIMPLE, p->w.version);

    nettrace_write_metadata(&p->w, &m);
}

static void open_pipe(struct pipe *p, unsigned version)
{
    const struct nettrace_trace trace = {.ticks_per_second = 1000, .pointer_size = 8};
    struct nettrace_callbacks callbacks = {
        .user = p, .on_metadata = on_metadata, .on_thread = on_thread};

    *p = (struct pipe){0};
    nettrace_writer_init(&p->w, version, true);
    nettrace_write_trace(&p->w, &trace);
    define(p);
    p->n = nettrace_new(&callbacks, NULL);
    REQUIRE(p->n != NULL);
}

static void close_pipe(struct pipe *p)
{
    nettrace_free(p->n);
    nettrace_writer_deinit(&p->w);
}

/* Feeds what was written since the last time; the code of the parser. */
static size_t fed;
static int pump(struct pipe *p)
{
    size_t size;

    nettrace_write_flush(&p->w);
    const uint8_t *data = nettrace_writer_data(&p->w, &size);
    REQUIRE(data != NULL);
    p->code = nettrace_feed(p->n, data + fed, size - fed);
    fed = size;
    return p->code;
}

static void write_event(struct pipe *p, uint64_t thread, uint32_t sequence)
{
    const struct nettrace_event e = {
        .metadata_id = SAMPLE_METADATA_SIMPLE,
        .payload = (const uint8_t *)"\1\0\0\0\0\0",
        .payload_size = 6,
        .timestamp = sequence,
        .thread = thread,
        .capture_thread = thread,
        .sequence = sequence,
        .sorted = true,
    };

    nettrace_write_event(&p->w, &e);
}

static void write_point(struct pipe *p, uint64_t thread, uint32_t sequence, bool threads,
                        bool metadata)
{
    const struct sequence_point_thread list[] = {{thread, sequence}};
    const struct nettrace_sequence_point point = {
        .thread_count = thread ? 1 : 0, .flushes_threads = threads, .flushes_metadata = metadata};

    nettrace_write_sequence_point(&p->w, &point, list);
}

static void introduce(struct pipe *p, uint64_t index)
{
    const struct nettrace_thread thread = {
        .key = index, .thread_id = 100 + index, .process_id = 1, .name = "t"};

    nettrace_write_thread(&p->w, &thread);
}

static void test_v4_forgets_threads(void)
{
    struct pipe p;

    fed = 0;
    open_pipe(&p, 4);
    write_event(&p, 7, 1);
    write_event(&p, 8, 1);
    write_event(&p, 8, 2);
    CHECK(pump(&p) == 0);
    CHECK(nettrace_thread_find(p.n, 7) && nettrace_thread_find(p.n, 8));
    write_point(&p, 8, 4, false, false); /* 8 has lost 2; 7 is gone */
    CHECK(pump(&p) == 0);
    CHECK(!nettrace_thread_find(p.n, 7) && nettrace_thread_find(p.n, 8));
    write_event(&p, 7, 1); /* another thread by that id: nothing lost, nothing odd */
    write_event(&p, 8, 6);
    write_event(&p, 8, 1); /* again, without a point between: it has started anew */
    CHECK(pump(&p) == 0);
    CHECK(nettrace_stats(p.n)->loss.events == 2 + 1);
    CHECK(nettrace_stats(p.n)->loss.restarts == 1);
    close_pipe(&p);
}

/* A long stream of short-lived threads with stacks of their own: no more is kept than at first. */
static void test_v4_is_bounded(void)
{
    struct pipe p;
    const uint64_t address = 0x1000;
    struct nettrace_stack stack;

    fed = 0;
    open_pipe(&p, 4);
    for (uint32_t round = 0; round < 2000; round++) {
        for (uint32_t i = 0; i < 20; i++) {
            nettrace_write_stack(&p.w, round * 20 + i + 1, &address, 1, 8);
            write_event(&p, 1000 + round * 20 + i, 1);
        }
        REQUIRE(pump(&p) == 0);
        CHECK(nettrace_thread_find(p.n, 1000 + round * 20) != NULL);
        CHECK(nettrace_stack_find(p.n, round * 20 + 1, &stack));
        write_point(&p, 0, 0, false, false);
        REQUIRE(pump(&p) == 0);
        CHECK(nettrace_thread_find(p.n, 1000 + round * 20) == NULL);
        CHECK(!nettrace_stack_find(p.n, round * 20 + 1, &stack));
    }
    CHECK(nettrace_stats(p.n)->events == 40000);
    close_pipe(&p);
}

static void test_v6_keeps_threads(void)
{
    struct pipe p;

    fed = 0;
    open_pipe(&p, 6);
    introduce(&p, 7);
    write_event(&p, 7, 1);
    write_point(&p, 0, 0, false, false);
    write_event(&p, 7, 2);
    CHECK(pump(&p) == 0 && p.threads == 1 && nettrace_stats(p.n)->events == 2);
    CHECK(nettrace_thread_find(p.n, 7)->thread_id == 107);
    write_point(&p, 7, 5, true, true); /* counted before the flush */
    CHECK(pump(&p) == 0 && nettrace_stats(p.n)->loss.events == 3);
    CHECK(nettrace_thread_find(p.n, 7) == NULL);
    define(&p); /* the same id again */
    introduce(&p, 7);
    write_event(&p, 7, 1);
    CHECK(pump(&p) == 0 && p.metadata == 2 && p.threads == 2);
    CHECK(nettrace_stats(p.n)->events == 3 && nettrace_stats(p.n)->loss.events == 3);
    close_pipe(&p);
}

static void write_nothing(struct pipe *p)
{
    (void)p;
}

static void flush_threads(struct pipe *p)
{
    write_point(p, 0, 0, true, false);
}

static void flush_metadata(struct pipe *p)
{
    write_point(p, 0, 0, false, true);
}

static void remove_thread(struct pipe *p)
{
    nettrace_write_removed_thread(&p->w, 7, 1);
}

static void remove_twice(struct pipe *p)
{
    remove_thread(p);
    remove_thread(p);
}

static void introduce_again(struct pipe *p)
{
    introduce(p, 7);
}

static void define_again(struct pipe *p)
{
    define(p);
}

static void name_stranger(struct pipe *p)
{
    write_point(p, 9, 1, false, false);
}

/* After thread 7 was introduced and wrote event 1: this, and its event 2. */
static const struct {
    const char *label;
    void (*write)(struct pipe *p);
    int code;
    const char *text;
} v6_cases[] = {
    {"nothing", write_nothing, 0, ""},
    {"threads flushed", flush_threads, -EBADMSG, "introduced before; 7 was not"},
    {"metadata flushed", flush_metadata, -EBADMSG, "defined before; 1 was not"},
    {"removed", remove_thread, -EBADMSG, "introduced before; 7 was not"},
    {"removed twice", remove_twice, -EBADMSG, "thread 7 is removed and was not introduced"},
    {"introduced twice", introduce_again, -EBADMSG, "thread 7 is introduced twice"},
    {"defined twice", define_again, -EBADMSG, "metadata 1 is defined twice"},
    {"point of a stranger", name_stranger, -EBADMSG, "thread 9, which was not introduced"},
};

static void test_v6_references(void)
{
    for (size_t i = 0; i < sizeof v6_cases / sizeof v6_cases[0]; i++) {
        struct pipe p;

        fed = 0;
        open_pipe(&p, 6);
        introduce(&p, 7);
        write_event(&p, 7, 1);
        v6_cases[i].write(&p);
        write_event(&p, 7, 2);
        CHECK_AT(v6_cases[i].label, pump(&p) == v6_cases[i].code);
        CHECK_AT(v6_cases[i].label, strstr(nettrace_error(p.n)->text, v6_cases[i].text) != NULL);
        CHECK_AT(v6_cases[i].label, nettrace_stats(p.n)->events == (v6_cases[i].code ? 1 : 2));
        close_pipe(&p);
    }
}

static void test_v6_removal_counts_loss(void)
{
    struct pipe p;

    fed = 0;
    open_pipe(&p, 6);
    introduce(&p, 7);
    write_event(&p, 7, 3); /* 2 lost before */
    nettrace_write_removed_thread(&p.w, 7, 10);
    CHECK(pump(&p) == 0 && nettrace_stats(p.n)->loss.events == 2 + 7);
    CHECK(nettrace_thread_find(p.n, 7) == NULL);
    close_pipe(&p);
}

TEST_SUITE("proto/nettrace/sequence_point", {"v4 forgets threads", test_v4_forgets_threads},
           {"v4 is bounded", test_v4_is_bounded}, {"v6 keeps threads", test_v6_keeps_threads},
           {"v6 references", test_v6_references},
           {"v6 removal counts loss", test_v6_removal_counts_loss})
