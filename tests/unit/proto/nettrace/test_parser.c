/* Streams by their bytes: what is refused, where, and in what words; cut ends; the reader's stop.
 */
#include <errno.h>

#include "proto/nettrace/format.h"
#include "proto/nettrace/limits.h"
#include "proto/nettrace/parser.h"
#include "tests/support/check.h"
#include "tests/support/nettrace_sample.h"

#define V4_HEAD "Nettrace\x14\0\0\0!FastSerialization.1"
#define TRACE_TYPE "\x05\x05\x01\x04\0\0\0\x04\0\0\0\x05\0\0\0Trace\x06"
#define TRACE_FIELDS                                                                               \
    "\xEA\x07\x03\0\0\0\x01\0\x0C\0\0\0\0\0\0\0"                                                   \
    "\x84\x03\0\0\0\0\0\0\0\xCA\x9A\x3B\0\0\0\0\x08\0\0\0\x67\x12\0\0\x02\0\0\0\xE8\x03\0\0"
#define V4_TRACE V4_HEAD TRACE_TYPE TRACE_FIELDS "\x06"
#define BLOCK_TYPE(size, name) "\x05\x05\x01\x02\0\0\0\x02\0\0\0" size "\0\0\0" name "\x06"
#define V6_HEAD "Nettrace\0\0\0\0\x06\0\0\0\0\0\0\0"
#define V6_TRACE                                                                                   \
    V6_HEAD "\x28\0\0\x01\xEA\x07\x03\0\0\0\x01\0\x0C\0\0\0\0\0\0\0"                               \
            "\x84\x03\0\0\0\0\0\0\0\xCA\x9A\x3B\0\0\0\0\x08\0\0\0\0\0\0\0"

static int count_event(void *user, const struct nettrace_event *e)
{
    (void)e;
    ++*(unsigned *)user;
    return 0;
}

/* In pieces of `step` bytes. */
static struct nettrace *feed_text(const char *bytes, size_t size, size_t step, int *ret_code)
{
    struct nettrace *n = nettrace_new(&(struct nettrace_callbacks){0}, NULL);

    REQUIRE(n != NULL);
    *ret_code = 0;
    for (size_t at = 0; *ret_code == 0 && at < size; at += step < size - at ? step : size - at)
        *ret_code = nettrace_feed(n, bytes + at, step < size - at ? step : size - at);
    if (*ret_code == 0)
        *ret_code = nettrace_finish(n);
    return n;
}

#define BYTES(text) text, sizeof(text) - 1

