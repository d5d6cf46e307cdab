#include "src/http/exchange.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/http/conn_impl.h"

struct http_exchange *http_exchange_new(struct http_conn *c)
{
    struct http_exchange *x = calloc(1, sizeof *x);

    if (!x)
        return NULL;
    x->conn = c;
    http_parse_init(&x->parse, &c->owner->limits);
    return x;
}

void http_exchange_free(struct http_exchange *x)
{
    if (!x)
        return;
    if (x->observer.on_end)
        x->observer.on_end(x->observer.user);
    http_parse_deinit(&x->parse);
    http_exchange_keep(x, NULL, NULL);
    free(x->params);
    free(x->client_subject);
    free(x->client_fingerprint);
    free(x->identity);
    free(x);
}

void http_exchange_lose(struct http_exchange *x)
{
    x->conn = NULL;
    if (!x->watched)
        return;
    x->answer = HTTP_ANSWER_GONE;
    if (x->events.on_gone)
        x->events.on_gone(x->events.user);
    http_exchange_free(x);
}

void http_exchange_keep(struct http_exchange *x, void *data, void (*release)(void *data))
{
    if (x->release)
        x->release(x->kept);
    x->kept = data;
    x->release = release;
}

void *http_exchange_kept(const struct http_exchange *x)
{
    return x->kept;
}

const struct http_request *http_exchange_request(const struct http_exchange *x)
{
    return &x->request;
}

static const char *find(const struct http_pair *pairs, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcasecmp(pairs[i].name, name) == 0)
            return pairs[i].value;
    }
    return NULL;
}

const char *http_request_header(const struct http_request *r, const char *name)
{
    return find(r->headers, r->header_count, name);
}

const char *http_request_query(const struct http_request *r, const char *name)
{
    return find(r->query, r->query_count, name);
}

void http_exchange_observe(struct http_exchange *x, const struct http_observer *observer)
{
    x->observer = *observer;
}

void *http_exchange_observed(const struct http_exchange *x)
{
    return x->observer.user;
}

void http_exchange_add_header(struct http_exchange *x, const struct http_pair *header,
                              enum http_extra when)
{
    assert(x->extra_count < HTTP_EXTRAS);
    if (when == HTTP_EXTRA_UNLESS_REFUSED)
        x->admitted_only |= 1u << x->extra_count;
    x->extras[x->extra_count++] = *header;
}

/* The head of the answer, with the extra headers that belong to its status. */
static void queue_head(struct http_exchange *x, struct http_response response)
{
    const char *type = find(response.headers, response.header_count, "Content-Type");
    bool stream = response.framing != HTTP_FRAMING_LENGTH;
    bool refused = response.status == 401 || response.status == 403;
    struct http_pair extras[HTTP_EXTRAS];

    response.extras = extras;
    for (size_t i = 0; i < x->extra_count; i++) {
        if (!refused || !(x->admitted_only & 1u << i))
            extras[response.extra_count++] = x->extras[i];
    }
    http_conn_head(x->conn, &response);
    if (x->observer.on_head)
        x->observer.on_head(x->observer.user, response.status, type,
                            stream ? -1 : (int64_t)response.length);
}

void http_exchange_watch(struct http_exchange *x, const struct http_exchange_events *events)
{
    x->events = *events;
    x->watched = true;
    if (x->conn)
        http_conn_update(x->conn);
}

void http_exchange_unwatch(struct http_exchange *x)
{
    x->events = (struct http_exchange_events){0};
    x->watched = false;
}

bool http_exchange_identify(struct http_exchange *x, const char *identity)
{
    char *copy = strdup(identity);

    if (!copy)
        return false;
    free(x->identity);
    x->identity = copy;
    x->request.identity = copy;
    return true;
}

/* The handler is done with `x`. */
static void end(struct http_exchange *x)
{
    struct http_conn *c = x->conn;

    http_exchange_free(x);
    if (!c)
        return;
    c->exchange = NULL;
    http_conn_move(c, HTTP_CONN_FLUSHING);
    http_conn_update(c);
}

void http_respond(struct http_exchange *x, int status, const struct http_pair *headers,
                  size_t header_count, const void *body, size_t size)
{
    struct http_conn *c = x->conn;

    if (x->answer == HTTP_ANSWER_GONE)
        return;
    if (c) {
        queue_head(x, (struct http_response){.status = status,
                                             .headers = headers,
                                             .header_count = header_count,
                                             .length = size});
        if (!x->bodiless && http_status_has_body(status))
            send_queue_add(&c->out, body, size);
    }
    end(x);
}

