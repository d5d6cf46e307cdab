#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "src/base/log.h"
#include "src/target/registry.h"
#include "tests/support/fake_runtime.h"
#include "tests/support/files.h"
#include "tests/unit/io/loop.h"

struct host {
    uv_loop_t *loop;
    struct options options;
    struct registry *registry;
    const char *dir, *port;
    struct registry_wait wait;
    int settled;
};

static const char *const no_pairs[][2] = {{NULL, NULL}};

static int host_open(struct host *h, bool listen, const char *const (*pairs)[2], struct error *err)
{
    struct config_keys keys = {0};

    log_set_level(LOG_LEVEL_NONE);
    h->loop = loop_new();
    h->dir = files_tmpdir();
    h->port = world_text("%s/port", h->dir);
    if (listen)
        CHECK(config_keys_set(&keys, "DiagnosticPort", h->port, "test", err) == 0);
    for (; (*pairs)[0]; pairs++)
        CHECK(config_keys_set(&keys, (*pairs)[0], (*pairs)[1], "test", err) == 0);
    REQUIRE(options_load(&h->options, &keys, err) == 0);
    config_keys_deinit(&keys);
    return registry_new(h->loop, &h->options, &h->registry, err);
}

static struct host *host_new(bool listen, const char *const (*pairs)[2])
{
    struct host *h = world_alloc(sizeof *h);
    struct error err;

    REQUIRE(host_open(h, listen, pairs, &err) == 0);
    return h;
}

static void host_end(struct host *h)
{
    registry_free(h->registry);
    options_deinit(&h->options);
    loop_end(h->loop);
}

static int count_settled(struct host *h)
{
    int count = 0;

    list_each(t, registry_targets(h->registry), struct target, link)
    {
        count += t->settled;
    }
    return count;
}

static bool wait_count(struct host *h, int count)
{
    return LOOP_UNTIL(h->loop, LOOP_MS, count_settled(h) == count);
}

static const struct {
    const char *label;
    const char *pid, *name;
    int uid; /* of runtime 1 or 2, 9: of nobody, 0: not given */
    int want, code;
    const char *text;
} selects[] = {
    {"pid", "101", NULL, 0, 1, 0, NULL},
    {"other pid", "102", NULL, 0, 2, 0, NULL},
    {"no such pid", "103", NULL, 0, 0, -ESRCH, "Unable to discover a target process."},
    {"part of a pid", "10", NULL, 0, 0, -ESRCH, "Unable to discover a target process."},
    {"name", NULL, "first", 0, 1, 0, NULL},
    {"name without case", NULL, "FIRST", 0, 1, 0, NULL},
    {"part of a name", NULL, "firs", 0, 0, -ESRCH, "Unable to discover a target process."},
    {"uid", NULL, NULL, 2, 2, 0, NULL},
    {"no such uid", NULL, NULL, 9, 0, -ESRCH, "Unable to discover a target process."},
    {"all agree", "101", "first", 1, 1, 0, NULL},
    {"pid and uid do not agree", "101", NULL, 2, 0, -ESRCH, "Unable to discover a target process."},
    {"none of several", NULL, NULL, 0, 0, -EINVAL,
     "No default process configuration has been set."},
};

static struct fake_runtime *start(struct host *h, uint64_t pid, uint8_t cookie,
                                  const char *command_line)
{
    return fake_runtime_start(&(struct fake_options){
        .port = h->port, .pid = pid, .cookie = {cookie, 1}, .command_line = command_line});
}

static void test_select(void)
{
    struct host *h = host_new(true, no_pairs);

    (void)start(h, 101, 1, "/app/first --x");
    (void)start(h, 102, 2, "/app/second");
    REQUIRE(wait_count(h, 2));
    for (size_t i = 0; i < COUNT_OF(selects); i++) {
        struct guid uid = {.bytes = {(uint8_t)selects[i].uid, 1}};
        struct process_query q = {selects[i].pid, selects[i].uid ? &uid : NULL, selects[i].name};
        struct target *t = NULL;
        struct error err = {0};
        CHECK_AT(selects[i].label, registry_select(h->registry, &q, &t, &err) == selects[i].code);
        if (selects[i].code == 0)
            CHECK_AT(selects[i].label, t && t->pid == 100u + (unsigned)selects[i].want);
        else
            CHECK_AT(selects[i].label, !t && strcmp(err.text, selects[i].text) == 0);
    }
    host_end(h);
}

