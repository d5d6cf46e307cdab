/* The other end is a socketpair's, and what it sends is written from FACTS section 3 by
 * support/fake_wire. */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proto/ipc/header.h"
#include "src/base/limits.h"
#include "src/ipc/channel.h"
#include "tests/support/fake_wire.h"
#include "tests/support/files.h"
#include "tests/support/proc.h"
#include "tests/unit/io/loop.h"

struct call {
    uv_loop_t *loop;
    struct ipc_channel *ch;
    int peer; /* the runtime's end */
    int done, closed;
    bool free_inside;
    int code;
    uint32_t hresult;
    char *text;
    uint8_t *payload, *rest;
    size_t payload_size, rest_size;
};

static void *copy_of(const void *data, size_t size)
{
    uint8_t *copy = world_alloc(size + 1);

    if (size)
        memcpy(copy, data, size);
    return copy;
}

static void on_done(void *user, const struct ipc_outcome *o)
{
    struct call *c = user;

    if (c->free_inside) { /* the outcome must outlive the channel */
        ipc_channel_free(c->ch);
        c->ch = NULL;
    }
    c->done++;
    c->code = o->code;
    c->hresult = o->hresult;
    c->text = o->text ? world_text("%s", o->text) : NULL;
    c->payload = copy_of(o->payload, o->payload_size);
    c->payload_size = o->payload_size;
    c->rest = copy_of(o->rest, o->rest_size);
    c->rest_size = o->rest_size;
}

static void on_closed(void *user, struct ipc_channel *ch)
{
    struct call *c = user;

    c->closed++;
    CHECK(ch == c->ch);
    ipc_channel_free(ch);
    c->ch = NULL;
}

static struct call call_new(uv_loop_t *loop)
{
    struct call c = {.loop = loop};
    struct error err;
    int ends[2];

    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
    c.peer = ends[1];
    REQUIRE(ipc_channel_adopt(loop, ends[0], &c.ch, &err) == 0);
    return c;
}

static void call_start(struct call *c, enum ipc_command command, uint64_t deadline_ms)
{
    uint8_t message[IPC_HEADER_SIZE];
    struct writer out = writer_of(message, sizeof message);
    struct error err;

    REQUIRE(ipc_command_encode_empty(&out, command) == WIRE_OK);
    REQUIRE(ipc_channel_call(c->ch, command, message, out.size, deadline_ms, on_done, c, &err) ==
            0);
    memset(message, 0xEE, sizeof message); /* it was copied */
    CHECK_AT("never inside call", c->done == 0);
}

static void call_end(struct call *c)
{
    ipc_channel_free(c->ch);
    if (c->peer >= 0)
        (void)close(c->peer);
}

/* Sends `bytes` in pieces of random size, letting the loop turn in between, and hangs up. */
static void feed(struct call *c, const struct fake_bytes *bytes, unsigned *seed)
{
    for (size_t at = 0; at < bytes->size && !c->done;) {
        size_t size = 1 + (size_t)rand_r(seed) % (bytes->size < 100 ? 7 : bytes->size / 3);
        if (size > bytes->size - at)
            size = bytes->size - at;
        ssize_t n = send(c->peer, bytes->data + at, size, MSG_NOSIGNAL);
        at += n > 0 ? (size_t)n : 0;
        (void)uv_run(c->loop, UV_RUN_NOWAIT);
    }
    (void)shutdown(c->peer, SHUT_WR);
    (void)LOOP_UNTIL(c->loop, LOOP_MS, c->done > 0);
}

enum answer { ANSWER_OK, ANSWER_ERROR, ANSWER_RAW };

