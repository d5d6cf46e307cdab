#include "src/otlp/sender.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "src/base/clock.h"
#include "src/base/limits.h"
#include "src/base/list.h"
#include "src/io/timer.h"
#include "src/net/gzip.h"
#include "src/otlp/answer.h"
#include "src/otlp/report.h"

enum { STANDARD_HEADERS = 2 };

struct parcel {
    struct list node;
    struct text body;
    size_t items;
    int64_t since_ms; /* in the queue */
};

struct sender {
    uv_loop_t *loop;
    struct curl_loop *curl;
    const struct sender_settings *settings;
    const char **headers; /* with ours; NULL at the end */
    struct list queue;    /* struct parcel; the first is on its way while `request` is not NULL */
    struct request *request;
    struct timer retry;
    uint64_t wait_ms; /* of the next failure */
    bool finishing;
    void (*on_idle)(void *user);
    void *user;
    struct report report;
    struct sender_stats stats;
};

/* --- the queue --- */

static struct parcel *first(struct sender *s)
{
    return list_empty(&s->queue) ? NULL : container_of(s->queue.next, struct parcel, node);
}

static void free_parcel(struct sender *s, struct parcel *p)
{
    s->stats.queued -= p->body.size;
    list_remove(&p->node);
    text_deinit(&p->body);
    free(p);
}

static void drop(struct sender *s, struct parcel *p)
{
    s->stats.dropped += p->items;
    free_parcel(s, p);
    report_dropped(&s->report, s->stats.dropped);
}

/* The one that is on its way is read by libcurl. */
static struct parcel *oldest_waiting(struct sender *s)
{
    struct list *at = s->queue.next;

    if (s->request)
        at = at->next;
    return at == &s->queue ? NULL : container_of(at, struct parcel, node);
}

static void make_room(struct sender *s)
{
    struct parcel *p;

    while (s->stats.queued > s->settings->queue_max && (p = oldest_waiting(s)))
        drop(s, p);
}

/* --- one attempt --- */

static void push(struct sender *s);

static void on_retry(void *user)
{
    push(user);
}

/* Half of it is random, so that many senders do not come at once. */
static uint64_t with_jitter(uint64_t ms)
{
    uint32_t random;

    if (getrandom(&random, sizeof random, GRND_NONBLOCK) != (ssize_t)sizeof random)
        random = 0;
    return ms / 2 + random % (ms / 2 + 1);
}

static void push_later(struct sender *s, int64_t retry_after)
{
    int64_t asked = retry_after < LIMIT_OTLP_RETRY_AFTER ? retry_after : LIMIT_OTLP_RETRY_AFTER;
    uint64_t wait = with_jitter(s->wait_ms), least = asked > 0 ? (uint64_t)asked * 1000 : 0;

    s->wait_ms =
        s->wait_ms * 2 < LIMIT_OTLP_RETRY_MAX_MS ? s->wait_ms * 2 : LIMIT_OTLP_RETRY_MAX_MS;
    (void)timer_start(&s->retry, s->loop, wait > least ? wait : least, 0, on_retry, s);
}

static bool is_retryable(const struct request_result *r)
{
    return r->code < 0 || r->status == 429 || r->status == 502 || r->status == 503 ||
           r->status == 504;
}

static void on_delivered(struct sender *s, struct parcel *p, const struct request_result *r)
{
    struct answer answer;

    answer_parse(r->body, r->size, &answer);
    size_t rejected = answer.rejected < (int64_t)p->items ? (size_t)answer.rejected : p->items;
    s->stats.sent += p->items - rejected;
    s->stats.rejected += rejected;
    s->wait_ms = s->settings->retry_ms;
    report_working(&s->report);
    if (rejected || answer.message[0])
        report_partial(&s->report, rejected, answer.message);
    free_parcel(s, p);
    push(s);
}

static void on_failed(struct sender *s, struct parcel *p, const struct request_result *r)
{
    s->stats.failures++;
    report_failing(&s->report, r);
    if (s->finishing || clock_monotonic_ms() - p->since_ms > LIMIT_OTLP_AGE_MS)
        drop(s, p);
    if (s->finishing)
        push(s);
    else
        push_later(s, r->retry_after);
}

