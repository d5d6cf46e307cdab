/* Readers that share a session of the fake runtime: who joins which, what each gets, and that none
 * is left in the target, whoever leaves when. */
#include <errno.h>

#include "tests/component/feed_host.h"
#include "tests/support/trace_maker.h"

enum { READERS = 8, PID = 101, EVENTS = 50, LOST = 7 };

/* What a reader saw, and what it does from inside its callbacks. */
struct seen {
    struct feed_host *host;
    struct feed_reader *reader;
    int started, ended, code;
    unsigned events;
    uint64_t lost;
    char text[256];
    bool leave_at_start;
    unsigned leave_at_event;  /* the n-th; 0: never */
    struct seen *takes_along; /* made to leave at the same time */
    struct seen *joins;       /* joins when this one ends or leaves */
    struct target *target;    /* for `joins` */
};

static const struct ipc_trace_provider wide[] = {{.name = "My-Source", .keywords = 7, .level = 5},
                                                 {.name = "Other", .keywords = 0, .level = 4}};
static const struct ipc_trace_provider narrow[] = {
    {.name = "My-Source", .keywords = 1, .level = 4}};
static const struct ipc_trace_provider strange[] = {{.name = "Strange", .level = 4}};
static const struct feed_need need_wide = {.providers = wide, .provider_count = 2};
static const struct feed_need need_narrow = {.providers = narrow, .provider_count = 1};
static const struct feed_need need_strange = {.providers = strange, .provider_count = 1};

static void join(struct seen *s, struct target *t, const struct feed_need *need);

static void leave(struct seen *s)
{
    struct feed_reader *reader = s->reader;

    s->reader = NULL;
    if (reader)
        feed_leave(reader);
}

static void go(struct seen *s)
{
    if (s->takes_along)
        leave(s->takes_along);
    leave(s);
    if (s->joins)
        join(s->joins, s->target, &need_narrow);
}

static void on_started(void *user)
{
    struct seen *s = user;

    s->started++;
    CHECK(s->events == 0 && s->ended == 0 && s->reader);
    if (s->leave_at_start)
        go(s);
}

static void on_event(void *user, const struct nettrace *stream, const struct nettrace_event *event)
{
    struct seen *s = user;

    CHECK(s->started == 1 && s->ended == 0 && s->reader);
    CHECK(nettrace_trace(stream) != NULL && strcmp(event->metadata->provider, "My-Source") == 0);
    if (++s->events == s->leave_at_event)
        go(s);
}

static void on_loss(void *user, uint64_t lost)
{
    struct seen *s = user;

    CHECK(lost > s->lost && s->reader);
    s->lost = lost;
}

static void on_end(void *user, const struct error *err)
{
    struct seen *s = user;

    CHECK(s->reader != NULL);
    s->reader = NULL;
    s->ended++;
    s->code = err->code;
    (void)snprintf(s->text, sizeof s->text, "%s", err->text);
    if (s->takes_along)
        leave(s->takes_along);
    if (s->joins)
        join(s->joins, s->target, &need_narrow);
}

static void join(struct seen *s, struct target *t, const struct feed_need *need)
{
    const struct feed_events events = {s, on_started, on_event, on_loss, on_end};
    struct error err;

    REQUIRE(feed_join(s->host->feeds, t, need, &events, &s->reader, &err) == 0);
    CHECK_AT("nothing from inside", s->started == 0 && s->events == 0 && s->ended == 0);
}

static struct seen *seen_new(struct feed_host *h)
{
    struct seen *s = world_alloc(sizeof *s);

    s->host = h;
    return s;
}

/* EVENTS events, the last ones behind a gap when `lost`. */
static struct fake_trace trace_of(unsigned lost)
{
    struct trace_maker *m = trace_maker_new();
    size_t size;

    for (unsigned i = 0; i < EVENTS; i++) {
        if (lost && i == EVENTS - 5)
            m->sequence += lost;
        trace_maker_event(m, MAKER_SOURCE, 7, i, 0, "", 0);
        if (i % 10 == 9)
            nettrace_write_flush(&m->w);
    }
    const uint8_t *bytes = trace_maker_end(m, &size);
    return (struct fake_trace){.bytes = bytes, .size = size};
}

/* Nothing but the header comes before the gate. */
static struct fake_trace held_trace(void)
{
    struct fake_trace t = trace_of(0);

    t.hold_after = 60;
    return t;
}

static void check_stopped(struct feed_host *h, struct fake_runtime *r, int sessions)
{
    CHECK_AT("stopped in the target",
             LOOP_UNTIL(h->loop, LOOP_MS,
                        fake_runtime_received(r, FAKE_STOP) == sessions &&
                            fake_runtime_sessions(r) == 0 && sessions_count(h->sessions) == 0));
    CHECK(fake_runtime_received(r, FAKE_ANY_COLLECT) >= sessions);
    CHECK(fake_runtime_stray_stops(r) == 0);
}