static const struct {
    const char *label;
    enum ipc_command command;
    enum answer answer;
    uint32_t hresult;
    const char *bytes; /* of an OK reply's payload or an error's text, or raw */
    size_t size;       /* 0 with bytes: its length */
    int code;
    const char *word; /* in the outcome's text */
} rows[] = {
    {"OK, empty", IPC_RESUME_RUNTIME, ANSWER_OK, 0, "", 0, 0, NULL},
    {"OK with payload", IPC_PROCESS_INFO, ANSWER_OK, 0, "0123456789", 0, 0, NULL},
    {"largest payload", IPC_PROCESS_INFO, ANSWER_OK, 0, NULL, UINT16_MAX - 20, 0, NULL},
    {"error", IPC_RESUME_RUNTIME, ANSWER_ERROR, FAKE_UNKNOWN_COMMAND, NULL, 0, -EREMOTEIO,
     "0x80131385"},
    {"error names the command", IPC_RESUME_RUNTIME, ANSWER_ERROR, FAKE_E_FAIL, NULL, 0, -EREMOTEIO,
     "ResumeRuntime"},
    {"error of an unknown code", IPC_RESUME_RUNTIME, ANSWER_ERROR, 0x12345678, NULL, 0, -EREMOTEIO,
     "0x12345678"},
    {"error with text", IPC_PROCESS_INFO, ANSWER_ERROR, FAKE_E_FAIL, "[createdump] no", 0,
     -EREMOTEIO, "[createdump] no"},
    {"error with empty text", IPC_PROCESS_INFO, ANSWER_ERROR, FAKE_E_FAIL, "", 0, -EREMOTEIO,
     "0x80004005"},
    {"65535 zeros", IPC_PROCESS_INFO, ANSWER_RAW, 0, NULL, UINT16_MAX, -EBADMSG, "ProcessInfo"},
    {"garbage", IPC_PROCESS_INFO, ANSWER_RAW, 0, "HTTP/1.1 400 Bad Request\r\n", 0, -EBADMSG,
     "ProcessInfo"},
    {"a request comes back", IPC_PROCESS_INFO, ANSWER_RAW, 0, "DOTNET_IPC_V1\0\x14\0\x04\0\0\0", 20,
     -EBADMSG, "ProcessInfo"},
    {"size below the header", IPC_PROCESS_INFO, ANSWER_RAW, 0, "DOTNET_IPC_V1\0\x13\0\xff\0\0\0",
     20, -EBADMSG, "ProcessInfo"},
    {"error without a code", IPC_PROCESS_INFO, ANSWER_RAW, 0, "DOTNET_IPC_V1\0\x14\0\xff\xff\0\0",
     20, -EBADMSG, "malformed"},
    {"hang-up at once", IPC_PROCESS_INFO, ANSWER_RAW, 0, "", 0, -ECONNRESET, "without an answer"},
    {"hang-up in the header", IPC_PROCESS_INFO, ANSWER_RAW, 0, "DOTNET_IPC", 10, -ECONNRESET,
     "middle"},
    {"hang-up before the payload", IPC_PROCESS_INFO, ANSWER_RAW, 0,
     "DOTNET_IPC_V1\0\x18\0\xff\0\0\0", 20, -ECONNRESET, "middle"},
    {"hang-up in the payload", IPC_PROCESS_INFO, ANSWER_RAW, 0, "DOTNET_IPC_V1\0\x18\0\xff\0\0\0ab",
     22, -ECONNRESET, "middle"},
};

static void make_answer(size_t i, struct fake_bytes *out)
{
    size_t size = rows[i].size || !rows[i].bytes ? rows[i].size : strlen(rows[i].bytes);
    const void *bytes = rows[i].bytes ? rows[i].bytes : world_alloc(size);

    if (rows[i].answer == ANSWER_OK)
        fake_wire_ok(out, bytes, size);
    else if (rows[i].answer == ANSWER_ERROR)
        fake_wire_error(out, rows[i].hresult, rows[i].bytes);
    else
        fake_wire_raw(out, bytes, size);
}

static void check_row(size_t i, uv_loop_t *loop, unsigned *seed)
{
    struct call c = call_new(loop);
    struct fake_bytes answer = {0};

    c.free_inside = *seed % 2;
    make_answer(i, &answer);
    call_start(&c, rows[i].command, 0);
    feed(&c, &answer, seed);
    CHECK_AT(rows[i].label, c.done == 1 && c.code == rows[i].code);
    CHECK_AT(rows[i].label, c.hresult == (c.code == -EREMOTEIO ? rows[i].hresult : 0));
    if (rows[i].word)
        CHECK_AT(rows[i].label, c.text && strstr(c.text, rows[i].word) != NULL);
    if (c.code == 0)
        CHECK_AT(rows[i].label,
                 c.payload_size == answer.size - IPC_HEADER_SIZE &&
                     memcmp(c.payload, answer.data + IPC_HEADER_SIZE, c.payload_size) == 0);
    free(answer.data);
    call_end(&c);
}

static void test_answers(void)
{
    uv_loop_t *loop = loop_new();
    unsigned seed = 1;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        for (int round = 0; round < 20; round++)
            check_row(i, loop, &seed);
    }
    loop_end(loop);
}

