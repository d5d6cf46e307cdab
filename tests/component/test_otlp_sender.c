/* A sender against a collector that follows a script. */
#include <inttypes.h>

#include "src/base/limits.h"
#include "src/base/log.h"
#include "src/otlp/sender.h"
#include "tests/support/otlp_receiver.h"
#include "tests/unit/io/loop.h"

enum {
    RETRY_MS = 20,
    SHORT_MS = 800, /* of a request in tests of slow collectors */
    TURNS = 15,     /* of the loop meanwhile: some 150 on an idle machine, a few if it is held up */
    QUEUE = 10000,  /* bytes */
    FEW_MS = 200,   /* in which something would happen that must not */
};

struct run {
    uv_loop_t *loop;
    struct otlp_receiver *receiver;
    struct curl_loop *curl;
    struct sender_settings settings;
    struct sender *sender;
    bool idle;
};

static struct run *begin(const struct otlp_answer script[static OTLP_SCRIPT])
{
    struct run *r = world_alloc(sizeof *r);
    struct error err;

    log_set_level(LOG_LEVEL_NONE);
    r->loop = loop_new();
    r->receiver = otlp_receiver_start();
    otlp_receiver_script(r->receiver, script);
    REQUIRE(curl_loop_new(r->loop, &r->curl, &err) == 0);
    r->settings = (struct sender_settings){
        .signal = "metrics",
        .url = world_text("%s/v1/metrics", otlp_receiver_url(r->receiver)),
        .timeout_ms = LOOP_MS,
        .retry_ms = RETRY_MS,
        .queue_max = QUEUE,
    };
    r->sender = sender_new(r->loop, r->curl, &r->settings);
    REQUIRE(r->sender != NULL);
    return r;
}

static void end(struct run *r)
{
    sender_free(r->sender);
    curl_loop_free(r->curl);
    loop_end(r->loop);
}

/* A request that a strict receiver takes, told apart by a name. */
static void put(struct run *r, const char *name, size_t items)
{
    struct text body = {0};

    text_add_fmt(&body,
                 "{\"resourceMetrics\":[{\"scopeMetrics\":[{\"metrics\":[{\"name\":\"%s\"}]}]}]}",
                 name);
    sender_put(r->sender, &body, items);
    CHECK(body.data == NULL);
}

static struct sender_stats stats(const struct run *r)
{
    struct sender_stats s;

    sender_stats(r->sender, &s);
    return s;
}

static bool is_sent(const struct run *r, uint64_t items)
{
    struct sender_stats s = stats(r);

    return s.sent + s.rejected + s.dropped == items && s.queued == 0;
}

/* Names in the order in which they came, with the status that each got: "a200 b503". */
static const char *seen(struct run *r)
{
    const char *text = "";

    for (int i = 0; i < otlp_receiver_count(r->receiver); i++) {
        const struct otlp_request *q = otlp_receiver_request(r->receiver, i);
        const char *name = q->body ? strstr(q->body, "\"name\":\"") : NULL;
        CHECK_AT(q->fault ? q->fault : "", q->fault == NULL);
        text = world_text("%s%s%.1s%d", text, *text ? " " : "", name ? name + 8 : "?", q->status);
    }
    return text;
}

static void check_seen(struct run *r, const char *want)
{
    CHECK_AT(world_text("want %s, got %s", want, seen(r)), strcmp(seen(r), want) == 0);
}

#define LAST                                                                                       \
    {                                                                                              \
        .status = -1                                                                               \
    }

/* Every request is tried again where that makes sense, in order, nothing twice. */
static const struct {
    const char *label;
    struct otlp_answer script[OTLP_SCRIPT];
    const char *want;
    struct sender_stats stats;
} rows[] = {
    {"fine", {LAST}, "a200 b200", {.sent = 5}},
    {"503",
     {{.status = 503}, {.status = 503}, {.status = 503}, LAST},
     "a503 a503 a503 a200 b200",
     {.sent = 5, .failures = 3}},
    {"429, 502, 504",
     {{.status = 429}, {.status = 502}, {.status = 504}, LAST},
     "a429 a502 a504 a200 b200",
     {.sent = 5, .failures = 3}},
    {"hangs up", {{.status = 0}, LAST}, "a0 a200 b200", {.sent = 5, .failures = 1}},
    {"400 is final",
     {{.status = 400}, LAST},
     "a400 b200",
     {.sent = 2, .rejected = 3, .failures = 1}},
    {"401, 500 are final",
     {{.status = 401}, {.status = 500}, LAST},
     "a401 b500",
     {.rejected = 5, .failures = 2}},
    {"redirect is final",
     {{.status = 307, .headers = "Location: http://127.0.0.1:1/\r\n"}, LAST},
     "a307 b200",
     {.sent = 2, .rejected = 3, .failures = 1}},
    {"202", {{.status = 202}, LAST}, "a202 b200", {.sent = 5}},
    {"partial",
     {{.status = 200,
       .body = "{\"partialSuccess\":{\"rejectedDataPoints\":\"2\",\"errorMessage\":\"x\"}}"},
      LAST},
     "a200 b200",
     {.sent = 3, .rejected = 2}},
    {"partial, more than there was",
     {{.status = 200, .body = "{\"partialSuccess\":{\"rejectedDataPoints\":\"99\"}}"}, LAST},
     "a200 b200",
     {.sent = 2, .rejected = 3}},
    {"no JSON", {{.status = 200, .body = "ok"}, LAST}, "a200 b200", {.sent = 5}},
};

