/* Who is listed, and for how long: identity is the cookie, silence is not death. */
#include <unistd.h>

#include "tests/support/fake_runtime.h"
#include "tests/support/portside.h"
#include "tests/support/world.h"

enum {
    GONE_MS = 3000,  /* TARGET_GRACE_MS: the fake's own process lives on, only its connections have
                        closed */
    SLACK_MS = 5000, /* for a busy machine */
    UNRESPONSIVE_MS = 15000,
    MANY = 40,
};

static const struct fake_rule all_silent[FAKE_RULES] = {
    {.command = FAKE_ANY, .act = FAKE_ACT_SILENT}};
static const struct fake_rule healthy[FAKE_RULES];

static void test_listed(void)
{
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r = fake_runtime_start(&(struct fake_options){
        .port = p->socket, .command_line = "\"/opt/my app/server\" --port 1"});

    REQUIRE(portside_wait_count(p, 1, SLACK_MS));
    const cJSON *it = portside_listed(p, (uint64_t)getpid());
    CHECK(strcmp(json_text(it, "uid"), fake_runtime_uid(r)) == 0);
    CHECK(strcmp(json_text(it, "name"), "server") == 0);
    CHECK(cJSON_IsTrue(json_at(it, "isDefault")) || cJSON_IsFalse(json_at(it, "isDefault")));
    CHECK(json_at(it, "unresponsiveSince") == NULL);
}

static void test_same_pid_two_cookies(void)
{
    struct portside *p = portside_start(NULL);

    /* As two containers with their own pid namespaces: both are pid 1. */
    struct fake_runtime *a =
        fake_runtime_start(&(struct fake_options){.port = p->socket, .pid = 1, .entry = "a"});
    struct fake_runtime *b =
        fake_runtime_start(&(struct fake_options){.port = p->socket, .pid = 1, .entry = "b"});
    REQUIRE(portside_wait_count(p, 2, SLACK_MS));
    CHECK(portside_get(p, "/process?pid=1")->status == 400);
    const struct http *h = http_get("%s/process?uid=%s", p->base, fake_runtime_uid(b));
    CHECK(strcmp(json_text(json_of(h), "managedEntryPointAssemblyName"), "b") == 0);
    fake_runtime_stop(b);
    CHECK(portside_wait_count(p, 1, GONE_MS + SLACK_MS));
    const cJSON *left = portside_listed(p, 1);
    CHECK(strcmp(json_text(left, "uid"), fake_runtime_uid(a)) == 0);
}

static void test_reconnect_is_one_entry(void)
{
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r = fake_runtime_start(&(struct fake_options){.port = p->socket});

    REQUIRE(portside_wait_count(p, 1, SLACK_MS));
    for (int i = 0; i < 30; i++) {
        CHECK(portside_get(p, "/env")->status == 200);
        CHECK(portside_count(p) == 1);
    }
    CHECK(fake_runtime_connections(r) > 30);
    CHECK_AT("resumed once", fake_runtime_received(r, FAKE_RESUME) == 1);
}

static void test_gone(void)
{
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r = fake_runtime_start(&(struct fake_options){.port = p->socket});

    REQUIRE(portside_wait_count(p, 1, SLACK_MS));
    fake_runtime_stop(r);
    CHECK(portside_wait_count(p, 0, GONE_MS + SLACK_MS));
    CHECK(portside_get(p, "/process")->status == 400);
}

static void test_many_come_and_go(void)
{
    struct portside *p = portside_start(NULL);
    int before = proc_fd_count(p->proc->pid);
    struct fake_runtime *r[MANY];

    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < MANY; i++)
            r[i] = fake_runtime_start(&(struct fake_options){.port = p->socket});
        CHECK(portside_wait_count(p, MANY, SLACK_MS));
        for (int i = 0; i < MANY; i++)
            fake_runtime_stop(r[i]);
        CHECK(portside_wait_count(p, 0, SLACK_MS));
    }
    CHECK(WAIT_UNTIL(SLACK_MS, proc_fd_count(p->proc->pid) <= before));
}

/* No answer any more: listed still, marked, and well again when it answers. */
static void test_unresponsive(void)
{
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r = fake_runtime_start(&(struct fake_options){.port = p->socket});
    uint64_t pid = (uint64_t)getpid();

    REQUIRE(portside_wait_count(p, 1, SLACK_MS));
    fake_runtime_set_rules(r, all_silent);
    struct http *env = http_start(&(struct http_request){.url = world_text("%s/env", p->base)});
    CHECK(WAIT_UNTIL(UNRESPONSIVE_MS,
                     cJSON_IsString(json_at(portside_listed(p, pid), "unresponsiveSince"))));
    CHECK_AT("still listed", portside_count(p) == 1);
    CHECK_AT("the waiting request is answered", http_wait(env, UNRESPONSIVE_MS));
    CHECK(env->status == 400);
    fake_runtime_set_rules(r, healthy);
    CHECK(WAIT_UNTIL(UNRESPONSIVE_MS, portside_get(p, "/env")->status == 200));
    CHECK(WAIT_UNTIL(UNRESPONSIVE_MS, portside_listed(p, pid) &&
                                          !json_at(portside_listed(p, pid), "unresponsiveSince")));
}

/* A request for one runtime does not wait for another that is silent. */
static void test_silent_neighbour(void)
{
    struct portside *p = portside_start(NULL);
    struct fake_runtime *silent = fake_runtime_start(&(struct fake_options){.port = p->socket});
    struct fake_runtime *well = fake_runtime_start(&(struct fake_options){.port = p->socket});

    REQUIRE(portside_wait_count(p, 2, SLACK_MS));
    fake_runtime_set_rules(silent, all_silent);
    struct http *stuck = http_start(&(struct http_request){
        .url = world_text("%s/env?uid=%s", p->base, fake_runtime_uid(silent))});
    REQUIRE(fake_runtime_wait_silent(silent, SLACK_MS));
    CHECK(http_get("%s/env?uid=%s", p->base, fake_runtime_uid(well))->status == 200);
    CHECK(portside_count(p) == 2);
    CHECK_AT("answered before the other has timed out", !atomic_load(&stuck->ended));
}

WORLD_SUITE("component/liveness", {"listed", test_listed},
            {"same pid, two cookies", test_same_pid_two_cookies},
            {"reconnect is one entry", test_reconnect_is_one_entry}, {"gone", test_gone},
            {"many come and go", test_many_come_and_go}, {"unresponsive", test_unresponsive},
            {"silent neighbour", test_silent_neighbour})
