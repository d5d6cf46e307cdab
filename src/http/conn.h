/*
 * http/conn.h - one accepted connection: reads requests, hands them to the handler one at a time,
 * sends the answers in order.
 *
 *   HEAD -> (BODY) -> ANSWERING -> FLUSHING -> IDLE -> HEAD ...
 *     |       |                     ^      |
 *     +-------+------ refused ------+      +-> LINGERING -> CLOSED
 *
 * HEAD       waits for a request head; a new connection starts here (TLS: with its handshake)
 * BODY       the head is complete
 * ANSWERING  the handler has the exchange; nothing is read, only the end of the client is noticed
 * FLUSHING   the answer has ended, its bytes are on their way
 * IDLE       between requests
 * LINGERING  after the last answer: our side is shut; input is thrown away until the client closes,
 * because closing a socket with unread input resets it, and the client would lose our last answer
 *
 * A client that shuts its sending side after the request (as `nc` may) still gets a whole answer
 * (http_respond). An answer that is a stream, or that is watched, is given up at that point: a
 * client that went away looks the same, and its operation must not run on.
 *
 * The connection does not know the server: it has an owner, who outlives it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "src/base/list.h"
#include "src/http/limits.h"
#include "src/http/parse.h"
#include "src/http/response.h"
#include "src/http/send_queue.h"
#include "src/http/server.h"
#include "src/http/transport.h"

enum http_conn_state {
    HTTP_CONN_HEAD,
    HTTP_CONN_BODY,
    HTTP_CONN_ANSWERING,
    HTTP_CONN_FLUSHING,
    HTTP_CONN_IDLE,
    HTTP_CONN_LINGERING,
    HTTP_CONN_CLOSED,
};

struct http_conn;

struct http_conn_owner {
    struct http_limits limits;
    struct http_handler handler;
    void *user;
    /* The connection is off the loop and its memory gone. */
    void (*on_closed)(void *user);
};

enum { HTTP_EXTRAS = 4 };

enum http_answer { HTTP_ANSWER_NONE, HTTP_ANSWER_STREAM, HTTP_ANSWER_GONE };

/* Owned by its connection; by its handler alone once the connection is lost without a watch. */
struct http_exchange {
    struct http_conn *conn; /* NULL when lost */
    struct http_parse parse;
    struct http_request request; /* what the handler sees */
    struct http_exchange_events events;
    enum http_answer answer;
    bool watched, chunked, bodiless, drain_due;
    const char *trailers; /* announced names; borrowed until the head is queued */
    char *params;         /* strings of request.params */
    void *kept;           /* of the handler */
    void (*release)(void *data);
    struct http_observer observer;
    char *client_subject, *client_fingerprint; /* of the request */
    struct http_pair extras[HTTP_EXTRAS];
    unsigned admitted_only; /* one bit for each extra */
    size_t extra_count;
    char *identity;
};

struct http_conn {
    struct list link;
    uv_poll_t poll;
    const struct http_conn_owner *owner;
    struct http_transport *transport;
    struct http_exchange *exchange; /* being read or answered */
    enum http_conn_state state;
    int role;
    uint64_t id;    /* of the connection, for logs */
    unsigned asked; /* requests so far */
    int polled;     /* the events that the poll is started for */
    bool busy;      /* inside on_poll, which looks at everything at its end */
    bool last;      /* close after the current answer */
    bool hung_up;   /* the client has shut its side */
    bool reset;     /* how to close */
    uint64_t since; /* uv_now() of the last step forward in this state */
    struct send_queue out;
    size_t in_at, in_end;
    uint8_t in[HTTP_TRANSPORT_UNIT]; /* also the most that is read ahead of a running answer */
};

/* Owns `transport` on success. NULL when out of memory or descriptors. */
struct http_conn *http_conn_new(uv_loop_t *loop, struct http_transport *transport, int role,
                                const struct http_conn_owner *owner);

/* Enforces the deadline of the current state. */
void http_conn_tick(struct http_conn *c);

/* Has no request that is being answered. */
bool http_conn_is_waiting(const struct http_conn *c);

/* No further request: closes now when idle, else after the current answer. */
void http_conn_drain(struct http_conn *c);

/* Closes now, whatever runs; a watched answer hears on_gone. */
void http_conn_break(struct http_conn *c);

/* Queues the head of an answer; Date and Connection are filled in here. */
void http_conn_head(struct http_conn *c, const struct http_response *r);
/* For exchange.c: something was queued or watched. */
void http_conn_update(struct http_conn *c);

struct http_exchange *http_exchange_new(struct http_conn *c);
void http_exchange_free(struct http_exchange *x);
/* The connection is gone: tells the handler, or leaves the exchange to it. */
void http_exchange_lose(struct http_exchange *x);