static void on_refused(struct sender *s, struct parcel *p, const struct request_result *r)
{
    s->stats.failures++;
    s->stats.rejected += p->items;
    report_refused(&s->report, r);
    free_parcel(s, p);
    push(s);
}

static void on_answer(void *user, const struct request_result *r)
{
    struct sender *s = user;
    struct parcel *p = first(s);

    s->request = NULL;
    if (is_retryable(r))
        on_failed(s, p, r);
    else if (r->status >= 200 && r->status < 300)
        on_delivered(s, p, r);
    else
        on_refused(s, p, r);
    make_room(s);
}

static void start(struct sender *s, const struct parcel *p)
{
    const struct sender_settings *set = s->settings;
    const struct request_options options = {
        .url = set->url,
        .protocols = "http,https",
        .size_max = LIMIT_OTLP_ANSWER,
        .connect_ms =
            set->timeout_ms < LIMIT_OTLP_CONNECT_MS ? set->timeout_ms : LIMIT_OTLP_CONNECT_MS,
        .total_ms = set->timeout_ms,
        .authorities = set->authorities,
        .certificate = set->certificate,
        .key = set->key,
        .body = p->body.data,
        .body_size = p->body.size,
        .headers = s->headers,
    };
    struct error err;

    int r = request_start(s->curl, &options, on_answer, s, &s->request, &err);
    if (r < 0)
        push_later(s, 0); /* no memory */
}

/* The next one, unless something is on its way or waited for. */
static void push(struct sender *s)
{
    const struct parcel *p = first(s);

    if (s->request || timer_active(&s->retry))
        return;
    if (p) {
        start(s, p);
    } else if (s->finishing && s->on_idle) {
        void (*on_idle)(void *user) = s->on_idle;
        s->on_idle = NULL;
        on_idle(s->user);
    }
}

/* --- the interface --- */

static bool compress(const struct sender *s, struct text *body)
{
    struct text small = {0};
    struct error err;

    if (!s->settings->gzip)
        return true;
    int r = gzip_add(&small, body->data, body->size, &err);
    text_deinit(body);
    *body = small;
    return r == 0;
}

void sender_put(struct sender *s, struct text *body, size_t items)
{
    struct parcel *p = calloc(1, sizeof *p);

    if (!p || !compress(s, body)) {
        free(p);
        text_deinit(body);
        s->stats.dropped += items;
        return;
    }
    *p = (struct parcel){.body = *body, .items = items, .since_ms = clock_monotonic_ms()};
    *body = (struct text){0};
    list_append(&s->queue, &p->node);
    s->stats.queued += p->body.size;
    make_room(s);
    push(s);
}

void sender_finish(struct sender *s, void (*on_idle)(void *user), void *user)
{
    s->finishing = true;
    s->on_idle = on_idle;
    s->user = user;
    timer_stop(&s->retry);
    push(s);
}

void sender_stats(const struct sender *s, struct sender_stats *ret)
{
    *ret = s->stats;
}

static const char **all_headers(const struct sender_settings *settings)
{
    size_t count = 0, n = 0;

    while (settings->headers && settings->headers[count])
        count++;
    const char **all = calloc(count + STANDARD_HEADERS + 1, sizeof *all);
    if (!all)
        return NULL;
    all[n++] = "Content-Type: application/json";
    if (settings->gzip)
        all[n++] = "Content-Encoding: gzip";
    for (size_t i = 0; i < count; i++)
        all[n++] = settings->headers[i];
    return all;
}

struct sender *sender_new(uv_loop_t *loop, struct curl_loop *curl,
                          const struct sender_settings *settings)
{
    struct sender *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    *s = (struct sender){.loop = loop, .curl = curl, .settings = settings};
    s->wait_ms = settings->retry_ms;
    s->report.signal = settings->signal;
    list_init(&s->queue);
    s->headers = all_headers(settings);
    if (s->headers)
        return s;
    free(s);
    return NULL;
}

void sender_free(struct sender *s)
{
    if (!s)
        return;
    if (s->request)
        request_abandon(s->request);
    timer_stop(&s->retry);
    list_each(p, &s->queue, struct parcel, node)
    {
        free_parcel(s, p);
    }
    free(s->headers);
    free(s);
}