/* The request arrives whole and unchanged. */
static void test_request(void)
{
    uv_loop_t *loop = loop_new();
    struct call c = call_new(loop);
    uint8_t got[64];
    ssize_t n = 0;

    call_start(&c, IPC_RESUME_RUNTIME, 0);
    CHECK(LOOP_UNTIL(loop, LOOP_MS, (n = recv(c.peer, got, sizeof got, 0)) > 0));
    CHECK(n == 20 && memcmp(got, "DOTNET_IPC_V1\0\x14\0\x04\x01\0\0", 20) == 0);
    call_end(&c);
    loop_end(loop);
    CHECK_AT("freed: no callback", c.done == 0);
}

/* A request larger than the socket's buffer, taken slowly by the runtime. */
static void test_large_request(void)
{
    enum { SIZE = IPC_REQUEST_MAX };
    uv_loop_t *loop = loop_new();
    struct call c = call_new(loop);
    uint8_t *message = world_alloc(SIZE), *got = world_alloc(SIZE + 1);
    struct fake_bytes answer = {0};
    struct error err;
    size_t total = 0;
    int small = 4096;

    for (size_t i = 0; i < SIZE; i++)
        message[i] = (uint8_t)(i * 31);
    REQUIRE(ipc_channel_call(c.ch, IPC_COLLECT_TRACING, message, SIZE, 0, on_done, &c, &err) == 0);
    (void)setsockopt(c.peer, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    while (total < SIZE) {
        ssize_t n = 0;
        if (!LOOP_UNTIL(loop, LOOP_MS,
                        (n = recv(c.peer, got + total, SIZE + 1 - total < 1000 ? 1 : 1000, 0)) > 0))
            break;
        total += (size_t)n;
    }
    CHECK(total == SIZE && memcmp(got, message, SIZE) == 0 && c.done == 0);
    fake_wire_ok(&answer, (const uint8_t *)"1234", 4);
    unsigned seed = 5;
    feed(&c, &answer, &seed);
    CHECK(c.done == 1 && c.code == 0 && c.payload_size == 4);
    free(answer.data);
    call_end(&c);
    loop_end(loop);
}

static const struct {
    const char *label;
    uint32_t size; /* claimed */
    size_t sent;   /* of the rest */
    int code;
} rests[] = {
    {"whole", 1000, 1000, 0},
    {"more than claimed", 100, 200, 0},
    {"hang-up in the rest", 1000, 999, -ECONNRESET},
    {"hang-up before the rest", 1000, 0, -ECONNRESET},
    {"beyond the limit", LIMIT_IPC_ENVIRONMENT + 1, 100, -EBADMSG},
    {"4 GiB", UINT32_MAX, 100, -EBADMSG},
    {"less than a count", 3, 3, -EBADMSG},
};

static void test_environment(void)
{
    uv_loop_t *loop = loop_new();
    unsigned seed = 7;

    for (size_t i = 0; i < COUNT_OF(rests) * 10; i++) {
        size_t row = i % COUNT_OF(rests);
        uint32_t n = rests[row].size;
        const uint8_t head[6] = {
            (uint8_t)n, (uint8_t)(n >> 8), (uint8_t)(n >> 16), (uint8_t)(n >> 24), 0, 0};
        struct call c = call_new(loop);
        struct fake_bytes all = {0}, body = {0};
        uint8_t *rest = world_alloc(rests[row].sent);
        for (size_t k = 0; k < rests[row].sent; k++)
            rest[k] = (uint8_t)(k * 7);
        fake_wire_ok(&all, head, sizeof head);
        fake_wire_raw(&body, rest, rests[row].sent);
        fake_wire_raw(&all, body.data, body.size);
        call_start(&c, IPC_PROCESS_ENVIRONMENT, 0);
        feed(&c, &all, &seed);
        CHECK_AT(rests[row].label, c.done == 1 && c.code == rests[row].code);
        if (c.code == 0)
            CHECK_AT(rests[row].label, c.rest_size == n && memcmp(c.rest, rest, n) == 0);
        free(all.data);
        free(body.data);
        call_end(&c);
    }
    loop_end(loop);
}

static void test_deadline(void)
{
    uv_loop_t *loop = loop_new();
    struct call c = call_new(loop);
    int64_t before = clock_monotonic_ms();

    call_start(&c, IPC_PROCESS_INFO, 50);
    CHECK(LOOP_UNTIL(loop, LOOP_MS, c.done > 0));
    CHECK(c.done == 1 && c.code == -ETIMEDOUT && c.text && clock_monotonic_ms() - before >= 49);
    CHECK(send(c.peer, "late", 4, MSG_NOSIGNAL) == 4);
    loop_for(loop, 20);
    CHECK(c.done == 1);
    call_end(&c);
    loop_end(loop);
}

/* A deadline that was not needed does not strike later. */
static void test_deadline_kept(void)
{
    uv_loop_t *loop = loop_new();
    struct call c = call_new(loop);
    struct fake_bytes answer = {0};

    call_start(&c, IPC_PROCESS_INFO, 50);
    fake_wire_ok(&answer, (const uint8_t *)"1234", 4);
    CHECK(send(c.peer, answer.data, answer.size, MSG_NOSIGNAL) == (ssize_t)answer.size);
    CHECK(LOOP_UNTIL(loop, LOOP_MS, c.done == 1) && c.code == 0);
    loop_for(loop, 80);
    CHECK(c.done == 1);
    free(answer.data);
    call_end(&c);
    loop_end(loop);
}

static void test_idle(void)
{
    static const char *const cases[] = {"hang-up", "bytes unasked"};
    uv_loop_t *loop = loop_new();

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct call c = call_new(loop);
        ipc_channel_watch_idle(c.ch, on_closed, &c);
        loop_for(loop, 20);
        CHECK_AT("quiet", c.closed == 0);
        if (i == 0) {
            (void)close(c.peer);
            c.peer = -1;
        } else {
            CHECK(send(c.peer, "?", 1, MSG_NOSIGNAL) == 1);
        }
        CHECK_AT(cases[i], LOOP_UNTIL(loop, LOOP_MS, c.closed == 1));
        loop_for(loop, 20);
        CHECK_AT(cases[i], c.closed == 1);
        call_end(&c);
    }
    loop_end(loop);
}