static void test_rows(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct run *r = begin(rows[i].script);
        put(r, "a", 3);
        put(r, "b", 2);
        CHECK_AT(rows[i].label, LOOP_UNTIL(r->loop, LOOP_MS, is_sent(r, 5)));
        check_seen(r, rows[i].want);
        struct sender_stats s = stats(r);
        CHECK_AT(world_text("%s: sent %" PRIu64 " rejected %" PRIu64 " dropped %" PRIu64
                            " failures %" PRIu64,
                            rows[i].label, s.sent, s.rejected, s.dropped, s.failures),
                 memcmp(&s, &rows[i].stats, sizeof s) == 0);
        end(r);
    }
}

static void test_retry_after(void)
{
    struct run *r = begin(
        (struct otlp_answer[OTLP_SCRIPT]){{.status = 429, .headers = "Retry-After: 1\r\n"}, LAST});

    put(r, "a", 1);
    CHECK(LOOP_UNTIL(r->loop, LOOP_MS, is_sent(r, 1)));
    check_seen(r, "a429 a200");
    long long waited =
        otlp_receiver_request(r->receiver, 1)->at_ms - otlp_receiver_request(r->receiver, 0)->at_ms;
    CHECK_AT(world_text("%lld ms", waited), waited >= 990);
    end(r);
}

/* Waits grow: at least half of 20, 40, 80, 160 ms. */
static void test_back_off(void)
{
    struct run *r = begin((struct otlp_answer[OTLP_SCRIPT]){
        {.status = 503}, {.status = 503}, {.status = 503}, {.status = 503}, LAST});

    put(r, "a", 1);
    CHECK(LOOP_UNTIL(r->loop, LOOP_MS, is_sent(r, 1)));
    for (int i = 0; i < 4; i++) {
        long long waited = otlp_receiver_request(r->receiver, i + 1)->at_ms -
                           otlp_receiver_request(r->receiver, i)->at_ms;
        CHECK_AT(world_text("%d: %lld ms", i, waited), waited + 2 >= (RETRY_MS << i) / 2);
    }
    end(r);
}

/* Nobody there: it waits, and goes out when somebody is. */
static void test_dead(void)
{
    struct run *r = begin((struct otlp_answer[OTLP_SCRIPT]){LAST});

    otlp_receiver_stop(r->receiver);
    put(r, "a", 1);
    put(r, "b", 1);
    CHECK(LOOP_UNTIL(r->loop, LOOP_MS, stats(r).failures >= 2));
    CHECK(stats(r).queued > 0 && stats(r).dropped == 0);
    otlp_receiver_resume(r->receiver);
    CHECK(LOOP_UNTIL(r->loop, LOOP_MS, is_sent(r, 2)));
    check_seen(r, "a200 b200");
    end(r);
}

/* A collector that is slow: the loop goes on turning, the request ends in time and comes again. */
static void test_slow(void)
{
    struct run *r =
        begin((struct otlp_answer[OTLP_SCRIPT]){{.status = 200, .delay_ms = 2 * SHORT_MS}, LAST});
    int turns = 0;

    r->settings.timeout_ms = SHORT_MS;
    put(r, "a", 1);
    while (!is_sent(r, 1) && otlp_receiver_count(r->receiver) < 5) {
        loop_turn(r->loop);
        turns++;
    }
    CHECK_AT(world_text("%d turns", turns), turns >= TURNS);
    CHECK(stats(r).sent == 1 && stats(r).failures >= 1);
    end(r);
}

