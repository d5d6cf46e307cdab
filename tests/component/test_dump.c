/* The dump pipeline: streamed while it is written, never silently short, gone on every path. */
#include <signal.h>
#include <unistd.h>

#include "tests/support/fake_runtime.h"
#include "tests/support/files.h"
#include "tests/support/golden.h"
#include "tests/support/portside.h"
#include "tests/support/world.h"

enum {
    DUMP_SIZE = 1 << 20,
    HELD_AT = 256 << 10,
    LARGE = 24 << 20, /* more than all socket buffers hold */
    DISCONNECTS = 100,
};

static struct fake_runtime *one_app(const struct portside *p, const struct fake_dump *dump)
{
    struct fake_runtime *r =
        fake_runtime_start(&(struct fake_options){.port = p->socket, .dump = *dump});

    REQUIRE(portside_wait_count(p, 1, 5000));
    return r;
}

static struct http *start_dump(const struct portside *p)
{
    return http_start(&(struct http_request){.url = world_text("%s/dump", p->base)});
}

/* The fake's pattern behind the 4 KiB of headers. */
static bool content_is_right(const struct http *h)
{
    for (size_t i = 4096; i < h->body_size; i++) {
        if ((uint8_t)h->body[i] != (uint8_t)(i * 31 >> 3))
            return false;
    }
    return memcmp(h->body, "\177ELF", 4) == 0;
}

static void test_streamed_while_written(void)
{
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r =
        one_app(p, &(struct fake_dump){.size = DUMP_SIZE, .hold_after = HELD_AT});
    struct http *h = start_dump(p);

    CHECK_AT("first bytes before the runtime's answer",
             WAIT_UNTIL(5000, atomic_load(&h->received) > 0));
    CHECK(WAIT_UNTIL(5000, atomic_load(&h->received) >= HELD_AT / 2));
    CHECK(!atomic_load(&h->ended));
    CHECK(atomic_load(&h->received) <= HELD_AT);
    fake_runtime_open_gate(r);
    REQUIRE(http_wait(h, 10000));
    CHECK(h->status == 200 && h->result == CURLE_OK);
    CHECK(h->body_size == DUMP_SIZE && content_is_right(h));
    CHECK(portside_nothing_left(p));
    CHECK_AT("below the configured folder",
             strncmp(fake_runtime_dump_path(r), p->dumps, strlen(p->dumps)) == 0);
}

/* The app is free as soon as its bytes are on disk, however slow the client is. */
static void test_slow_client(void)
{
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r = one_app(p, &(struct fake_dump){.size = LARGE, .piece = 1 << 20});
    int before = fake_runtime_connections(r);
    struct http *h = http_start(
        &(struct http_request){.url = world_text("%s/dump", p->base), .hold_after = 65536});

    CHECK_AT("the runtime is free", WAIT_UNTIL(10000, fake_runtime_connections(r) > before));
    CHECK_AT("and of use", portside_get(p, "/env")->status == 200);
    CHECK(!atomic_load(&h->ended));
    http_release(h);
    REQUIRE(http_wait(h, 20000));
    CHECK(h->result == CURLE_OK && h->body_size == LARGE && content_is_right(h));
    CHECK(portside_nothing_left(p));
}

static const struct {
    const char *label;
    struct fake_dump dump;
} broken_dumps[] = {
    {"OK, but the headers claim more", {.size = DUMP_SIZE, .claimed = DUMP_SIZE * 2}},
    {"OK, but one byte is missing", {.size = DUMP_SIZE, .claimed = DUMP_SIZE + 1}},
    {"error after the first bytes",
     {.size = DUMP_SIZE, .hold_after = HELD_AT, .hresult = FAKE_E_FAIL, .text = "late"}},
    {"death after the first bytes", {.size = DUMP_SIZE, .hold_after = HELD_AT, .die = true}},
};

