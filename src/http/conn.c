#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/http/conn_impl.h"

#define TO(s) (1u << HTTP_CONN_##s)
#define DEADLINE(field) offsetof(struct http_limits, field)

/* What each state may become, what it polls for, and how long it may last without a step. */
static const struct {
    unsigned next;
    int events;
    size_t deadline;
} states[] = {
    [HTTP_CONN_HEAD] = {TO(BODY) | TO(ANSWERING) | TO(FLUSHING) | TO(CLOSED), UV_READABLE,
                        DEADLINE(head_ms)},
    [HTTP_CONN_BODY] = {TO(ANSWERING) | TO(FLUSHING) | TO(CLOSED), UV_READABLE, DEADLINE(body_ms)},
    [HTTP_CONN_ANSWERING] = {TO(FLUSHING) | TO(CLOSED), UV_DISCONNECT, DEADLINE(stall_ms)},
    [HTTP_CONN_FLUSHING] = {TO(IDLE) | TO(LINGERING) | TO(CLOSED), UV_WRITABLE, DEADLINE(stall_ms)},
    [HTTP_CONN_IDLE] = {TO(HEAD) | TO(CLOSED), UV_READABLE, DEADLINE(idle_ms)},
    [HTTP_CONN_LINGERING] = {TO(CLOSED), UV_READABLE, DEADLINE(linger_ms)},
    [HTTP_CONN_CLOSED] = {0, 0, 0},
};

bool http_conn_is_reading(const struct http_conn *c)
{
    return c->state == HTTP_CONN_HEAD || c->state == HTTP_CONN_BODY || c->state == HTTP_CONN_IDLE;
}

bool http_conn_is_waiting(const struct http_conn *c)
{
    return http_conn_is_reading(c) || c->state == HTTP_CONN_LINGERING;
}

static void step_forward(struct http_conn *c)
{
    c->since = uv_now(c->poll.loop);
}

void http_conn_move(struct http_conn *c, enum http_conn_state next)
{
    assert(states[c->state].next & 1u << next);
    c->state = next;
    step_forward(c);
}

/* --- the end --- */

static void on_poll_closed(uv_handle_t *handle)
{
    struct http_conn *c = handle->data;
    const struct http_conn_owner *owner = c->owner;

    list_remove(&c->link);
    send_queue_deinit(&c->out);
    c->transport->ops->close(c->transport, c->reset);
    free(c);
    owner->on_closed(owner->user);
}

void http_conn_close(struct http_conn *c, bool reset)
{
    struct http_exchange *x = c->exchange;
    bool asked = c->state == HTTP_CONN_ANSWERING;

    if (c->state == HTTP_CONN_CLOSED)
        return;
    http_conn_move(c, HTTP_CONN_CLOSED);
    c->reset = reset;
    c->exchange = NULL;
    uv_close((uv_handle_t *)&c->poll, on_poll_closed);
    if (asked)
        http_exchange_lose(x);
    else
        http_exchange_free(x);
}

/* --- sending --- */

static bool is_given_up(const struct http_conn *c)
{
    const struct http_exchange *x = c->exchange;

    return c->state == HTTP_CONN_ANSWERING && c->hung_up &&
           (x->watched || x->answer == HTTP_ANSWER_STREAM);
}

static int wanted_events(const struct http_conn *c)
{
    int events = states[c->state].events;
    bool drain_due = c->state == HTTP_CONN_ANSWERING && c->exchange->drain_due;

    if (c->hung_up)
        events &= ~UV_DISCONNECT; /* it would come again and again */
    /* A watch that comes after the client's end is told at the next turn of the loop. */
    if (c->out.size || c->out.failed || drain_due || is_given_up(c))
        events |= UV_WRITABLE;
    if (http_conn_is_waiting(c) && c->transport->recv_wants_write)
        events |= UV_WRITABLE;
    return events;
}

static void on_poll(uv_poll_t *poll, int status, int events);

void http_conn_update(struct http_conn *c)
{
    if (c->state == HTTP_CONN_CLOSED || c->busy)
        return;
    int events = wanted_events(c);
    if (events == c->polled)
        return;
    if ((events & UV_WRITABLE) && !(c->polled & UV_WRITABLE) && !c->transport->greeting)
        step_forward(c); /* only now can the client be said to stall */
    c->polled = events;
    if (events)
        (void)uv_poll_start(&c->poll, events, on_poll);
    else
        (void)uv_poll_stop(&c->poll);
}