static void test_one_reader(void)
{
    struct feed_host *h = feed_host_new(NULL);
    struct fake_runtime *r;
    struct target *t = feed_host_app(h, PID, &(struct fake_options){.trace = trace_of(LOST)}, &r);
    struct seen *a = seen_new(h);
    struct fake_collect asked;

    join(a, t, &need_wide);
    CHECK(feeds_session_count(h->feeds) == 1 && feeds_reader_count(h->feeds) == 1);
    CHECK(LOOP_UNTIL(h->loop, LOOP_MS, a->events == EVENTS));
    CHECK(LOOP_UNTIL(h->loop, LOOP_MS, a->lost == LOST));
    fake_runtime_collect(r, &asked);
    CHECK(asked.count == 2 && asked.buffer_mb == FEED_BUFFER_MB && asked.rundown == 0);
    CHECK(!asked.stackwalk && asked.providers[0].keywords == 7 && asked.providers[0].level == 5);
    CHECK(feeds_event_count(h->feeds) == EVENTS && feeds_lost_count(h->feeds) == LOST);
    leave(a);
    CHECK(feeds_session_count(h->feeds) == 0 && feeds_reader_count(h->feeds) == 0);
    CHECK_AT("counts stay",
             feeds_event_count(h->feeds) == EVENTS && feeds_lost_count(h->feeds) == LOST);
    check_stopped(h, r, 1);
    CHECK(a->started == 1 && a->ended == 0);
    feed_host_end(h);
}

static const struct {
    const char *label;
    const struct feed_need *first, *second;
    int sessions;
} shares[] = {
    {"covered", &need_wide, &need_narrow, 1},
    {"the same", &need_wide, &need_wide, 1},
    {"more than there is", &need_narrow, &need_wide, 2},
    {"something else", &need_wide, &need_strange, 2},
};

static void test_sharing(void)
{
    for (size_t i = 0; i < COUNT_OF(shares); i++) {
        struct feed_host *h = feed_host_new(NULL);
        struct fake_runtime *r;
        struct target *t = feed_host_app(h, PID, &(struct fake_options){.trace = held_trace()}, &r);
        struct seen *a = seen_new(h), *b = seen_new(h);
        join(a, t, shares[i].first);
        CHECK(LOOP_UNTIL(h->loop, LOOP_MS, a->started == 1));
        join(b, t, shares[i].second);
        CHECK(LOOP_UNTIL(h->loop, LOOP_MS, b->started == 1));
        CHECK_AT(shares[i].label, (int)feeds_session_count(h->feeds) == shares[i].sessions &&
                                      feeds_reader_count(h->feeds) == 2 &&
                                      fake_runtime_sessions(r) == shares[i].sessions);
        fake_runtime_open_gate(r);
        CHECK_AT(shares[i].label,
                 LOOP_UNTIL(h->loop, LOOP_MS, a->events == EVENTS && b->events == EVENTS));
        leave(a);
        CHECK_AT(shares[i].label, (int)feeds_session_count(h->feeds) == shares[i].sessions - 1 ||
                                      shares[i].sessions == 1);
        leave(b);
        check_stopped(h, r, shares[i].sessions);
        feed_host_end(h);
    }
}

/* Two processes never share; nor does a reader join before the session runs without being told. */
static void test_two_processes(void)
{
    struct feed_host *h = feed_host_new(NULL);
    struct fake_runtime *r, *r2;
    const struct fake_options o = {.trace = trace_of(0)}, o2 = {.trace = trace_of(0)};
    struct target *t = feed_host_app(h, PID, &o, &r), *t2 = feed_host_app(h, PID + 1, &o2, &r2);
    struct seen *a = seen_new(h), *b = seen_new(h), *c = seen_new(h);

    join(a, t, &need_wide);
    join(b, t2, &need_wide);
    join(c, t, &need_wide); /* `a` has not started yet */
    CHECK(feeds_session_count(h->feeds) == 2 && feeds_reader_count(h->feeds) == 3);
    CHECK(LOOP_UNTIL(h->loop, LOOP_MS,
                     a->events == EVENTS && b->events == EVENTS && c->events == EVENTS));
    leave(a);
    leave(b);
    leave(c);
    check_stopped(h, r, 1);
    check_stopped(h, r2, 1);
    feed_host_end(h);
}