/* After the first byte a failure cuts the body: no client takes it for a whole dump. */
static void test_broken(void)
{
    for (size_t i = 0; i < sizeof broken_dumps / sizeof broken_dumps[0]; i++) {
        const char *label = broken_dumps[i].label;
        struct portside *p = portside_start(NULL);
        struct fake_runtime *r = one_app(p, &broken_dumps[i].dump);
        struct http *h = start_dump(p);

        if (broken_dumps[i].dump.hold_after)
            CHECK_AT(label, WAIT_UNTIL(5000, atomic_load(&h->received) > 0));
        fake_runtime_open_gate(r);
        CHECK_AT(label, http_wait(h, 10000));
        CHECK_AT(label, h->result != CURLE_OK || h->status == 400);
        CHECK_AT(label, portside_wait_operation(p, "Failed", 5000));
        CHECK_AT(label, portside_nothing_left(p));
        (void)portside_stop(p);
    }
}

/* Nothing was written, and the runtime says OK all the same. */
static void test_empty_file(void)
{
    struct portside *p = portside_start(NULL);

    (void)fake_runtime_start(&(struct fake_options){
        .port = p->socket,
        .rules = {{FAKE_ANY_DUMP, FAKE_ACT_RAW, .bytes = "DOTNET_IPC_V1\0\x18\0\xff\0\0\0\0\0\0\0",
                   .size = 24}}});
    REQUIRE(portside_wait_count(p, 1, 5000));
    const struct http *h = portside_get(p, "/dump");
    CHECK(h->status == 400 && *json_text(json_of(h), "detail"));
    CHECK(portside_nothing_left(p));
}

static const struct {
    const char *label, *text, *cure; /* a word that the cure must have */
} failure_cases[] = {
    {"ptrace",
     "[createdump] Problem suspending thread: ptrace(ATTACH, 12498) FAILED Operation not permitted "
     "(1)\n[createdump] Failure took 1ms\n",
     "SYS_PTRACE"},
    {"ptrace, not implemented",
     "[createdump] Problem suspending thread: ptrace(ATTACH, 1) FAILED Function not implemented "
     "(38)\n",
     "SYS_PTRACE"},
    {"not executable",
     "Problem launching createdump (may not have execute permissions): execve(/app/createdump) "
     "FAILED Permission denied (13)",
     "chmod"},
    {"folder", "[createdump] Could not create output file '/diag/core': Permission denied (13)\n",
     "ump folder"},
    {"no folder",
     "[createdump] Could not create output file '/diag/core': No such file or directory (2)\n",
     "DumpTempFolder"},
    {"full",
     "[createdump] Error writing data to dump file: No space left on device (28)\n[createdump] "
     "Writing dump FAILED\n",
     "space"},
    {"no text", NULL, "dump"},
};

/* Before the first byte: 400 with the runtime's own text, the cause and the cure. */
static void test_refused(void)
{
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r = one_app(p, &(struct fake_dump){0});

    for (size_t i = 0; i < sizeof failure_cases / sizeof failure_cases[0]; i++) {
        const char *text = failure_cases[i].text;

        fake_runtime_set_dump(r, &(struct fake_dump){.hresult = FAKE_E_FAIL, .text = text});
        const struct http *h = portside_get(p, "/dump?type=Mini");
        const char *detail = json_text(json_of(h), "detail");
        const char *label = world_text("%s: %ld %s", failure_cases[i].label, h->status, detail);

        CHECK_AT(label, h->status == 400);
        CHECK_AT(label, http_header(h, "Location") != NULL);
        CHECK_AT(label, strcmp(json_text(json_of(h), "title"), "Bad Request") == 0);
        CHECK_AT(label,
                 !text || strstr(detail, world_text("%.*s", (int)strcspn(text, "\n"), text)));
        CHECK_AT(label, strlen(detail) > (text ? strlen(text) : 0) + 10);
        CHECK_AT(label, strstr(detail + (text ? strcspn(text, "\n") : 0), failure_cases[i].cure));
        CHECK_AT(label, portside_nothing_left(p));
        const cJSON *op = json_of(http_get("%s", http_header(h, "Location")));
        CHECK_AT(label, strcmp(json_text(op, "status"), "Failed") == 0);
        CHECK_AT(label, strcmp(json_text(op, "error.code"), "400") == 0);
        struct golden problem, failed;
        REQUIRE(golden_load("F-dump-ptrace-refused", &problem));
        CHECK_AT(label, !json_shape_difference(json_parse(problem.body), json_of(h)));
        REQUIRE(golden_load("F-op-dump-failed", &failed));
        CHECK_AT(label, !json_shape_difference(json_at(json_parse(failed.body), "error"),
                                               json_at(op, "error")));
    }
    CHECK_AT("the app is listed still", portside_count(p) == 1);
}