void http_stream_announce(struct http_exchange *x, const char *trailer_names)
{
    x->trailers = trailer_names;
}

void http_stream_begin(struct http_exchange *x, int status, const struct http_pair *headers,
                       size_t header_count)
{
    struct http_conn *c = x->conn;

    if (!c)
        return;
    x->answer = HTTP_ANSWER_STREAM;
    x->chunked = !x->parse.head.version_1_0;
    x->bodiless |= !http_status_has_body(status);
    x->drain_due = true;
    queue_head(x, (struct http_response){
                      .status = status,
                      .headers = headers,
                      .header_count = header_count,
                      .framing = x->chunked ? HTTP_FRAMING_CHUNKED : HTTP_FRAMING_CLOSE,
                      .trailers = x->trailers,
                  });
    http_conn_update(c);
}

static void add_chunk_line(struct http_exchange *x, uint64_t size)
{
    char line[24];

    if (!x->chunked)
        return;
    int n = snprintf(line, sizeof line, "%llx\r\n", (unsigned long long)size);
    send_queue_add(&x->conn->out, line, (size_t)n);
}

static void add_chunk_end(struct http_exchange *x)
{
    if (x->chunked)
        send_queue_add(&x->conn->out, "\r\n", 2);
}

/* One chunk. */
static void add_bytes(struct http_exchange *x, const void *data, size_t size,
                      void (*add)(struct send_queue *q, const void *data, size_t size))
{
    x->drain_due = true;
    if (size == 0 || x->bodiless) /* an empty chunk would be the end */
        return;
    add_chunk_line(x, size);
    add(&x->conn->out, data, size);
    add_chunk_end(x);
}

size_t http_stream_write(struct http_exchange *x, const void *data, size_t size)
{
    if (!x->conn)
        return 0;
    add_bytes(x, data, size, send_queue_add);
    http_conn_update(x->conn);
    return http_stream_pending(x);
}

bool http_stream_lend(struct http_exchange *x, const void *data, size_t size)
{
    struct http_conn *c = x->conn;

    if (!c)
        return false;
    add_bytes(x, data, size, send_queue_lend);
    /* A failure comes again when the loop tries. */
    if (send_queue_run(&c->out, c->transport) == 0 && c->out.size == 0)
        x->drain_due = false;
    http_conn_update(c);
    return !x->drain_due;
}

void http_stream_file(struct http_exchange *x, int fd, uint64_t offset, uint64_t size)
{
    if (!x->conn)
        return;
    x->drain_due = true;
    if (size && !x->bodiless) {
        add_chunk_line(x, size);
        send_queue_add_file(&x->conn->out, fd, offset, size);
        add_chunk_end(x);
    }
    http_conn_update(x->conn);
}

size_t http_stream_pending(const struct http_exchange *x)
{
    return x->conn ? (size_t)x->conn->out.size : 0;
}

void http_stream_end(struct http_exchange *x)
{
    http_stream_end_with(x, NULL, 0);
}

void http_stream_end_with(struct http_exchange *x, const struct http_pair *trailers, size_t count)
{
    struct text last = {0};

    if (x->answer == HTTP_ANSWER_GONE)
        return;
    if (x->conn && x->chunked && !x->bodiless) {
        http_response_end(&last, trailers, count);
        x->conn->out.failed |= last.failed; /* then it is broken off */
        if (!last.failed)
            send_queue_add(&x->conn->out, last.data, last.size);
    }
    text_deinit(&last);
    end(x);
}

/* Only a chunked answer that ends without its last chunk shows that it is broken; every other end
 * of a connection may look like the end of the answer. */
static bool shows_break(const struct http_exchange *x)
{
    return x->answer == HTTP_ANSWER_STREAM && x->chunked && !x->bodiless;
}

void http_stream_abort(struct http_exchange *x)
{
    struct http_conn *c = x->conn;

    if (x->answer == HTTP_ANSWER_GONE)
        return;
    bool sent = c && send_queue_run(&c->out, c->transport) == 0 && c->out.size == 0;
    bool gently = sent && shows_break(x);
    if (c && gently)
        c->last = true;
    end(x);
    if (c && !gently)
        http_conn_close(c, true);
}
