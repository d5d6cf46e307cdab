/* Sessions of traces are stopped exactly once, whoever leaves when: client, runtime or process;
 * and what was there reaches the client. */
#include "tests/support/fake_runtime.h"
#include "tests/support/files.h"
#include "tests/support/trace_world.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

enum {
    BLOCK = 1 << 20,
    LARGE = 24 << 20, /* more than all socket buffers hold */
    SLOW_RSS_KB = 64 * 1024,
    LEAVERS = 100,
    /* After StopTracing a runtime may be silent for 15 s, and a bit. */
    STOP_SILENCE_MS = 25000,
};

static void test_gone_before_the_reply(void)
{
    const struct fake_trace t = trace_world_sample();
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = trace_world_app_of(
        p, &(struct fake_options){.trace = t,
                                  .rules = {{FAKE_ANY_COLLECT, FAKE_ACT_ANSWER, .gate = true}}});
    struct http *h = trace_world_start(p, "?durationSeconds=-1", 0);

    REQUIRE(fake_runtime_wait(r, FAKE_ANY_COLLECT, 1, 5000));
    http_leave(h);
    CHECK(h->result == CURLE_ABORTED_BY_CALLBACK);
    CHECK(portside_wait_operation(p, "Cancelled", 5000));
    fake_runtime_open_gate(r);
    trace_world_check_stopped("gone before the reply", r, 1);
}

static void test_gone_while_streaming(void)
{
    const struct fake_trace quiet = trace_world_sample();
    struct fake_trace busy = quiet;
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = trace_world_app(p, &quiet);

    (void)http_run(&(struct http_request){.url = world_text("%s/trace?durationSeconds=-1", p->base),
                                          .abort_after = TRACE_WORLD_CUT});
    CHECK(portside_wait_operation(p, "Cancelled", 5000));
    trace_world_check_stopped("gone from a quiet one", r, 1);
    busy.repeat = true;
    fake_runtime_set_trace(r, &busy);
    (void)http_run(&(struct http_request){.url = world_text("%s/trace?durationSeconds=-1", p->base),
                                          .abort_after = 1 << 18});
    CHECK(portside_wait_operation(p, "Cancelled", 5000));
    trace_world_check_stopped("gone from a busy one", r, 2);
}

static void test_gone_while_stopping(void)
{
    const struct fake_trace t = trace_world_sample();
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = trace_world_app_of(
        p,
        &(struct fake_options){.trace = t, .rules = {{FAKE_STOP, FAKE_ACT_ANSWER, .gate = true}}});
    struct http *h = trace_world_start(p, "?durationSeconds=0", 0);

    REQUIRE(fake_runtime_wait(r, FAKE_STOP, 1, 5000));
    REQUIRE(WAIT_UNTIL(5000, atomic_load(&h->received) == TRACE_WORLD_CUT));
    http_leave(h);
    CHECK(h->result == CURLE_ABORTED_BY_CALLBACK && h->body_size == TRACE_WORLD_CUT);
    CHECK(portside_wait_operation(p, "Cancelled", 5000));
    fake_runtime_open_gate(r);
    trace_world_check_stopped("gone while stopping", r, 1);
}

/* One after the other, as fast as they are let in: no session stays, no place, no descriptor. */
static void test_leavers(void)
{
    const struct fake_trace t = trace_world_sample();
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = trace_world_app(p, &t);
    const char *url = world_text("%s/trace?durationSeconds=-1", p->base);

    CHECK(trace_world_ask(p, "durationSeconds=0", NULL, NULL)->status == 200);
    int fds = portside_fds(p);
    for (int i = 0; i < LEAVERS; i++) {
        struct http *h = NULL;

        CHECK_AT("let in",
                 WAIT_UNTIL(
                     5000,
                     (h = http_run(&(struct http_request){.url = url, .abort_after = 1}))->status ==
                         200));
    }
    trace_world_check_stopped("leavers", r, LEAVERS + 1);
    CHECK(portside_fds_are_back(p, fds));
    CHECK(trace_world_ask(p, "durationSeconds=0", NULL, NULL)->status == 200);
}