static const struct {
    const char *label, *bytes;
    size_t size;
    int code;
    uint64_t offset;
    const char *text;
} refusals[] = {
    {"empty", BYTES(""), -ENODATA, 0, "without its end mark, in the first bytes"},
    {"not a stream", BYTES("GET / HTTP/1.1\r\n"), -EBADMSG, 0, "expected \"Nettrace\""},
    {"netperf", BYTES("\x14\0\0\0!FastSerialization.1"), -EBADMSG, 0, "expected \"Nettrace\""},
    {"magic cut", BYTES("Nettra"), -ENODATA, 6, "expected 6 bytes more"},
    {"other word", BYTES("Nettrace\x15\0\0\0!FastSerialization.1"), -EBADMSG, 8, "found 21"},
    {"other serialization", BYTES("Nettrace\x14\0\0\0!FastSerialization.2"), -EBADMSG, 12,
     "!FastSerialization.1"},
    {"version 7", BYTES("Nettrace\0\0\0\0\x07\0\0\0\0\0\0\0"), -ENOTSUP, 12,
     "NetTrace version 7: this reader knows versions 4 to 6"},
    {"version 5 with the head of 6", BYTES("Nettrace\0\0\0\0\x05\0\0\0\0\0\0\0"), -EBADMSG, 12,
     "version 5"},
    {"no tag", BYTES(V4_HEAD "\x07"), -EBADMSG, 32, "the start of an object (5) or the end (1)"},
    {"no type tag", BYTES(V4_HEAD "\x05\x06"), -EBADMSG, 33, "the start of an object's type"},
    {"type with a type", BYTES(V4_HEAD "\x05\x05\x05"), -EBADMSG, 34, "without a type"},
    {"long name", BYTES(V4_HEAD "\x05\x05\x01\x04\0\0\0\x04\0\0\0\x41\0\0\0"), -EBADMSG, 43,
     "at most 64 bytes"},
    {"negative name", BYTES(V4_HEAD "\x05\x05\x01\x04\0\0\0\x04\0\0\0\xFF\xFF\xFF\xFF"), -EBADMSG,
     43, "at most 64 bytes"},
    {"trace of version 3", BYTES(V4_HEAD "\x05\x05\x01\x03\0\0\0\x03\0\0\0\x05\0\0\0Trace\x06"),
     -ENOTSUP, 32, "NetTrace version 3"},
    {"newer reader", BYTES(V4_HEAD "\x05\x05\x01\x09\0\0\0\x09\0\0\0\x05\0\0\0Trace\x06"), -ENOTSUP,
     32, "Trace object version 9 needs a reader of version 9; this one is 5"},
    {"newer block",
     BYTES(V4_TRACE "\x05\x05\x01\x03\0\0\0\x03\0\0\0\x0A\0\0\0"
                    "EventBlock\x06\0\0\0\0\0\0\0\0"),
     -ENOTSUP, 102, "EventBlock object version 3 needs a reader of version 3"},
    {"no trace first", BYTES(V4_HEAD BLOCK_TYPE("\x07", "SPBlock") "\0\0\0\0\0\0\0\0"), -EBADMSG,
     32, "expected Trace, found SPBlock"},
    {"trace twice", BYTES(V4_TRACE TRACE_TYPE TRACE_FIELDS "\x06"), -EBADMSG, 102, "another block"},
    {"pointer size",
     BYTES(V4_HEAD TRACE_TYPE "\xEA\x07\x03\0\0\0\x01\0\x0C\0\0\0\0\0\0\0"
                              "\x84\x03\0\0\0\0\0\0\0\xCA\x9A\x3B\0\0\0\0\x07\0\0\0"
                              "\x67\x12\0\0\x02\0\0\0\xE8\x03\0\0\x06"),
     -EBADMSG, 53, "pointer size of 4 or 8"},
    {"no end tag", BYTES(V4_HEAD TRACE_TYPE TRACE_FIELDS "\x05"), -EBADMSG, 101,
     "the end of the Trace object (6)"},
    {"no end", BYTES(V4_TRACE), -ENODATA, 102, "without its end mark, in between two blocks"},
    {"cut trace", BYTES(V4_HEAD TRACE_TYPE "\xEA\x07"), -ENODATA, 55,
     "cut in Trace: expected 47 bytes more"},
    {"huge block", BYTES(V4_TRACE BLOCK_TYPE("\x0A", "EventBlock") "\x01\0\0\x01\0\0\0"), -E2BIG,
     102, "EventBlock has 16777217 bytes, more than 16777216"},
    {"unknown, cut",
     BYTES(V4_TRACE BLOCK_TYPE("\x03", "New") "\xFF\xFF\xFF\x7F\0\0\0"
                                              "abc"),
     -ENODATA, 131, "a block of unknown kind"},
    {"v6 without trace", BYTES(V6_HEAD "\0\0\0\x02"), -EBADMSG, 20,
     "expected Trace, found EventBlock"},
    {"v6 short trace",
     BYTES(V6_HEAD "\x04\0\0\x01"
                   "abcd"),
     -EBADMSG, 24, "too short"},
    {"v6, empty block at the end", BYTES(V6_TRACE "\0\0\0\x02"), -EBADMSG, 68,
     "a header of at least 20 bytes"},
    {"v6, empty unknown block at the end", BYTES(V6_TRACE "\0\0\0\x77"), -ENODATA, 68,
     "without its end mark, in between two blocks"},
};

static void check_refusals(size_t step)
{
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        int code;
        struct nettrace *n = feed_text(refusals[i].bytes, refusals[i].size, step, &code);
        const struct nettrace_error *error = nettrace_error(n);

        CHECK_AT(refusals[i].label, code == refusals[i].code && error->code == code);
        CHECK_AT(refusals[i].label, error->offset == refusals[i].offset);
        CHECK_AT(refusals[i].label, strstr(error->text, refusals[i].text) != NULL);
        CHECK_AT(refusals[i].label, nettrace_feed(n, "x", 1) == code);
        CHECK_AT(refusals[i].label, nettrace_finish(n) == code);
        nettrace_free(n);
    }
}

static void test_refusals(void)
{
    check_refusals(SIZE_MAX);
    check_refusals(1);
}

static void test_smallest(void)
{
    static const char stream[] = V4_TRACE BLOCK_TYPE("\x03", "New") "\x03\0\0\0\0\0\0"
                                                                    "abc\x06\x01"
                                                                    "rest";
    int code;
    struct nettrace *n = feed_text(BYTES(stream), SIZE_MAX, &code);

    CHECK(code == 0 && nettrace_is_done(n));
    CHECK(nettrace_stats(n)->skipped_blocks == 1 && nettrace_stats(n)->blocks == 2);
    CHECK(nettrace_trace(n) && nettrace_trace(n)->process_id == 4711);
    nettrace_free(n);
}