/* The runtime answers nothing at all, and there is no createdump to run from outside. */
static void test_silent_runtime(void)
{
    static const struct fake_rule silent[FAKE_RULES] = {
        {.command = FAKE_ANY, .act = FAKE_ACT_SILENT}};
    static const struct fake_rule healthy[FAKE_RULES];
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r = one_app(p, &(struct fake_dump){0});

    fake_runtime_set_rules(r, silent);
    const struct http *h = portside_get(p, "/dump");
    CHECK_AT(world_text("%ld %.300s", h->status, h->body), h->status == 400);
    CHECK(portside_nothing_left(p));
    CHECK(portside_wait_operation(p, "Failed", 1000));
    CHECK(portside_count(p) == 1);
    fake_runtime_set_rules(r, healthy);
    CHECK(WAIT_UNTIL(10000, portside_get(p, "/dump")->status == 200));
}

/* Old runtimes know only the older commands. */
static void test_older_commands(void)
{
    static const struct fake_rule rules[][FAKE_RULES] = {
        {{FAKE_DUMP3, FAKE_ACT_ERROR, .hresult = FAKE_UNKNOWN_COMMAND}},
        {{FAKE_DUMP3, FAKE_ACT_ERROR, .hresult = FAKE_UNKNOWN_COMMAND},
         {FAKE_DUMP2, FAKE_ACT_ERROR, .hresult = FAKE_UNKNOWN_COMMAND}},
    };
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r = one_app(p, &(struct fake_dump){0});

    CHECK(portside_get(p, "/dump")->status == 200);
    CHECK(fake_runtime_received(r, FAKE_DUMP3) == 1);
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        fake_runtime_set_rules(r, rules[i]);
        const struct http *h = portside_get(p, "/dump?type=Triage");
        CHECK(h->status == 200 && h->result == CURLE_OK && content_is_right(h));
        CHECK(fake_runtime_dump_type(r) == 3);
    }
    CHECK(fake_runtime_received(r, FAKE_DUMP2) >= 1 && fake_runtime_received(r, FAKE_DUMP1) == 1);
}

/* What a client leaves behind when it goes away in the middle, a hundred times. */
static void test_disconnects(void)
{
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r = one_app(p, &(struct fake_dump){.size = DUMP_SIZE});
    int still_refused = 0;

    CHECK(portside_get(p, "/dump")->status == 200); /* makes what stays, as the folder's lock */
    int fds = portside_fds(p);
    for (int i = 0; i < DISCONNECTS; i++) {
        struct http *h = NULL;
        bool served =
            WAIT_UNTIL(2000, (h = http_run(&(struct http_request){
                                  .url = world_text("%s/dump", p->base), .abort_after = 32768}))
                                     ->status != 429);

        still_refused += !served;
        CHECK_AT(world_text("round %d: status %ld", i, h->status), h->status == 200);
    }
    CHECK(still_refused == 0);
    CHECK(fake_runtime_received(r, FAKE_ANY_DUMP) == 1 + DISCONNECTS);
    CHECK(portside_nothing_left(p));
    CHECK(portside_fds_are_back(p, fds));
    CHECK(WAIT_UNTIL(2000, portside_get(p, "/dump")->status == 200));
}

/* The client goes while the runtime is still writing: the place is free for another app at once. */
static void test_disconnect_frees_the_limit(void)
{
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r =
        one_app(p, &(struct fake_dump){.size = DUMP_SIZE, .hold_after = HELD_AT});
    struct fake_runtime *other = fake_runtime_start(&(struct fake_options){.port = p->socket});
    const char *url = world_text("%s/dump?uid=%s", p->base, fake_runtime_uid(r));

    REQUIRE(portside_wait_count(p, 2, 5000));
    (void)http_run(&(struct http_request){.url = url, .abort_after = 4096});
    CHECK(WAIT_UNTIL(3000,
                     http_get("%s/dump?uid=%s", p->base, fake_runtime_uid(other))->status == 200));
    fake_runtime_open_gate(r);
    CHECK(portside_nothing_left(p));
}