/* Once a call runs on a channel that was watched, the call tells of its end, nobody else. */
static void test_idle_then_call(void)
{
    uv_loop_t *loop = loop_new();
    struct call c = call_new(loop);

    ipc_channel_watch_idle(c.ch, on_closed, &c);
    loop_turn(loop);
    call_start(&c, IPC_PROCESS_INFO, 0);
    (void)close(c.peer);
    c.peer = -1;
    CHECK(LOOP_UNTIL(loop, LOOP_MS, c.done == 1));
    CHECK(c.closed == 0 && c.code < 0);
    call_end(&c);
    loop_end(loop);
}

static void test_peer(void)
{
    uv_loop_t *loop = loop_new();
    struct call c = call_new(loop);
    const struct ipc_peer *peer = ipc_channel_peer(c.ch);

    CHECK(peer->pid == getpid() && peer->uid == geteuid() && peer->gid == getegid());
    CHECK(ipc_channel_from_link(ipc_channel_link(c.ch)) == c.ch);
    call_end(&c);
    loop_end(loop);
}

static void test_connect_failures(void)
{
    uv_loop_t *loop = loop_new();
    const char *dir = files_tmpdir();
    char too_long[200];
    struct ipc_channel *ch;
    struct error err = {0};
    int before = proc_fd_count(getpid());

    memset(too_long, '/', sizeof too_long - 1);
    too_long[sizeof too_long - 1] = '\0';
    CHECK(ipc_channel_connect(loop, too_long, &ch, &err) == -ENAMETOOLONG);
    CHECK(ipc_channel_connect(loop, world_text("%s/none", dir), &ch, &err) == -ENOENT);
    CHECK(err.code == -ENOENT && strstr(err.text, "/none") != NULL);
    CHECK(files_write(world_text("%s/file", dir), "", 0));
    CHECK(ipc_channel_connect(loop, world_text("%s/file", dir), &ch, &err) == -ECONNREFUSED);
    CHECK(proc_fd_count(getpid()) == before);
    ipc_channel_free(NULL);
    loop_end(loop);
}

WORLD_SUITE("ipc/channel", {"answers", test_answers}, {"request", test_request},
            {"large request", test_large_request}, {"environment", test_environment},
            {"deadline", test_deadline}, {"deadline kept", test_deadline_kept}, {"idle", test_idle},
            {"idle then call", test_idle_then_call}, {"peer", test_peer},
            {"connect failures", test_connect_failures})