/* Silence at CollectTracing: the client is told after 10 s; a session that comes late is stopped.
 */
static void test_silent_collect(void)
{
    const struct fake_trace t = trace_world_sample();
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = trace_world_app_of(
        p, &(struct fake_options){
               .trace = t, .rules = {{.command = FAKE_ANY_COLLECT, .act = FAKE_ACT_SILENT}}});
    const struct http *h = trace_world_ask(p, "durationSeconds=0", NULL, NULL);

    CHECK_AT(world_text("%ld %.200s", h->status, h->body),
             h->status == 400 && strstr(h->body, "does not answer") != NULL);
    CHECK(portside_wait_operation(p, "Failed", 1000));
    CHECK_AT("it may still come", fake_runtime_received(r, FAKE_STOP) == 0);
    fake_runtime_set_rules(r, (struct fake_rule[FAKE_RULES]){{0}});
    CHECK(WAIT_UNTIL(10000, trace_world_ask(p, "durationSeconds=0", NULL, NULL)->status == 200));
    CHECK(fake_runtime_sessions(r) == 0 && fake_runtime_stray_stops(r) == 0);
}

/* Silence after StopTracing: all that came is at the client, the body is broken. */
static void test_silent_stop(void)
{
    const struct fake_trace t = trace_world_sample();
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = trace_world_app_of(
        p, &(struct fake_options){.trace = t,
                                  .rules = {{.command = FAKE_STOP, .act = FAKE_ACT_SILENT}}});
    struct http *h = trace_world_start(p, "?durationSeconds=0", 0);

    REQUIRE(fake_runtime_wait(r, FAKE_STOP, 1, 5000));
    REQUIRE(http_wait(h, STOP_SILENCE_MS));
    CHECK(h->status == 200 && h->result != CURLE_OK && h->result != CURLE_OPERATION_TIMEDOUT);
    CHECK(h->body_size == TRACE_WORLD_CUT);
    CHECK(portside_wait_operation(p, "Failed", 2000));
    CHECK(fake_runtime_received(r, FAKE_STOP) == 1);
}

/* The process ends: every byte that it sent is at the client, who sees that more should come. */
static void test_death(void)
{
    struct fake_trace t = trace_world_sample();
    struct portside *p = portside_without_metrics();

    t.piece = 100;
    struct fake_runtime *r = trace_world_app(p, &t);
    struct http *h = trace_world_start(p, "?durationSeconds=-1", 0);
    REQUIRE(WAIT_UNTIL(5000, fake_runtime_streamed(r) == TRACE_WORLD_CUT));
    fake_runtime_stop(r);
    REQUIRE(http_wait(h, 5000));
    CHECK(h->status == 200 && h->result != CURLE_OK);
    CHECK(h->body_size == TRACE_WORLD_CUT && memcmp(h->body, t.bytes, TRACE_WORLD_CUT) == 0);
    CHECK(portside_wait_operation(p, "Failed", 2000));
    const cJSON *op = json_of(http_get("%s", trace_world_operation(p)));
    CHECK(*json_text(op, "error.message") != '\0');
}

/* Its end while it is being stopped is no proper end: only the reply to StopTracing says so. */
static void test_death_while_stopping(void)
{
    const struct fake_trace t = trace_world_sample();
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = trace_world_app_of(
        p,
        &(struct fake_options){.trace = t, .rules = {{FAKE_STOP, FAKE_ACT_ANSWER, .gate = true}}});
    struct http *h = trace_world_start(p, "?durationSeconds=0", 0);

    REQUIRE(fake_runtime_wait(r, FAKE_STOP, 1, 5000));
    REQUIRE(WAIT_UNTIL(5000, atomic_load(&h->received) == TRACE_WORLD_CUT));
    fake_runtime_stop(r);
    REQUIRE(http_wait(h, 20000));
    CHECK(h->status == 200 && h->result != CURLE_OK && h->result != CURLE_OPERATION_TIMEDOUT);
    CHECK(portside_wait_operation(p, "Failed", 2000));
}

