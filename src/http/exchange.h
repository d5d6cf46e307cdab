/*
 * http/exchange.h - one request and its answer, as a handler sees them.
 *
 * The server owns the exchange. It stays valid until the handler has ended the answer
 * (http_respond, http_stream_end, http_stream_abort) or until on_gone() has returned, whichever
 * comes first; after that the handler must not touch it. Everything runs on the loop thread. A
 * handler may answer inside on_request() or any time later.
 *
 * A client that shuts its sending side and then waits still gets an http_respond(); an answer that
 * is watched or is a stream is given up at that point, because a client that went away looks the
 * same. A stream should be watched before it begins: a loss before that is not reported.
 *
 * Back-pressure: stream data is queued and sent as the client takes it. A producer that wants
 * bounded memory queues a piece, waits for on_drain() and queues the next.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_exchange;
struct http_route;

struct http_pair {
    const char *name, *value;
};

/* All strings are NUL-terminated, owned by the exchange, and free of control characters. */
struct http_request {
    const char *method;            /* "GET" */
    const char *path;              /* percent-decoded, without query; "%00" is refused with 400 */
    const struct http_pair *query; /* decoded ('+' is a blank), in order; value "" when absent */
    size_t query_count;
    const struct http_pair *headers; /* in order, names as sent */
    size_t header_count;
    const uint8_t *body;
    size_t body_size;
    const char *scheme;             /* "http" or "https" */
    const char *host;               /* the Host header */
    const char *params[4];          /* what the route's {places} matched, decoded */
    const struct http_route *route; /* the row that matched (http/router.h); NULL before */
    /* Of a client certificate that the listener asked for and whose chain it has verified, else
     * NULL: subject in RFC 2253 form, SHA-256 of the DER form in lower-case hex. */
    const char *client_subject, *client_fingerprint;
    int role;             /* of the listener that took the connection (http/server.h) */
    const char *protocol; /* "HTTP/1.1" or "HTTP/1.0" */
    uint64_t connection;  /* differs for each connection of the server */
    unsigned number;      /* of the request on its connection, from 1 */
    const char *identity; /* who asks, once that is known (http_exchange_identify()), else NULL */
};

const struct http_request *http_exchange_request(const struct http_exchange *x);

/* First header of that name, without case; NULL when absent. */
const char *http_request_header(const struct http_request *r, const char *name);

/* First query value of that name, without case (as ASP.NET binds); NULL when absent. */
const char *http_request_query(const struct http_request *r, const char *name);

/* Keeps something of the handler's as long as the exchange lives; `release` gets it at the end.
 * What was kept before is released. http_exchange_kept() gives it back, NULL when there is nothing.
 */
void http_exchange_keep(struct http_exchange *x, void *data, void (*release)(void *data));
void *http_exchange_kept(const struct http_exchange *x);

enum http_extra { HTTP_EXTRA_ALWAYS, HTTP_EXTRA_UNLESS_REFUSED };

/* One more header for the answer, whoever gives it: up to four. Strings as http_respond(), but they
 * must outlive the exchange. HTTP_EXTRA_UNLESS_REFUSED: not with 401 and 403. */
void http_exchange_add_header(struct http_exchange *x, const struct http_pair *header,
                              enum http_extra when);

struct http_exchange_events {
    void *user;
    /* All that was queued has been handed to the kernel. Only between stream_begin and stream_end.
     */
    void (*on_drain)(void *user);
    /* The client went away, or stalled past its deadline, before the answer ended. Comes at most
     * once, never after end/abort, and is the last that the handler hears of the exchange. */
    void (*on_gone)(void *user);
};

/* Somebody who follows the exchange to its end without being its handler: the request log. */
struct http_observer {
    void *user;
    /* The head of the answer is queued. `length` of the body, -1 when it is a stream. */
    void (*on_head)(void *user, int status, const char *content_type, int64_t length);
    /* The exchange is about to be freed: answered, or lost (then perhaps without on_head). */
    void (*on_end)(void *user);
};

/* Before the handler is asked; one observer at the most. */
void http_exchange_observe(struct http_exchange *x, const struct http_observer *observer);

/* The observer's `user`; NULL without one. */
void *http_exchange_observed(const struct http_exchange *x);

/* Until this is called, nothing is reported; a handler that answers at once needs no events. */
void http_exchange_watch(struct http_exchange *x, const struct http_exchange_events *events);

/* Takes the watch back: the exchange is as if it had never been watched. */
void http_exchange_unwatch(struct http_exchange *x);

/* Sets request.identity; the text is copied. False when out of memory. */
bool http_exchange_identify(struct http_exchange *x, const char *identity);

/* A whole answer with Content-Length. `body` is copied. Headers that the server adds itself (Date,
 * Server, Content-Length, Connection) must not be given. Names and values with control characters
 * are a bug of ours. */
void http_respond(struct http_exchange *x, int status, const struct http_pair *headers,
                  size_t header_count, const void *body, size_t size);

/* Starts an answer of unknown length: chunked for HTTP/1.1, ended by close for HTTP/1.0. */
void http_stream_begin(struct http_exchange *x, int status, const struct http_pair *headers,
                       size_t header_count);

/* Before http_stream_begin(): names of the fields that may follow the body, "X-A, X-B". Borrowed
 * until then. Only a chunked answer says so, and only it can have them: others pass over both. */
void http_stream_announce(struct http_exchange *x, const char *trailer_names);

/* Queues a copy of `data`. Returns http_stream_pending(), this piece included. */
size_t http_stream_write(struct http_exchange *x, const void *data, size_t size);

/* The same without a copy, and what the kernel takes is sent at once. True: that was all, and no
 * on_drain() comes for it. Else `data` is borrowed until on_drain() or on_gone(), and the answer
 * does not end before. */
bool http_stream_lend(struct http_exchange *x, const void *data, size_t size);

/* Queues bytes [offset, offset+size) of an open file as one chunk, sent with sendfile(2) where the
 * connection allows. `fd` is borrowed until on_drain() or on_gone(); the caller keeps it open and
 * the range readable, and does not end the answer before. One file range at a time. If the file
 * turns out shorter, the connection is broken (never a short chunk). */
void http_stream_file(struct http_exchange *x, int fd, uint64_t offset, uint64_t size);

/* Bytes queued and not yet handed to the kernel, head and chunk framing included. */
size_t http_stream_pending(const struct http_exchange *x);

/* Normal end: final chunk, and the connection goes on with the next request. */
void http_stream_end(struct http_exchange *x);

/* The same with fields behind the body (RFC 9110 section 6.5). As for headers, control characters
 * are a bug of ours; names must have been announced. */
void http_stream_end_with(struct http_exchange *x, const struct http_pair *trailers, size_t count);

/* Breaks the answer so that the client sees the failure: the connection ends without a final chunk,
 * behind all that the kernel has taken, which a reset would throw away. It is reset when the client
 * has not taken all that is queued, or when the end of a connection would be a proper end. */
void http_stream_abort(struct http_exchange *x);