/* An EventBlock of one event in a v4 stream whose metadata 1 is defined; `change` replaces a byte.
 */
static int parse_changed(struct nettrace_writer *w, size_t at, uint8_t value, uint64_t *ret_offset)
{
    size_t size;
    const uint8_t *data = nettrace_writer_data(w, &size);
    uint8_t copy[16384];

    REQUIRE(data != NULL && size <= sizeof copy && at < size);
    memcpy(copy, data, size);
    copy[at] = value;
    struct nettrace *n = nettrace_new(&(struct nettrace_callbacks){0}, NULL);
    REQUIRE(n != NULL);
    int code = nettrace_feed(n, copy, size);
    *ret_offset = nettrace_error(n)->offset;
    nettrace_free(n);
    return code;
}

/* Where the first block of events starts, behind its own header. */
static size_t first_event(const struct nettrace_writer *w)
{
    size_t size;
    const uint8_t *data = nettrace_writer_data(w, &size);
    const uint8_t *name = memmem(data, size, "EventBlock", 10);

    REQUIRE(name != NULL);
    size_t at = (size_t)(name - data) + 10 + 1 + 4;
    return (at + 3) / 4 * 4 + NETTRACE_EVENT_BLOCK_HEADER;
}

static void test_bad_events(void)
{
    struct nettrace_writer w;
    uint64_t offset;

    sample_write(&w, 4, false);
    size_t event = first_event(&w);
    CHECK(parse_changed(&w, event, 7, &offset) == -EBADMSG && offset == event); /* size */
    CHECK(parse_changed(&w, event + 4, 9, &offset) == -EBADMSG && offset == event);
    CHECK(parse_changed(&w, event + 4, 0, &offset) == -EBADMSG && offset == event);
    CHECK(parse_changed(&w, event + 76, 0xFF, &offset) == -EBADMSG && offset == event);
    CHECK(parse_changed(&w, event - 20, 19, &offset) == -EBADMSG); /* block's header size */
    CHECK(parse_changed(&w, event - 20, 20, &offset) == 0);
    nettrace_writer_deinit(&w);
    sample_write(&w, 4, true);
    event = first_event(&w);
    CHECK(parse_changed(&w, event + 1, 9, &offset) == -EBADMSG && offset == event); /* metadata */
    nettrace_writer_deinit(&w);
}

/* Every length: all whole events before the cut come, none twice, and the end is told. */
static void test_cut(void)
{
    struct nettrace_writer w;
    size_t size;
    unsigned last = 0;

    sample_write(&w, 4, true);
    const uint8_t *data = nettrace_writer_data(&w, &size);
    REQUIRE(data != NULL);
    for (size_t length = 0; length < size; length++) {
        unsigned events = 0;
        struct nettrace *n = nettrace_new(
            &(struct nettrace_callbacks){.user = &events, .on_event = count_event}, NULL);
        REQUIRE(n != NULL);
        CHECK(nettrace_feed(n, data, length) == 0);
        CHECK(nettrace_finish(n) == -ENODATA);
        CHECK(nettrace_error(n)->offset == length);
        CHECK(events >= last && events <= last + 1);
        last = events;
        nettrace_free(n);
    }
    CHECK(last == SAMPLE_EVENTS);
    nettrace_writer_deinit(&w);
}

/* v4 without compression: zeros up to a multiple of 4 bytes behind each event, or (TraceEvent's
 * way) nothing at all. */