/* The client goes, then the runtime says nothing to StopTracing: the session is given up in time.
 */
static void test_gone_and_silent(void)
{
    const struct fake_trace t = trace_world_sample();
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = trace_world_app(p, &t);

    int fds = portside_fds(p);
    fake_runtime_set_rules(
        r, (struct fake_rule[FAKE_RULES]){{.command = FAKE_STOP, .act = FAKE_ACT_SILENT}});
    struct http *h = trace_world_start(p, "?durationSeconds=0", 0);
    REQUIRE(fake_runtime_wait(r, FAKE_STOP, 1, 5000));
    http_leave(h);
    CHECK(portside_wait_operation(p, "Cancelled", 5000));
    fake_runtime_set_rules(
        r, (struct fake_rule[FAKE_RULES]){{FAKE_STOP, FAKE_ACT_ERROR, .hresult = FAKE_E_FAIL}});
    CHECK_AT("its stream is closed", portside_fds_are_back(p, fds));
}

/* Refused, or not answered, while events go on coming: it ends all the same. */
static void test_stop_refused(void)
{
    void *block = world_alloc(BLOCK);
    struct portside *p = portside_without_metrics();

    (void)trace_world_app_of(
        p, &(struct fake_options){
               .trace = {.bytes = block, .size = 4096, .repeat = true, .pace_ms = 20},
               .rules = {{FAKE_STOP, FAKE_ACT_ERROR, .hresult = FAKE_E_FAIL}}});
    struct http *h = trace_world_start(p, "?durationSeconds=0", 0);
    REQUIRE(http_wait(h, STOP_SILENCE_MS));
    CHECK(h->status == 200 && h->result != CURLE_OK && h->result != CURLE_OPERATION_TIMEDOUT);
    CHECK(portside_wait_operation(p, "Failed", 2000));
}

/* A runtime that shuts down ends its sessions properly, without being asked: all is there. */
static void test_ends_by_itself(void)
{
    struct fake_trace t = trace_world_sample();
    struct portside *p = portside_without_metrics();

    t.ends = true;
    struct fake_runtime *r = trace_world_app(p, &t);
    struct http *h = trace_world_start(p, "?durationSeconds=-1", 0);
    REQUIRE(http_wait(h, 5000));
    CHECK(h->status == 200 && trace_world_is_whole(&t, h));
    CHECK(portside_wait_operation(p, "Succeeded", 2000));
    CHECK_AT("there is nothing to stop", fake_runtime_received(r, FAKE_STOP) == 0);
    /* Without the last byte, the end mark, it is cut; so is what we cannot read. */
    t.rundown_size--;
    fake_runtime_set_trace(r, &t);
    h = trace_world_start(p, "?durationSeconds=-1", 0);
    REQUIRE(http_wait(h, 5000));
    CHECK(h->body_size == t.size + t.rundown_size && h->result != CURLE_OK);
    CHECK(portside_wait_operation(p, "Failed", 2000));
    fake_runtime_set_trace(r, &(struct fake_trace){.bytes = "no trace", .size = 8, .ends = true});
    h = trace_world_start(p, "?durationSeconds=-1", 0);
    REQUIRE(http_wait(h, 5000));
    CHECK(h->body_size == 8 && h->result != CURLE_OK);
    CHECK(portside_wait_operation(p, "Failed", 2000));
}

