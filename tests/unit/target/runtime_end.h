/*
 * unit/target/runtime_end.h - the runtime's end of a target's connections, played by the test
 * itself on the same thread: a socket pair is offered, commands are read, answers are written.
 */
#pragma once

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "src/target/requests.h"
#include "src/target/target.h"
#include "tests/support/fake_wire.h"
#include "tests/unit/io/loop.h"

enum { ENDS_MAX = 128, NO_COMMAND = -1 };

struct watched {
    uv_loop_t *loop;
    struct target *target;
    int settled, gone, told;
};

static inline void on_watched_settled(void *user, struct target *t)
{
    struct watched *w = user;

    CHECK(t == w->target);
    w->settled++;
}

/* As the registry: lets go of its reference. */
static inline void on_watched_gone(void *user, struct target *t)
{
    struct watched *w = user;

    CHECK(t == w->target);
    w->gone++;
    w->target = target_unref(t);
}

static inline void on_watched_told(void *user, struct target *t)
{
    struct watched *w = user;

    CHECK(t == w->target && t->settled);
    w->told++;
}

static inline struct watched *watched_new(void)
{
    static const struct guid cookie = {.bytes = {1, 2, 3}};
    struct watched *w = world_alloc(sizeof *w);
    struct target_events events = {w, on_watched_settled, on_watched_gone, on_watched_told};
    struct ipc_peer peer = {0, geteuid(), getegid()};
    struct error err;

    w->loop = loop_new();
    REQUIRE(target_new(w->loop, &cookie, 4711, &peer, &events, &w->target, &err) == 0);
    return w;
}

static inline void watched_end(struct watched *w)
{
    w->target = target_unref(w->target);
    loop_end(w->loop);
}

static inline void end_of_end(void *fd)
{
    (void)close((int)(intptr_t)fd);
}

/* Offers a connection; the runtime's end of it, closed with the test. */
static inline int offer(struct watched *w)
{
    struct ipc_channel *ch;
    struct error err;
    int ends[2];

    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
    world_at_end(end_of_end, (void *)(intptr_t)ends[1]);
    REQUIRE(ipc_channel_adopt(w->loop, ends[0], &ch, &err) == 0);
    target_offer(w->target, ch);
    return ends[1];
}

/* The next command that comes at this end within `ms`, (set << 8) | id. */
static inline int next_command(struct watched *w, int fd, int ms)
{
    uint8_t message[2048];
    ssize_t n = 0;

    if (!LOOP_UNTIL(w->loop, ms, (n = recv(fd, message, sizeof message, 0)) > 0) || n < 20)
        return NO_COMMAND;
    return message[16] << 8 | message[17];
}

static inline void answer(int fd, struct fake_bytes *bytes)
{
    CHECK(send(fd, bytes->data, bytes->size, MSG_NOSIGNAL) == (ssize_t)bytes->size);
    free(bytes->data);
    (void)shutdown(fd, SHUT_RDWR);
}

static inline void answer_ok(int fd)
{
    struct fake_bytes bytes = {0};

    fake_wire_ok(&bytes, (const uint8_t[4]){0}, 4);
    answer(fd, &bytes);
}

static inline void answer_error(int fd, uint32_t hresult)
{
    struct fake_bytes bytes = {0};

    fake_wire_error(&bytes, hresult, NULL);
    answer(fd, &bytes);
}

/* As a healthy runtime of this command line. */
static inline void answer_command(int fd, int command, const char *command_line)
{
    struct fake_options o = {.pid = 4711, .command_line = command_line};
    struct fake_bytes bytes = {0};

    o.cookie[0] = 1;
    fake_wire_answer(&o, (unsigned)command, &bytes);
    answer(fd, &bytes);
}

static inline bool is_closed(int fd)
{
    char byte;

    return recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
}

/* What became of a request. */
struct asked {
    int done, code;
    unsigned order; /* of its end, from 1 */
    struct target_request *request;
    struct target_request *cancel_inside; /* cancelled in the callback */
    struct target *unref_inside;
};

static unsigned ended_so_far;

static inline void on_asked(void *user, const struct ipc_outcome *outcome)
{
    struct asked *a = user;

    a->done++;
    a->code = outcome->code;
    a->order = ++ended_so_far;
    CHECK(outcome->code == 0 || outcome->text != NULL);
    if (a->cancel_inside)
        target_request_cancel(take_ptr(a->cancel_inside));
    if (a->unref_inside)
        a->unref_inside = target_unref(a->unref_inside);
}

static inline int ask_for(struct watched *w, struct asked *a, enum ipc_command command,
                          enum request_place place, uint64_t deadline_ms)
{
    struct error err;
    int r = target_request_empty(w->target, command, place, deadline_ms, on_asked, a, &a->request,
                                 &err);

    CHECK_AT("never inside start", a->done == 0);
    return r;
}
