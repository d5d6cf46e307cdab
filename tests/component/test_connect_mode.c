/* Connect mode: the sockets that runtimes leave in the temp folder. */
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "tests/support/fake_runtime.h"
#include "tests/support/files.h"
#include "tests/support/golden.h"
#include "tests/support/portside.h"
#include "tests/support/world.h"

/* A process for a fake runtime to be: its own pid and start time. */
static struct proc *some_process(void)
{
    return proc_spawn(&(struct proc_options){.argv = (const char *const[]){"sleep", "600", NULL}});
}

static struct portside *start_connect(void)
{
    return portside_start(&(struct portside_options){.connect = true});
}

static struct fake_runtime *listening_app(const struct portside *p, const struct proc *proc)
{
    return fake_runtime_start(&(struct fake_options){.folder = p->tmp, .pid = (uint64_t)proc->pid});
}

static void test_found(void)
{
    struct portside *p = start_connect();
    struct proc *a = some_process(), *b = some_process();
    struct fake_runtime *ra = listening_app(p, a);

    (void)listening_app(p, b);
    CHECK(portside_wait_count(p, 2, 5000));
    const cJSON *it = portside_listed(p, (uint64_t)a->pid);
    CHECK(strcmp(json_text(it, "uid"), fake_runtime_uid(ra)) == 0);
    CHECK(http_get("%s/env?pid=%d", p->base, (int)b->pid)->status == 200);
    CHECK_AT("never resumed unasked", fake_runtime_received(ra, FAKE_RESUME) == 0);
    const struct http *info = portside_get(p, "/info");
    const char *difference = golden_difference("E-connect-info", info);
    CHECK_AT(difference, !difference);
    CHECK(strcmp(json_text(json_of(info), "diagnosticPortMode"), "Connect") == 0);
}

/* One open connection would lock every other client out of the runtime. */
static void test_no_idle_connection(void)
{
    struct portside *p = start_connect();
    struct proc *a = some_process();
    struct fake_runtime *r = listening_app(p, a);

    REQUIRE(portside_wait_count(p, 1, 5000));
    for (int i = 0; i < 20; i++) {
        CHECK(portside_get(p, "/env")->status == 200);
        CHECK_AT(
            "each connection had its request",
            WAIT_UNTIL(1000, fake_runtime_connections(r) == fake_runtime_received(r, FAKE_ANY)));
    }
}

static void leave_socket(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    cleanup(close_fd) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    REQUIRE(bind(fd, (const struct sockaddr *)&a, sizeof a) == 0);
}

/* Names that only look like a runtime's, and what dead runtimes left behind. */
static void test_other_files(void)
{
    struct portside *p = start_connect();
    struct proc *a = some_process();
    struct fake_runtime *r = listening_app(p, a);
    const char *names[] = {"dotnet-diagnostic-1-socket", "dotnet-diagnostic-x-1-socket",
                           "dotnet-diagnostic-99999999-1-socket", "clr-debug-pipe-1-1-in"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        leave_socket(world_text("%s/%s", p->tmp, names[i]));
    /* Of a process before this one with the same pid: another key. */
    leave_socket(world_text("%s/dotnet-diagnostic-%d-7-socket", p->tmp, (int)a->pid));
    REQUIRE(files_write(world_text("%s/dotnet-diagnostic-2-2-socket", p->tmp), "", 0));
    CHECK(portside_wait_count(p, 1, 5000));
    CHECK(http_get("%s/process?pid=%d", p->base, (int)a->pid)->status == 200);
    CHECK(fake_runtime_received(r, FAKE_ANY) > 0);
    fake_runtime_stop(r);
    proc_kill_group(a);
    CHECK(portside_wait_count(p, 0, 5000));
}

/* A silent runtime does not keep the list from the others. */
static void test_silent(void)
{
    struct portside *p = start_connect();
    struct proc *a = some_process(), *b = some_process();

    (void)fake_runtime_start(
        &(struct fake_options){.folder = p->tmp,
                               .pid = (uint64_t)a->pid,
                               .rules = {{.command = FAKE_ANY, .act = FAKE_ACT_SILENT}}});
    (void)listening_app(p, b);
    CHECK(WAIT_UNTIL(8000, portside_listed(p, (uint64_t)b->pid) != NULL));
    CHECK(http_get("%s/env?pid=%d", p->base, (int)b->pid)->status == 200);
}

static void test_dump(void)
{
    struct portside *p = start_connect();
    struct proc *a = some_process();

    (void)listening_app(p, a);
    REQUIRE(portside_wait_count(p, 1, 5000));
    const struct http *h = portside_get(p, "/dump");
    CHECK(h->status == 200 && h->result == CURLE_OK && h->body_size == 65536);
    CHECK(portside_nothing_left(p));
}

WORLD_SUITE("component/connect_mode", {"found", test_found},
            {"no idle connection", test_no_idle_connection}, {"other files", test_other_files},
            {"silent", test_silent}, {"dump", test_dump})