/* A client that reads nothing holds the runtime's stream, not our memory and no other request. */
static void test_slow_client(void)
{
    void *block = world_alloc(BLOCK);
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r =
        trace_world_app(p, &(struct fake_trace){.bytes = block, .size = BLOCK, .repeat = true});
    struct http *h = http_start(&(struct http_request){
        .url = world_text("%s/trace?durationSeconds=-1", p->base), .hold_after = BLOCK});
    size_t before;

    REQUIRE(WAIT_UNTIL(5000, atomic_load(&h->received) >= BLOCK));
    do {
        before = fake_runtime_streamed(r);
        world_pause_ms(200);
    } while (fake_runtime_streamed(r) != before);
    CHECK_AT(world_text("written %zu", before), before < 32u << 20);
    CHECK(proc_status_number(p->proc->pid, "VmRSS") < SLOW_RSS_KB);
    for (int i = 0; i < 20; i++) {
        int64_t start = clock_monotonic_ms();

        CHECK(portside_get(p, "/process")->status == 200);
        CHECK(portside_get(p, "/env")->status == 200);
        CHECK(clock_monotonic_ms() - start < WORLD_PATIENCE * 1000);
    }
    http_release(h);
    CHECK_AT("it goes on", WAIT_UNTIL(5000, fake_runtime_streamed(r) > before + (8u << 20)));
    CHECK(http_delete("%s", trace_world_operation(p))->status == 200);
    CHECK(http_wait(h, 5000));
    trace_world_check_stopped("slow client", r, 1);
    CHECK(proc_status_number(p->proc->pid, "VmRSS") < SLOW_RSS_KB);
}

/* From the stop on the runtime answers nobody else before all is read: a slow client does not make
 * it wait, what it has no room for lies on disk meanwhile. */
static void test_slow_client_at_the_end(void)
{
    uint8_t *block = world_alloc(LARGE);
    struct portside *p = portside_without_metrics();

    for (size_t i = 0; i < LARGE; i++)
        block[i] = (uint8_t)(i * 31 >> 5);
    struct fake_runtime *r =
        trace_world_app(p, &(struct fake_trace){.bytes = block,
                                                .size = BLOCK,
                                                .rundown = block + BLOCK,
                                                .rundown_size = LARGE - BLOCK});
    struct http *h = http_start(&(struct http_request){
        .url = world_text("%s/trace?durationSeconds=0", p->base), .hold_after = 65536});
    REQUIRE(fake_runtime_wait(r, FAKE_STOP, 1, 5000));
    trace_world_check_stopped("at the end", r, 1);
    CHECK(!atomic_load(&h->ended) && portside_get(p, "/env")->status == 200);
    CHECK(proc_status_number(p->proc->pid, "VmRSS") < SLOW_RSS_KB);
    http_release(h);
    REQUIRE(http_wait(h, 20000));
    CHECK(h->result == CURLE_OK && h->body_size == LARGE && memcmp(h->body, block, LARGE) == 0);
    CHECK(portside_wait_operation(p, "Succeeded", 2000));
    CHECK(portside_nothing_left(p));
    /* The client leaves what lies on disk. */
    (void)http_run(&(struct http_request){.url = world_text("%s/trace?durationSeconds=0", p->base),
                                          .bytes_per_second = 4 << 20,
                                          .abort_after = LARGE / 4});
    CHECK(portside_wait_operation(p, "Cancelled", 5000));
    trace_world_check_stopped("left at the end", r, 2);
    CHECK(portside_nothing_left(p));
}

WORLD_SUITE("component/trace_ends", {"gone before the reply", test_gone_before_the_reply},
            {"gone while streaming", test_gone_while_streaming},
            {"gone while stopping", test_gone_while_stopping}, {"leavers", test_leavers},
            {"silent collect", test_silent_collect}, {"silent stop", test_silent_stop},
            {"death", test_death}, {"death while stopping", test_death_while_stopping},
            {"gone and silent", test_gone_and_silent}, {"stop refused", test_stop_refused},
            {"ends by itself", test_ends_by_itself}, {"slow client", test_slow_client},
            {"slow client at the end", test_slow_client_at_the_end})