/* A full queue: the oldest go, the count is exact, memory stays within the bound. */
static void test_bound(void)
{
    struct run *r = begin((struct otlp_answer[OTLP_SCRIPT]){LAST});
    char *name = world_alloc(1000);
    size_t most = 0;

    otlp_receiver_stop(r->receiver);
    memset(name, 'x', 999);
    for (int i = 0; i < 100; i++) {
        name[0] = (char)('A' + i % 26);
        put(r, name, 7);
        loop_turn(r->loop);
        most = stats(r).queued > most ? stats(r).queued : most;
    }
    struct sender_stats s = stats(r);
    CHECK_AT(world_text("%zu bytes", most), most <= QUEUE + 1100);
    CHECK(s.dropped >= 85 * 7 && s.dropped % 7 == 0);
    otlp_receiver_resume(r->receiver);
    CHECK(LOOP_UNTIL(r->loop, LOOP_MS, is_sent(r, 700)));
    CHECK(stats(r).sent == 700 - stats(r).dropped);
    const char *came = seen(r);
    CHECK_AT(came, strlen(came) >= 4 && strcmp(came + strlen(came) - 4, "V200") == 0);
    end(r);
}

static void test_gzip(void)
{
    struct run *r = begin((struct otlp_answer[OTLP_SCRIPT]){LAST});
    char *name = world_alloc(5000);

    sender_free(r->sender);
    r->settings.gzip = true;
    r->settings.headers = (const char *const[]){"Api-Key: a b", "Empty;", NULL};
    r->sender = sender_new(r->loop, r->curl, &r->settings);
    memset(name, 'x', 4999);
    put(r, name, 1);
    CHECK(LOOP_UNTIL(r->loop, LOOP_MS, is_sent(r, 1)));
    const struct otlp_request *q = otlp_receiver_request(r->receiver, 0);
    CHECK_AT(q->fault ? q->fault : "", q->fault == NULL);
    CHECK(q->size > 5000 && q->wire_size < 500);
    CHECK_AT(q->head, strstr(q->head, "\r\nApi-Key: a b\r\n") &&
                          strstr(q->head, "\r\nEmpty:\r\n") &&
                          strstr(q->head, "\r\nContent-Encoding: gzip\r\n"));
    end(r);
}

static void on_idle(void *user)
{
    struct run *r = user;

    CHECK(!r->idle);
    r->idle = true;
}

/* The end: what is there goes out; what cannot is tried once more and given up. */
static void test_finish(void)
{
    struct run *r = begin((struct otlp_answer[OTLP_SCRIPT]){{.status = 503}, LAST});

    put(r, "a", 1);
    put(r, "b", 1);
    sender_finish(r->sender, on_idle, r);
    CHECK(!r->idle);
    CHECK(LOOP_UNTIL(r->loop, LOOP_MS, r->idle));
    check_seen(r, "a503 b200");
    CHECK(stats(r).dropped == 1 && stats(r).sent == 1);
    end(r);
}

static void test_finish_dead(void)
{
    struct run *r = begin((struct otlp_answer[OTLP_SCRIPT]){LAST});

    otlp_receiver_stop(r->receiver);
    put(r, "a", 1);
    CHECK(LOOP_UNTIL(r->loop, LOOP_MS, stats(r).failures > 0));
    put(r, "b", 1);
    sender_finish(r->sender, on_idle, r);
    CHECK(LOOP_UNTIL(r->loop, LOOP_MS, r->idle));
    CHECK(stats(r).dropped == 2 && stats(r).queued == 0);
    end(r);
    r = begin((struct otlp_answer[OTLP_SCRIPT]){LAST});
    sender_finish(r->sender, on_idle, r);
    CHECK(r->idle);
    end(r);
}

/* Freed at any time. */
static void test_free(void)
{
    static const int turns_ms[] = {0, 1, 5, 30};

    for (size_t i = 0; i < COUNT_OF(turns_ms); i++) {
        struct run *r = begin((struct otlp_answer[OTLP_SCRIPT]){
            {.status = 503}, {.status = 200, .delay_ms = FEW_MS}, LAST});
        put(r, "a", 1);
        put(r, "b", 1);
        loop_for(r->loop, turns_ms[i]);
        end(r);
    }
}

WORLD_SUITE("component/otlp_sender", {"rows", test_rows}, {"Retry-After", test_retry_after},
            {"back-off", test_back_off}, {"dead", test_dead}, {"slow", test_slow},
            {"bound", test_bound}, {"gzip", test_gzip}, {"finish", test_finish},
            {"finish, dead", test_finish_dead}, {"free", test_free})
