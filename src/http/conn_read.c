#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "src/http/conn_impl.h"

void http_conn_head(struct http_conn *c, const struct http_response *r)
{
    struct http_response response = *r;
    struct text head = {0};

    response.close = c->last;
    response.now = time(NULL);
    http_response_head(&head, &response);
    if (head.failed)
        c->out.failed = true;
    else
        send_queue_add(&c->out, head.data, head.size);
    text_deinit(&head);
}

void http_conn_refuse(struct http_conn *c, int status)
{
    http_exchange_free(c->exchange);
    c->exchange = NULL;
    c->last = true;
    http_conn_head(c, &(struct http_response){.status = status});
    http_conn_move(c, HTTP_CONN_FLUSHING);
}

/* Copies, because a lost exchange outlives its connection. Without memory the client counts as one
 * without a certificate. */
static void note_client(struct http_exchange *x, const struct http_transport *t)
{
    if (!t->client_subject)
        return;
    x->client_subject = strdup(t->client_subject);
    x->client_fingerprint = strdup(t->client_fingerprint);
    if (!x->client_subject || !x->client_fingerprint)
        return;
    x->request.client_subject = x->client_subject;
    x->request.client_fingerprint = x->client_fingerprint;
}

static void ask_handler(struct http_conn *c)
{
    struct http_exchange *x = c->exchange;

    x->request = x->parse.request;
    x->request.scheme = c->transport->ops->scheme;
    x->request.role = c->role;
    x->request.protocol = x->parse.head.version_1_0 ? "HTTP/1.0" : "HTTP/1.1";
    x->request.connection = c->id;
    x->request.number = ++c->asked;
    note_client(x, c->transport);
    x->bodiless = strcmp(x->request.method, "HEAD") == 0;
    c->last |= !x->parse.head.keep_alive;
    http_conn_move(c, HTTP_CONN_ANSWERING);
    c->owner->handler.on_request(c->owner->handler.user, x);
}

static void expect_body(struct http_conn *c)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";

    if (c->state == HTTP_CONN_BODY)
        return;
    http_conn_move(c, HTTP_CONN_BODY);
    if (c->exchange->parse.head.expect_continue)
        send_queue_add(&c->out, go_on, sizeof go_on - 1);
}

static void look_at_parse(struct http_conn *c)
{
    switch (c->exchange->parse.state) {
    case HTTP_PARSE_HEAD:
        return;
    case HTTP_PARSE_BODY:
    case HTTP_PARSE_CHUNKS:
        expect_body(c);
        return;
    case HTTP_PARSE_DONE:
        ask_handler(c);
        return;
    case HTTP_PARSE_REFUSED:
        http_conn_refuse(c, c->exchange->parse.status);
        return;
    }
}

void http_conn_consume(struct http_conn *c)
{
    while (http_conn_is_reading(c) && c->in_at < c->in_end) {
        if (c->state == HTTP_CONN_IDLE)
            http_conn_move(c, HTTP_CONN_HEAD);
        if (!c->exchange)
            c->exchange = http_exchange_new(c);
        if (!c->exchange) {
            http_conn_close(c, true);
            return;
        }
        c->in_at += http_parse_feed(&c->exchange->parse, c->in + c->in_at, c->in_end - c->in_at);
        look_at_parse(c);
    }
}

/* In a reading state the buffer is always empty here: http_conn_consume() stops early only when it
 * leaves. */
void http_conn_receive(struct http_conn *c)
{
    ssize_t n = c->transport->ops->recv(c->transport, c->in, sizeof c->in);

    if (n == -EAGAIN || n == -EINTR)
        return;
    if (n <= 0) {
        http_conn_close(c, n < 0);
        return;
    }
    c->in_at = 0;
    c->in_end = (size_t)n;
    http_conn_consume(c);
}
