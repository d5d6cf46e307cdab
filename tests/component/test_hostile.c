/* Answers no runtime would give, and everything at once: every byte from a peer is hostile. */
#include <unistd.h>

#include "tests/support/fake_runtime.h"
#include "tests/support/files.h"
#include "tests/support/portside.h"
#include "tests/support/world.h"

#define HEAD(size) "DOTNET_IPC_V1\0" size "\xff\0\0\0"

static const struct {
    const char *label;
    const void *bytes;
    size_t size;
} env_answers[] = {
    {"nothing", "", 0},
    {"no payload", HEAD("\x14\0"), 20},
    {"half a payload", HEAD("\x1a\0") "\x04\0", 22},
    {"block of 4 GiB", HEAD("\x1a\0") "\xff\xff\xff\xff\0\0", 26},
    {"block of 2 GiB", HEAD("\x1a\0") "\xff\xff\xff\x7f\0\0", 26},
    {"2^32 strings in a small block", HEAD("\x1a\0") "\4\0\0\0\0\0\xff\xff\xff\xff", 30},
    {"string longer than the block", HEAD("\x1a\0") "\x0c\0\0\0\0\0\1\0\0\0\xff\0\0\0A\0=\0", 38},
    {"string of 2^31 units",
     HEAD("\x1a\0") "\x0c\0\0\0\0\0\1\0\0\0\0\0\0\x80"
                    "A\0=\0",
     38},
    {"string without an end", HEAD("\x1a\0") "\x0c\0\0\0\0\0\1\0\0\0\2\0\0\0A\0=\0", 38},
    {"lone surrogate", HEAD("\x1a\0") "\x0e\0\0\0\0\0\1\0\0\0\3\0\0\0\0\xd8=\0\0\0", 40},
    {"no equals sign", HEAD("\x1a\0") "\x0c\0\0\0\0\0\1\0\0\0\2\0\0\0A\0\0\0", 38},
    {"block cut off", HEAD("\x1a\0") "\x40\0\0\0\0\0\1\0\0\0", 30},
    {"another protocol", "HTTP/1.1 400 Bad Request\r\n\r\n", 28},
    {"65535 zero bytes", NULL, 65535},
};

static void test_env_answers(void)
{
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r = fake_runtime_start(&(struct fake_options){.port = p->socket});

    REQUIRE(portside_wait_count(p, 1, 5000));
    for (size_t i = 0; i < sizeof env_answers / sizeof env_answers[0]; i++) {
        const struct fake_rule rules[FAKE_RULES] = {{.command = FAKE_ENV,
                                                     .act = FAKE_ACT_RAW,
                                                     .bytes = env_answers[i].bytes,
                                                     .size = env_answers[i].size}};

        fake_runtime_set_rules(r, rules);
        const struct http *h = portside_get(p, "/env");
        CHECK_AT(world_text("%s: %ld %.200s", env_answers[i].label, h->status, h->body),
                 h->status == 400 || (h->status == 200 && json_of(h)));
        CHECK_AT(env_answers[i].label, portside_count(p) == 1);
    }
    CHECK_AT("little memory", proc_status_number(p->proc->pid, "VmHWM") < 64 * 1024);
}

static const struct {
    const char *label;
    const void *bytes;
    size_t size;
} dump_answers[] = {
    {"nothing", "", 0},
    {"half a header", HEAD("\x18\0"), 9},
    {"OK without payload", HEAD("\x14\0"), 20},
    {"error without payload", "DOTNET_IPC_V1\0\x14\0\xff\xff\0\0", 20},
    {"error with 2 bytes", "DOTNET_IPC_V1\0\x16\0\xff\xff\0\0\5\x40", 22},
    {"text of 2^32 units", "DOTNET_IPC_V1\0\x1c\0\xff\xff\0\0\5\x40\0\x80\xff\xff\xff\xff", 28},
    {"text beyond the message", "DOTNET_IPC_V1\0\x1c\0\xff\xff\0\0\5\x40\0\x80\x40\0\0\0", 28},
    {"another command set", "DOTNET_IPC_V1\0\x18\0\4\0\0\0\0\0\0\0", 24},
    {"65535 zero bytes", NULL, 65535},
};