static void test_sole_process(void)
{
    struct host *h = host_new(true, no_pairs);
    struct target *t = NULL;
    struct error err;

    CHECK(registry_select(h->registry, &(struct process_query){0}, &t, &err) == -ESRCH);
    CHECK(strcmp(err.text, "Unable to discover a target process.") == 0);
    (void)start(h, 101, 1, "/app/same");
    REQUIRE(wait_count(h, 1));
    CHECK(registry_select(h->registry, &(struct process_query){0}, &t, &err) == 0 && t->pid == 101);
    (void)start(h, 102, 2, "/app/same");
    REQUIRE(wait_count(h, 2));
    CHECK(registry_select(h->registry, &(struct process_query){.name = "same"}, &t, &err) ==
          -ENOTUNIQ);
    CHECK(strcmp(err.text, "Unable to select a single target process because multiple target "
                           "processes have been discovered.") == 0);
    host_end(h);
}

static const struct {
    const char *filter;
    int code;
    unsigned pid;
} defaults[] = {{"first", 0, 101}, {"second", 0, 102}, {"third", -ESRCH, 0}, {"s", -ENOTUNIQ, 0}};

static void test_default_process(void)
{
    for (size_t i = 0; i < COUNT_OF(defaults); i++) {
        const char *const pairs[][2] = {
            {"DefaultProcess:Filters:0:ProcessName", defaults[i].filter},
            {"DefaultProcess:Filters:0:MatchType", "Contains"},
            {NULL, NULL}};
        struct host *h = host_new(true, pairs);
        struct target *t = NULL;
        struct error err;
        (void)start(h, 101, 1, "/app/first");
        (void)start(h, 102, 2, "/app/second");
        REQUIRE(wait_count(h, 2));
        CHECK_AT(defaults[i].filter, registry_select(h->registry, &(struct process_query){0}, &t,
                                                     &err) == defaults[i].code);
        CHECK_AT(defaults[i].filter, defaults[i].code || t->pid == defaults[i].pid);
        CHECK_AT("a key puts the filter aside",
                 registry_select(h->registry, &(struct process_query){.pid = "102"}, &t, &err) ==
                         0 &&
                     t->pid == 102);
        host_end(h);
    }
}

/* Nothing is taken for the default by chance: not even the only process. */
static void test_faulty_default(void)
{
    static const char *const pairs[][2] = {{"DefaultProcess:Filters:0:Key", "Shoe"}, {NULL, NULL}};
    struct host *h = host_new(true, pairs);
    struct target *t = NULL;
    struct error err;

    (void)start(h, 101, 1, "/app/first");
    REQUIRE(wait_count(h, 1));
    CHECK(registry_select(h->registry, &(struct process_query){0}, &t, &err) == -EINVAL);
    CHECK(strstr(err.text, "DefaultProcess:Filters:0:Key: 'Shoe'") != NULL);
    CHECK(registry_select(h->registry, &(struct process_query){.pid = "101"}, &t, &err) == 0);
    host_end(h);
}

/* One process is one target, however often it connects; its end is noticed. */
static void test_life(void)
{
    struct host *h = host_new(true, no_pairs);
    struct fake_runtime *r = start(h, 101, 1, "/app/first");

    REQUIRE(wait_count(h, 1));
    CHECK(fake_runtime_received(r, FAKE_RESUME) == 1);
    CHECK(LOOP_UNTIL(h->loop, LOOP_MS, fake_runtime_connections(r) >= 3));
    CHECK(count_settled(h) == 1);
    fake_runtime_stop(r);
    CHECK(LOOP_UNTIL(h->loop, LOOP_MS, list_empty(registry_targets(h->registry))));
    host_end(h);
    CHECK(!files_exists(h->port));
}

static void on_settled(void *user)
{
    ((struct host *)user)->settled++;
}

static void test_settle(void)
{
    struct host *h = host_new(true, no_pairs);
    struct registry_wait never;

    registry_settle(h->registry, &h->wait, on_settled, h);
    CHECK_AT("nothing is open", h->settled == 1);
    registry_wait_cancel(&h->wait);
    (void)fake_runtime_start(&(struct fake_options){
        .port = h->port, .rules = {{.command = FAKE_ANY, .act = FAKE_ACT_SILENT}}});
    CHECK(LOOP_UNTIL(h->loop, LOOP_MS, !list_empty(registry_targets(h->registry))));
    registry_settle(h->registry, &h->wait, on_settled, h);
    registry_settle(h->registry, &never, on_settled, h);
    registry_wait_cancel(&never);
    CHECK(h->settled == 1);
    CHECK_AT("a silent one has had its time", LOOP_UNTIL(h->loop, LOOP_MS, h->settled == 2));
    loop_for(h->loop, 50);
    CHECK(h->settled == 2 && count_settled(h) == 1);
    registry_wait_cancel(&h->wait);
    host_end(h);
}

/* A wait that is pending when the registry goes away is never called. */
static void test_free_with_wait(void)
{
    struct host *h = host_new(true, no_pairs);

    (void)fake_runtime_start(&(struct fake_options){
        .port = h->port, .rules = {{.command = FAKE_ANY, .act = FAKE_ACT_SILENT}}});
    CHECK(LOOP_UNTIL(h->loop, LOOP_MS, !list_empty(registry_targets(h->registry))));
    registry_settle(h->registry, &h->wait, on_settled, h);
    host_end(h);
    CHECK(h->settled == 0);
    registry_free(NULL);
}