static void test_leave_inside(void)
{
    struct feed_host *h = feed_host_new(NULL);
    struct fake_runtime *r;
    struct target *t = feed_host_app(h, PID, &(struct fake_options){.trace = held_trace()}, &r);
    struct seen *s[READERS];

    for (size_t i = 0; i < READERS; i++) {
        s[i] = seen_new(h);
        s[i]->target = t;
        join(s[i], t, &need_wide);
    }
    s[0]->leave_at_start = true;
    s[1]->leave_at_event = 1;
    s[2]->leave_at_event = 5;
    s[2]->takes_along = s[3]; /* behind it in the list */
    s[5]->leave_at_event = 5;
    s[5]->takes_along = s[4]; /* before it */
    s[6]->leave_at_event = 20;
    s[6]->joins = seen_new(h);
    s[6]->takes_along = s[7];
    fake_runtime_open_gate(r);
    CHECK(LOOP_UNTIL(h->loop, LOOP_MS, s[6]->events == 20));
    CHECK(s[0]->events == 0 && s[1]->events == 1 && s[2]->events == 5 && s[5]->events == 5);
    CHECK(s[3]->events == 4 && s[4]->events == 5 && s[7]->events == 19);
    /* The first session went with its last reader; the newcomer has one of its own. */
    CHECK(LOOP_UNTIL(h->loop, LOOP_MS, s[6]->joins->events == EVENTS));
    CHECK(feeds_session_count(h->feeds) == 1 && feeds_reader_count(h->feeds) == 1);
    leave(s[6]->joins);
    check_stopped(h, r, 2);
    feed_host_end(h);
}

/* A reader that joins a session with events behind it gets those that follow. */
static void test_join_late(void)
{
    struct feed_host *h = feed_host_new(NULL);
    struct fake_runtime *r;
    struct fake_trace trace = trace_of(0);

    trace.hold_after = trace.size - 120; /* the last block is not whole */
    struct target *t = feed_host_app(h, PID, &(struct fake_options){.trace = trace}, &r);
    struct seen *a = seen_new(h), *b = seen_new(h);
    join(a, t, &need_wide);
    CHECK(LOOP_UNTIL(h->loop, LOOP_MS, a->events > 0));
    CHECK(LOOP_UNTIL(h->loop, LOOP_MS, fake_runtime_streamed(r) == trace.hold_after));
    for (int i = 0; i < 20; i++)
        loop_turn(h->loop); /* what has been streamed is read now */
    unsigned before = a->events;
    join(b, t, &need_wide);
    CHECK(LOOP_UNTIL(h->loop, LOOP_MS, b->started == 1));
    CHECK(before < EVENTS && b->events == 0);
    fake_runtime_open_gate(r);
    CHECK(LOOP_UNTIL(h->loop, LOOP_MS, a->events == EVENTS && b->events == EVENTS - before));
    leave(b);
    leave(a);
    check_stopped(h, r, 1);
    feed_host_end(h);
}

static void test_leave_early(void)
{
    struct feed_host *h = feed_host_new(NULL);
    struct fake_runtime *r;
    struct fake_options o = {.trace = trace_of(0), .rules = {{FAKE_ANY_COLLECT, .gate = true}}};
    struct target *t = feed_host_app(h, PID, &o, &r);
    struct seen *a = seen_new(h), *b = seen_new(h);

    join(a, t, &need_wide);
    leave(a); /* nothing has been sent yet */
    CHECK(feeds_session_count(h->feeds) == 0);
    join(b, t, &need_wide);
    CHECK(LOOP_UNTIL(h->loop, LOOP_MS, fake_runtime_received(r, FAKE_ANY_COLLECT) > 0));
    leave(b); /* it has, and the runtime will start one for nobody */
    fake_runtime_open_gate(r);
    check_stopped(h, r, 1);
    CHECK(a->started + a->ended + b->started + b->ended == 0);
    feed_host_end(h);
}

static const uint8_t junk[] = "This is no event stream at all, but long enough to be seen as one.";

static void test_damaged(void)
{
    struct feed_host *h = feed_host_new(NULL);
    struct fake_runtime *r;
    struct fake_options o = {.trace = {.bytes = junk, .size = sizeof junk}};
    struct target *t = feed_host_app(h, PID, &o, &r);
    struct seen *a = seen_new(h), *b = seen_new(h), *c = seen_new(h);

    join(a, t, &need_wide);
    join(b, t, &need_wide);
    join(c, t, &need_wide);
    a->takes_along = c; /* from inside its on_end */
    CHECK(LOOP_UNTIL(h->loop, LOOP_MS, a->ended == 1 && b->ended == 1));
    CHECK(a->code == -EBADMSG && b->code == -EBADMSG && strstr(a->text, "event stream"));
    CHECK(c->ended == 0 && !c->reader);
    CHECK(feeds_session_count(h->feeds) == 0 && feeds_reader_count(h->feeds) == 0);
    check_stopped(h, r, 1);
    feed_host_end(h);
}