static void test_padding(void)
{
    for (unsigned padded = 0; padded < 2; padded++) {
        struct nettrace_writer w;
        struct nettrace_metadata m = sample_metadata(SAMPLE_METADATA_SIMPLE, 4);
        struct bytes b = {0};
        unsigned events = 0;
        size_t size;

        nettrace_writer_init(&w, 4, false);
        bytes_clear(&w.out);
        bytes_raw(&w.out, BYTES(V4_TRACE));
        nettrace_write_metadata(&w, &m);
        bytes_u16(&b, NETTRACE_EVENT_BLOCK_HEADER);
        bytes_zeros(&b, NETTRACE_EVENT_BLOCK_HEADER - 2);
        for (uint32_t i = 1; i <= 8; i++) {
            bytes_u32(&b, NETTRACE_V4_HEADER - 4 + i);
            bytes_u32(&b, 1);
            bytes_u32(&b, i);
            bytes_zeros(&b, NETTRACE_V4_HEADER - 16);
            bytes_u32(&b, i);
            bytes_raw(&b, "payload!", i);
            bytes_zeros(&b, padded ? (0 - b.size) % 4 : 0);
        }
        nettrace_write_block(&w, NETTRACE_BLOCK_EVENT, "EventBlock", b.data, b.size);
        nettrace_write_end(&w);
        const uint8_t *data = nettrace_writer_data(&w, &size);
        struct nettrace *n = nettrace_new(
            &(struct nettrace_callbacks){.user = &events, .on_event = count_event}, NULL);
        REQUIRE(data != NULL && n != NULL);
        CHECK(nettrace_feed(n, data, size) == 0 && nettrace_finish(n) == 0);
        CHECK(events == 8 && nettrace_stats(n)->loss.events == 0);
        nettrace_free(n);
        bytes_deinit(&b);
        nettrace_writer_deinit(&w);
    }
}

/* A block of 3 MiB, larger than any buffer that is kept, between two small ones. */
static void test_large_block(void)
{
    static uint8_t large[3 << 20];
    struct nettrace_writer w;
    struct nettrace_event e = sample_event(0, 4);
    struct nettrace_metadata m = sample_metadata(SAMPLE_METADATA_SIMPLE, 4);
    unsigned events = 0;
    size_t size;

    nettrace_writer_init(&w, 4, true);
    bytes_clear(&w.out);
    bytes_raw(&w.out, BYTES(V4_TRACE));
    nettrace_write_metadata(&w, &m);
    for (e.sequence = 1; e.sequence <= 3; e.sequence++) {
        e.payload = large;
        e.payload_size = e.sequence == 2 ? sizeof large : 8;
        nettrace_write_event(&w, &e);
        nettrace_write_flush(&w);
    }
    nettrace_write_end(&w);
    const uint8_t *data = nettrace_writer_data(&w, &size);
    struct nettrace *n =
        nettrace_new(&(struct nettrace_callbacks){.user = &events, .on_event = count_event}, NULL);
    REQUIRE(data != NULL && n != NULL);
    for (size_t at = 0; at < size; at += 4096)
        CHECK(nettrace_feed(n, data + at, size - at < 4096 ? size - at : 4096) == 0);
    CHECK(nettrace_finish(n) == 0 && events == 3);
    nettrace_free(n);
    nettrace_writer_deinit(&w);
}

static int stop_event(void *user, const struct nettrace_event *e)
{
    (void)e;
    return ++*(unsigned *)user == 3 ? -ECANCELED : 0;
}

static void test_stop(void)
{
    struct nettrace_writer w;
    size_t size;
    unsigned events = 0;
    struct nettrace *n =
        nettrace_new(&(struct nettrace_callbacks){.user = &events, .on_event = stop_event}, NULL);

    REQUIRE(n != NULL);
    sample_write(&w, 6, true);
    const uint8_t *data = nettrace_writer_data(&w, &size);
    CHECK(nettrace_feed(n, data, size) == -ECANCELED);
    CHECK(events == 3 && nettrace_stats(n)->events == 3);
    CHECK(nettrace_finish(n) == -ECANCELED && events == 3);
    nettrace_free(n);
    nettrace_writer_deinit(&w);
}

static int check_no_stack(void *user, const struct nettrace_event *e)
{
    struct nettrace_stack stack;
    struct nettrace **n = user;

    CHECK(!nettrace_stack_find(*n, e->stack_id, &stack));
    return 0;
}

static void test_without_stacks(void)
{
    struct nettrace_writer w;
    size_t size;
    struct nettrace *n;
    struct nettrace_callbacks callbacks = {.user = &n, .on_event = check_no_stack};

    n = nettrace_new(&callbacks, &(struct nettrace_options){.without_stacks = true});
    REQUIRE(n != NULL);
    sample_write(&w, 5, true);
    const uint8_t *data = nettrace_writer_data(&w, &size);
    CHECK(nettrace_feed(n, data, size) == 0 && nettrace_finish(n) == 0);
    nettrace_free(n);
    nettrace_writer_deinit(&w);
}

TEST_SUITE("proto/nettrace/parser", {"refusals", test_refusals}, {"smallest", test_smallest},
           {"bad events", test_bad_events}, {"cut", test_cut}, {"padding", test_padding},
           {"large block", test_large_block}, {"stop", test_stop},
           {"without stacks", test_without_stacks})