static void end_temp(void *unused)
{
    (void)unused;
    (void)unsetenv("TMPDIR");
}

static void test_connect(void)
{
    const char *temp = files_tmpdir();
    struct target *t = NULL;
    struct error err;

    REQUIRE(setenv("TMPDIR", temp, 1) == 0);
    world_at_end(end_temp, NULL);
    struct fake_runtime *r = fake_runtime_start(
        &(struct fake_options){.folder = temp, .cookie = {7, 7}, .command_line = "/app/found"});
    struct host *h = host_new(false, no_pairs);
    registry_settle(h->registry, &h->wait, on_settled, h);
    CHECK(LOOP_UNTIL(h->loop, LOOP_MS, h->settled == 1));
    CHECK(count_settled(h) == 1);
    CHECK(registry_select(h->registry, &(struct process_query){.name = "found"}, &t, &err) == 0);
    CHECK(t && t->cookie.bytes[0] == 7 && t->pid == (uint64_t)getpid() && t->host_pid == getpid());
    registry_settle(h->registry, &h->wait, on_settled, h);
    CHECK_AT("known: not found twice", h->settled == 2 && count_settled(h) == 1);
    CHECK_AT("nobody waits for us there", fake_runtime_received(r, FAKE_RESUME) == 0);
    host_end(h);
}

/* A socket that hangs up on everybody must not be asked in a tight circle. */
static void test_connect_hanging_up(void)
{
    const char *temp = files_tmpdir();

    REQUIRE(setenv("TMPDIR", temp, 1) == 0);
    world_at_end(end_temp, NULL);
    struct fake_runtime *r = fake_runtime_start(&(struct fake_options){
        .folder = temp, .rules = {{.command = FAKE_ANY, .act = FAKE_ACT_HANG_UP}}});
    struct host *h = host_new(false, no_pairs);
    loop_for(h->loop, 2500);
    int tries = fake_runtime_connections(r);
    CHECK(tries >= 2);
    CHECK_AT("no circle", tries <= 50);
    host_end(h);
}

static const struct {
    const char *label;
    const char *pairs[2][2];
    const char *word;
} faults[] = {
    {"group", {{"DiagnosticPort:SocketGroup", "no-such-group"}}, "no-such-group"},
    {"uid", {{"DiagnosticPort:AllowedUids", "0;root"}}, "'root'"},
    {"negative uid", {{"DiagnosticPort:AllowedUids", "-1"}}, "'-1'"},
    {"uid that stands for none", {{"DiagnosticPort:AllowedUids", "4294967295"}}, "4294967295"},
};

static void test_faults(void)
{
    for (size_t i = 0; i < COUNT_OF(faults); i++) {
        struct host h = {0};
        struct error err = {0};
        CHECK_AT(faults[i].label, host_open(&h, true, faults[i].pairs, &err) == -EINVAL);
        CHECK_AT(faults[i].label, strstr(err.text, faults[i].word) != NULL);
        CHECK_AT(faults[i].label, h.registry == NULL && !files_exists(h.port));
        options_deinit(&h.options);
        loop_end(h.loop);
    }
}

struct follower {
    struct registry_watcher watcher;
    int came, went;
    uint64_t pid;
};

static void on_change(void *user, struct target *t)
{
    struct follower *f = user;

    f->pid = t->pid;
    f->came += t->listed && !t->gone;
    f->went += t->gone;
}

static void test_watch(void)
{
    struct host *h = host_new(true, no_pairs);
    struct follower f = {.watcher = {.on_change = on_change, .user = &f}};

    registry_unwatch(&f.watcher); /* of one that never watched */
    registry_watch(h->registry, &f.watcher);
    struct fake_runtime *r = start(h, 101, 1, "/app/first");
    CHECK(LOOP_UNTIL(h->loop, LOOP_MS, f.came == 1 && f.pid == 101));
    (void)start(h, 102, 2, "/app/second");
    CHECK(LOOP_UNTIL(h->loop, LOOP_MS, f.came >= 2 && f.pid == 102));
    CHECK(f.went == 0);
    fake_runtime_stop(r);
    CHECK(LOOP_UNTIL(h->loop, LOOP_MS, f.went == 1));
    registry_unwatch(&f.watcher);
    host_end(h);
    CHECK_AT("not told of the end", f.went == 1);
}

WORLD_SUITE("target/registry", {"watch", test_watch}, {"select", test_select},
            {"sole process", test_sole_process}, {"default process", test_default_process},
            {"faulty default", test_faulty_default}, {"life", test_life}, {"settle", test_settle},
            {"free with wait", test_free_with_wait}, {"connect", test_connect},
            {"connect: hanging up", test_connect_hanging_up}, {"faults", test_faults})