static void test_process_ends(void)
{
    struct feed_host *h = feed_host_new(NULL);
    struct fake_runtime *r, *r2;
    struct target *t = feed_host_app(h, PID, &(struct fake_options){.trace = trace_of(0)}, &r);
    struct target *t2 =
        feed_host_app(h, PID + 1, &(struct fake_options){.trace = trace_of(0)}, &r2);
    struct seen *a = seen_new(h), *b = seen_new(h);

    a->joins = b;
    a->target = t2;
    join(a, t, &need_wide);
    CHECK(LOOP_UNTIL(h->loop, LOOP_MS, a->events == EVENTS));
    fake_runtime_stop(r);
    CHECK(LOOP_UNTIL(h->loop, LOOP_MS, a->ended == 1));
    CHECK(a->code == -ECONNRESET);
    CHECK(LOOP_UNTIL(h->loop, LOOP_MS, b->events == EVENTS));
    leave(b);
    check_stopped(h, r2, 1);
    feed_host_end(h);
}

static const struct {
    const char *label;
    struct fake_rule rule;
    bool die;
    int code;
} refusals[] = {
    {"64 sessions are in use",
     {FAKE_ANY_COLLECT, FAKE_ACT_ERROR, .hresult = FAKE_E_FAIL},
     false,
     -EREMOTEIO},
    {"hangs up", {FAKE_ANY_COLLECT, FAKE_ACT_HANG_UP, .size = 7}, false, -ECONNRESET},
    {"no .NET at all", {FAKE_ANY_COLLECT, FAKE_ACT_RAW, .size = 40}, false, -EBADMSG},
    {"ends while it is asked", {FAKE_ANY_COLLECT, .act = FAKE_ACT_SILENT}, true, 0},
    {"never answers", {FAKE_ANY_COLLECT, .act = FAKE_ACT_SILENT}, false, -ETIMEDOUT},
};

static void test_never_starts(void)
{
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        struct feed_host *h = feed_host_new(NULL);
        struct fake_runtime *r;
        struct fake_options o = {.rules = {refusals[i].rule}};
        struct target *t = feed_host_app(h, PID, &o, &r);
        struct seen *a = seen_new(h), *b = seen_new(h);
        join(a, t, &need_wide);
        join(b, t, &need_narrow);
        CHECK(LOOP_UNTIL(h->loop, LOOP_MS, fake_runtime_received(r, FAKE_ANY_COLLECT) > 0));
        if (refusals[i].die)
            fake_runtime_stop(r);
        CHECK_AT(refusals[i].label,
                 LOOP_UNTIL(h->loop, 2 * LOOP_MS, a->ended == 1 && b->ended == 1));
        CHECK_AT(refusals[i].label, a->started == 0 && a->code < 0 && a->text[0] &&
                                        (!refusals[i].code || a->code == refusals[i].code));
        CHECK(feeds_session_count(h->feeds) == 0 && feeds_reader_count(h->feeds) == 0);
        fake_runtime_stop(r);
        feed_host_end(h);
    }
}

/* Again and again, in every order: neither sessions nor readers add up. */
static void test_many(void)
{
    struct feed_host *h = feed_host_new(NULL);
    struct fake_runtime *r;
    struct target *t = feed_host_app(h, PID, &(struct fake_options){.trace = trace_of(0)}, &r);

    for (unsigned round = 0; round < 100; round++) {
        struct seen *a = seen_new(h), *b = seen_new(h);
        join(a, t, round % 2 ? &need_wide : &need_narrow);
        join(b, t, &need_wide);
        if (round % 3)
            CHECK(LOOP_UNTIL(h->loop, LOOP_MS, b->started == 1));
        leave(round % 5 ? a : b);
        if (round % 7 == 0)
            loop_turn(h->loop);
        leave(a);
        leave(b);
    }
    CHECK(feeds_session_count(h->feeds) == 0 && feeds_reader_count(h->feeds) == 0);
    CHECK(LOOP_UNTIL(h->loop, LOOP_MS,
                     sessions_count(h->sessions) == 0 && fake_runtime_sessions(r) == 0));
    CHECK(fake_runtime_stray_stops(r) == 0);
    feed_host_end(h);
}

WORLD_SUITE("component/feed", {"one reader", test_one_reader}, {"sharing", test_sharing},
            {"two processes", test_two_processes}, {"leave inside", test_leave_inside},
            {"join late", test_join_late}, {"leave early", test_leave_early},
            {"damaged", test_damaged}, {"process ends", test_process_ends},
            {"never starts", test_never_starts}, {"many", test_many})
