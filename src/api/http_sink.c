#include "src/api/http_sink.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/api/reply.h"
#include "src/api/request_log.h"
#include "src/base/events.h"

enum {
    HTTP_SINK_FACTS = 4,
    ARTIFACT_HEADERS = 3,
    ALL_HEADERS = ARTIFACT_HEADERS + HTTP_SINK_FACTS
};

struct http_sink {
    struct sink base;
    struct http_exchange *x; /* NULL once the client is gone */
    bool opened;
    char *location;
    char disposition[128];
    char trailers[128];                 /* names */
    char texts[HTTP_SINK_FACTS][2][64]; /* names and values */
};

static void on_drain(void *user)
{
    struct http_sink *h = user;

    h->base.events.on_room(h->base.events.user);
}

static void on_gone(void *user)
{
    struct http_sink *h = user;
    struct error err;

    h->x = NULL;
    (void)error_set(&err, -EPIPE, "The client closed the connection.");
    h->base.events.on_lost(h->base.events.user, &err);
}

char *operation_location(const struct http_request *request, const char *id)
{
    char *location;

    if (asprintf(&location, "%s://%s/operations/%s", request->scheme,
                 request->host && request->host[0] ? request->host : "localhost", id) < 0)
        return NULL;
    return location;
}

/* Content-Type, Content-Disposition, Location, as CONTRACT section 1.4. */
static size_t artifact_headers(struct http_sink *h,
                               struct http_pair headers[static ARTIFACT_HEADERS])
{
    const struct http_request *request = http_exchange_request(h->x);
    const struct artifact *a = &h->base.artifact;
    size_t n = 0;

    free(h->location);
    h->location = operation_location(request, a->operation_id);
    (void)snprintf(h->disposition, sizeof h->disposition, "%s; filename=%s",
                   a->shown ? "inline" : "attachment", a->name);
    headers[n++] = (struct http_pair){"Location", h->location ? h->location : "/operations"};
    if (!a->nameless)
        headers[n++] = (struct http_pair){"Content-Disposition", h->disposition};
    headers[n++] = (struct http_pair){"Content-Type", a->content_type};
    return n;
}

/* "X-Events, X-Events-Lost", for the Trailer header: what is not known yet. */
static void announce_facts(struct http_sink *h)
{
    const struct artifact *a = &h->base.artifact;
    size_t size = 0;

    for (size_t i = 0; i < a->fact_count && size < sizeof h->trailers; i++) {
        if (a->facts[i].known)
            continue;
        int n = snprintf(h->trailers + size, sizeof h->trailers - size, "%sX-%s", size ? ", " : "",
                         a->facts[i].kind->name);
        size += n > 0 ? (size_t)n : 0;
    }
    if (size)
        http_stream_announce(h->x, h->trailers);
}

static void put_value(char text[static 64], const struct fact *fact)
{
    if (fact->kind->is_truth)
        (void)snprintf(text, 64, "%s", fact->value ? "true" : "false");
    else
        (void)snprintf(text, 64, "%" PRIu64, fact->value);
}

/* "X-Events: 12" of each that is known; how many. They live as long as the sink. */
static size_t known_facts(struct http_sink *h, struct http_pair pairs[static HTTP_SINK_FACTS])
{
    const struct artifact *a = &h->base.artifact;
    size_t count = 0;

    for (size_t i = 0; i < a->fact_count && count < HTTP_SINK_FACTS; i++) {
        if (!a->facts[i].known)
            continue;
        (void)snprintf(h->texts[count][0], sizeof h->texts[0][0], "X-%s", a->facts[i].kind->name);
        put_value(h->texts[count][1], &a->facts[i]);
        pairs[count] = (struct http_pair){h->texts[count][0], h->texts[count][1]};
        count++;
    }
    return count;
}

/* Those that were announced; what was known at the head is there. */
static void end_with_facts(struct http_sink *h)
{
    struct http_pair trailers[HTTP_SINK_FACTS];
    size_t count = h->trailers[0] ? known_facts(h, trailers) : 0;

    http_stream_end_with(h->x, trailers, count);
}

static int http_sink_open(struct sink *s, struct error *err)
{
    struct http_sink *h = (struct http_sink *)s;
    struct http_pair headers[ALL_HEADERS];
    size_t count = artifact_headers(h, headers);

    (void)err;
    h->opened = true;
    announce_facts(h);
    if (!h->trailers[0])
        count += known_facts(h, headers + count);
    http_stream_begin(h->x, 200, headers, count);
    return 0;
}

static void http_sink_write(struct sink *s, const void *data, size_t size)
{
    struct http_sink *h = (struct http_sink *)s;

    if (!s->artifact.room_at_once)
        (void)http_stream_write(h->x, data, size);
    else if (http_stream_lend(h->x, data, size))
        s->events.on_room(s->events.user);
}

static void http_sink_write_file(struct sink *s, int fd, uint64_t offset, uint64_t size)
{
    http_stream_file(((struct http_sink *)s)->x, fd, offset, size);
}

/* Without a registered operation (rate limit) there is nothing to point to. */
static void answer_problem(struct http_sink *h, const struct error *err)
{
    struct http_pair headers[ARTIFACT_HEADERS];

    if (!h->base.artifact.operation_id) {
        reply_problem(h->x, err);
        return;
    }
    size_t count = artifact_headers(h, headers);
    reply_problem_with(h->x, err, headers, count - 1); /* all but the artifact's type */
}

/* What the peer says of the end of a streamed answer. */
static void log_close(const struct http_sink *h, const struct error *err)
{
    char exception[REQUEST_LOG_EXCEPTION_SIZE];
    struct log_record record = {.event = &event_stream_written, .scope = h->base.artifact.scope};

    if (!h->base.artifact.operation_id)
        return;
    if (err && (err->code == -EPIPE || err->code == -ECANCELED)) {
        record.event = &event_stream_canceled;
    } else if (err) {
        record.event = &event_stream_failed;
        record.exception = request_log_exception(err, exception);
    }
    log_record(&record);
}

static void http_sink_close(struct sink *s, const struct error *err)
{
    struct http_sink *h = (struct http_sink *)s;

    log_close(h, err);
    /* Before the answer ends: the request's scope ends with it, and who has the answer may ask for
     * the operation. It is remembered, so the artifact's names stay. */
    s->events.on_closed(s->events.user, NULL, NULL);
    if (h->x && !h->opened)
        answer_problem(h, err);
    else if (h->x && err)
        http_stream_abort(h->x);
    else if (h->x)
        end_with_facts(h);
    free(h->location);
    free(h);
}

static const struct sink_type http_sink_type = {
    .name = "http",
    .open = http_sink_open,
    .write = http_sink_write,
    .write_file = http_sink_write_file,
    .close = http_sink_close,
};

struct sink *http_sink_new(struct http_exchange *x)
{
    struct http_sink *h = calloc(1, sizeof *h);

    if (!h) {
        reply_empty(x, 500);
        return NULL;
    }
    h->base.type = &http_sink_type;
    h->x = x;
    http_exchange_watch(
        x, &(struct http_exchange_events){.user = h, .on_drain = on_drain, .on_gone = on_gone});
    return &h->base;
}