static void test_dump_answers(void)
{
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r = fake_runtime_start(&(struct fake_options){.port = p->socket});

    REQUIRE(portside_wait_count(p, 1, 5000));
    for (size_t i = 0; i < sizeof dump_answers / sizeof dump_answers[0]; i++) {
        const struct fake_rule rules[FAKE_RULES] = {{.command = FAKE_ANY_DUMP,
                                                     .act = FAKE_ACT_RAW,
                                                     .bytes = dump_answers[i].bytes,
                                                     .size = dump_answers[i].size}};

        fake_runtime_set_rules(r, rules);
        const struct http *h = portside_get(p, "/dump");
        CHECK_AT(world_text("%s: %ld", dump_answers[i].label, h->status), h->status == 400);
        CHECK_AT(dump_answers[i].label, *json_text(json_of(h), "detail"));
        CHECK_AT(dump_answers[i].label, portside_nothing_left(p));
    }
    CHECK(portside_count(p) == 1);
}

enum { ROUNDS = 120, APPS = 8, CLIENTS = 4 };

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static struct fake_runtime *random_app(const struct portside *p, uint32_t *seed)
{
    static const enum fake_act acts[] = {FAKE_ACT_ANSWER, FAKE_ACT_ANSWER,  FAKE_ACT_ERROR,
                                         FAKE_ACT_SILENT, FAKE_ACT_HANG_UP, FAKE_ACT_RAW};
    static const unsigned commands[] = {FAKE_ANY, FAKE_ANY_INFO, FAKE_ENV, FAKE_ANY_DUMP,
                                        FAKE_RESUME};
    struct fake_options o = {
        .port = p->socket,
        .dump = {.size = (next_random(seed) % 64 + 1) << 12, .die = next_random(seed) % 5 == 0}};

    o.rules[0] = (struct fake_rule){.command = commands[next_random(seed) % 5],
                                    .act = acts[next_random(seed) % 6],
                                    .times = (int)(next_random(seed) % 4),
                                    .hresult = FAKE_E_FAIL,
                                    .size = next_random(seed) % 64};
    return fake_runtime_start(&o);
}

static struct http *random_request(const struct portside *p, uint32_t *seed)
{
    static const char *const paths[] = {"/processes", "/env", "/dump", "/process", "/operations"};
    const char *path = paths[next_random(seed) % 5];

    return http_start(&(struct http_request){.url = world_text("%s%s", p->base, path),
                                             .abort_after = next_random(seed) % 3 ? 0 : 100,
                                             .timeout_ms = (int)(next_random(seed) % 200) + 20});
}

/* Runtimes and clients come, go and misbehave in every order (a fixed one: the seed is fixed). */
static void test_chaos(void)
{
    struct portside *p = portside_start(NULL);
    struct fake_runtime *apps[APPS] = {0};
    struct http *clients[CLIENTS] = {0};
    uint32_t seed = 20261122;

    CHECK(portside_get(p, "/processes")->status == 200);
    int fds = portside_fds(p);
    for (int i = 0; i < ROUNDS; i++) {
        uint32_t a = next_random(&seed) % APPS, c = next_random(&seed) % CLIENTS;

        if (apps[a])
            fake_runtime_stop(apps[a]);
        apps[a] = random_app(p, &seed);
        if (clients[c])
            CHECK(http_wait(clients[c], 5000));
        clients[c] = random_request(p, &seed);
    }
    for (int i = 0; i < CLIENTS; i++)
        CHECK(!clients[i] || http_wait(clients[i], 5000));
    for (int i = 0; i < APPS; i++) {
        if (apps[i])
            fake_runtime_stop(apps[i]);
    }
    CHECK(portside_wait_count(p, 0, 10000));
    CHECK(portside_nothing_left(p));
    /* One more may stay: the lock of the daemon's dump folder. */
    CHECK(portside_fds_are_back(p, fds + 1));
    CHECK(portside_stop(p) == 0);
}

WORLD_SUITE("component/hostile", {"env answers", test_env_answers},
            {"dump answers", test_dump_answers}, {"chaos", test_chaos})