/* What runs is brought to its end; the exit comes right after it. */
static void test_sigterm_while_dumping(void)
{
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r =
        one_app(p, &(struct fake_dump){.size = DUMP_SIZE, .hold_after = HELD_AT});
    struct http *h = start_dump(p);

    REQUIRE(WAIT_UNTIL(5000, atomic_load(&h->received) > 0));
    proc_signal(p->proc, SIGTERM);
    CHECK(WAIT_UNTIL(5000, strstr(proc_output(p->proc), "shutting down") != NULL));
    CHECK(!atomic_load(&h->ended));
    fake_runtime_open_gate(r);
    CHECK(http_wait(h, 5000) && h->result == CURLE_OK && h->body_size == DUMP_SIZE);
    CHECK(proc_wait(p->proc, 5000));
    CHECK(proc_exit_code(p->proc) == 0);
    CHECK_AT("also the daemon's own folder goes", files_count(p->dumps) == 0);
}

static void test_leftovers_are_swept(void)
{
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r =
        one_app(p, &(struct fake_dump){.size = DUMP_SIZE, .hold_after = HELD_AT});
    struct http *h = start_dump(p);

    REQUIRE(WAIT_UNTIL(5000, atomic_load(&h->received) > 0));
    proc_kill_group(p->proc);
    CHECK_AT("no dump outlives its server, also a killed one", files_below(p->dumps) == 0);
    CHECK_AT("there is a folder to sweep", files_count(p->dumps) == 1);
    REQUIRE(files_write(world_text("%s/core.mine", p->dumps), "mine", 4));
    struct portside *again = portside_start(&(struct portside_options){.dir = p->dir});
    CHECK_AT("what is not ours stays", WAIT_UNTIL(5000, files_count(again->dumps) == 1));
    CHECK(files_size(world_text("%s/core.mine", p->dumps)) == 4);
    fake_runtime_open_gate(r);
}

static void test_disk_guard(void)
{
    struct portside *p = portside_start(
        &(struct portside_options){.env = {"DotnetMonitor_Storage__ReserveMegabytes=1048576"}});
    struct fake_runtime *r = one_app(p, &(struct fake_dump){0});
    const struct http *h = portside_get(p, "/dump");

    CHECK(h->status == 400);
    CHECK(strstr(json_text(json_of(h), "detail"), "ReserveMegabytes") != NULL);
    CHECK_AT("the app was not touched", fake_runtime_received(r, FAKE_ANY_DUMP) == 0);
    CHECK(portside_nothing_left(p));
}

/* No disk at all; the runtime stands still while the client does not read. */
static void test_pipe(void)
{
    struct portside *p = portside_start(
        &(struct portside_options){.env = {"DotnetMonitor_Storage__DumpTransport=Pipe"}});
    struct fake_runtime *r = one_app(p, &(struct fake_dump){.size = LARGE, .piece = 1 << 20});
    struct http *h = start_dump(p);

    REQUIRE(http_wait(h, 20000));
    CHECK(h->status == 200 && h->result == CURLE_OK && h->body_size == LARGE);
    CHECK(content_is_right(h) && portside_nothing_left(p));
    fake_runtime_set_dump(r, &(struct fake_dump){.size = DUMP_SIZE, .claimed = DUMP_SIZE * 2});
    h = portside_get(p, "/dump");
    CHECK(h->result != CURLE_OK || h->status == 400);
    CHECK(portside_nothing_left(p));
}

WORLD_SUITE("component/dump", {"streamed while written", test_streamed_while_written},
            {"slow client", test_slow_client}, {"broken", test_broken},
            {"empty file", test_empty_file}, {"refused", test_refused},
            {"silent runtime", test_silent_runtime}, {"older commands", test_older_commands},
            {"disconnects", test_disconnects},
            {"disconnect frees the limit", test_disconnect_frees_the_limit},
            {"SIGTERM while dumping", test_sigterm_while_dumping},
            {"leftovers are swept", test_leftovers_are_swept}, {"disk guard", test_disk_guard},
            {"pipe", test_pipe})