/* False when the connection broke. */
static bool flush(struct http_conn *c)
{
    uint64_t before = c->out.size;

    if (send_queue_run(&c->out, c->transport) < 0) {
        http_conn_close(c, true);
        return false;
    }
    if (c->out.size < before && c->state != HTTP_CONN_BODY)
        step_forward(c);
    return true;
}

static void report_drain(struct http_conn *c)
{
    struct http_exchange *x = c->exchange;

    if (c->state != HTTP_CONN_ANSWERING || !x->drain_due)
        return;
    x->drain_due = false;
    if (x->watched && x->events.on_drain)
        x->events.on_drain(x->events.user);
}

/* The answer is out: next request, or the end. */
static void finish_answer(struct http_conn *c)
{
    if (!c->last) {
        http_conn_move(c, HTTP_CONN_IDLE);
    } else if (c->hung_up) {
        http_conn_close(c, false);
    } else {
        c->transport->ops->shutdown(c->transport);
        http_conn_move(c, HTTP_CONN_LINGERING);
    }
}

/* --- the loop's side --- */

/* Sends, and goes on with requests that are already in the buffer, until there is nothing to do. */
static void push(struct http_conn *c)
{
    while (c->state != HTTP_CONN_CLOSED) {
        if ((c->out.size || c->out.failed) && !flush(c))
            return;
        if (c->out.size)
            return;
        report_drain(c);
        if (c->state != HTTP_CONN_FLUSHING || c->out.size)
            return;
        finish_answer(c);
        http_conn_consume(c);
    }
}

/* The socket has failed. A handler that has not said that it watches still answers into the void.
 */
static void on_broken(struct http_conn *c)
{
    c->polled = 0; /* libuv has stopped the poll */
    c->hung_up = true;
    if (c->state != HTTP_CONN_ANSWERING || is_given_up(c))
        http_conn_close(c, true);
}

static void on_ready(struct http_conn *c, int events)
{
    if (c->state == HTTP_CONN_ANSWERING && (events & UV_DISCONNECT))
        c->hung_up = true;
    if (is_given_up(c)) {
        http_conn_close(c, true);
        return;
    }
    if (http_conn_is_waiting(c) &&
        ((events & UV_READABLE) || ((events & UV_WRITABLE) && c->transport->recv_wants_write)))
        http_conn_receive(c);
    push(c);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct http_conn *c = poll->data;

    if (c->state == HTTP_CONN_CLOSED)
        return;
    c->busy = true;
    if (status < 0)
        on_broken(c);
    else
        on_ready(c, events);
    c->busy = false;
    http_conn_update(c);
}

struct http_conn *http_conn_new(uv_loop_t *loop, struct http_transport *transport, int role,
                                const struct http_conn_owner *owner)
{
    struct http_conn *c = malloc(sizeof *c);

    if (!c)
        return NULL;
    memset(c, 0, offsetof(struct http_conn, in));
    c->owner = owner;
    c->transport = transport;
    c->role = role;
    c->state = HTTP_CONN_HEAD;
    list_init(&c->link);
    send_queue_init(&c->out);
    if (uv_poll_init(loop, &c->poll, transport->fd) < 0) {
        free(c);
        return NULL;
    }
    c->poll.data = c;
    step_forward(c);
    http_conn_update(c);
    return c;
}

/* --- deadlines and shutdown --- */

static void on_deadline(struct http_conn *c)
{
    bool refusing = c->state == HTTP_CONN_BODY || (c->state == HTTP_CONN_HEAD && c->exchange);

    if (refusing) {
        http_conn_refuse(c, 408);
        http_conn_update(c);
        return;
    }
    http_conn_close(c, c->state == HTTP_CONN_ANSWERING || c->state == HTTP_CONN_FLUSHING);
}

void http_conn_tick(struct http_conn *c)
{
    size_t which = c->transport->greeting ? DEADLINE(handshake_ms) : states[c->state].deadline;
    uint64_t deadline;

    /* A handler may think as long as it likes; only queued bytes can stall. */
    if (c->state == HTTP_CONN_CLOSED || (c->state == HTTP_CONN_ANSWERING && c->out.size == 0))
        return;
    memcpy(&deadline, (const char *)&c->owner->limits + which, sizeof deadline);
    if (uv_now(c->poll.loop) - c->since >= deadline)
        on_deadline(c);
}

void http_conn_drain(struct http_conn *c)
{
    c->last = true;
    if (c->state == HTTP_CONN_IDLE || (c->state == HTTP_CONN_HEAD && !c->exchange))
        http_conn_close(c, false);
}

void http_conn_break(struct http_conn *c)
{
    http_conn_close(c, c->state != HTTP_CONN_LINGERING);
}
