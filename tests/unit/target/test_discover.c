#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "src/target/discover.h"
#include "tests/support/fake_runtime.h"
#include "tests/support/fake_wire.h"
#include "tests/support/files.h"
#include "tests/support/proc.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static const struct {
    const char *name;
    int pid; /* 0: refused */
    unsigned long long key;
} names[] = {
    {"dotnet-diagnostic-12-345-socket", 12, 345},
    {"dotnet-diagnostic-1-0-socket", 1, 0},
    {"dotnet-diagnostic-2147483647-18446744073709551615-socket", 2147483647, 18446744073709551615u},
    {"dotnet-diagnostic-2147483648-1-socket", 0, 0},
    {"dotnet-diagnostic-1-18446744073709551616-socket", 0, 0},
    {"dotnet-diagnostic-99999999999999999999999-1-socket", 0, 0},
    {"dotnet-diagnostic-0-1-socket", 0, 0},
    {"dotnet-diagnostic-12x-345-socket", 0, 0},
    {"dotnet-diagnostic-12-345x-socket", 0, 0},
    {"dotnet-diagnostic--12-345-socket", 0, 0},
    {"dotnet-diagnostic-12--345-socket", 0, 0},
    {"dotnet-diagnostic- 12-345-socket", 0, 0},
    {"dotnet-diagnostic-+12-345-socket", 0, 0},
    {"dotnet-diagnostic-12-+345-socket", 0, 0},
    {"dotnet-diagnostic-12-345-socket2", 0, 0},
    {"dotnet-diagnostic-12-345-socke", 0, 0},
    {"dotnet-diagnostic-12-345", 0, 0},
    {"dotnet-diagnostic-12-", 0, 0},
    {"dotnet-diagnostic-12", 0, 0},
    {"dotnet-diagnostic-", 0, 0},
    {"dotnet-diagnostic-0x12-345-socket", 0, 0},
    {"dotnet-diagnostic-dsrouter-12-345-socket", 0, 0},
    {"dotnet-diagnostic-dsrouter-12-socket", 0, 0},
    {"Dotnet-diagnostic-12-345-socket", 0, 0},
    {"xdotnet-diagnostic-12-345-socket", 0, 0},
    {"clr-debug-pipe-12-345-in", 0, 0},
    {"", 0, 0},
};

static void test_names(void)
{
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        pid_t pid = -7;
        unsigned long long key = 7;
        CHECK_AT(names[i].name,
                 discover_parse_name(names[i].name, &pid, &key) == (names[i].pid != 0));
        CHECK_AT(names[i].name, pid == (names[i].pid ? names[i].pid : -7));
        CHECK_AT(names[i].name, key == (names[i].pid ? names[i].key : 7));
    }
}

/* What one scan has told. */
struct scan {
    int found, asked;
    char path[4][256];
    pid_t pid[4];
    struct ipc_peer peer[4];
    const char *known;
};

static bool is_known(void *user, const char *socket_path)
{
    struct scan *s = user;

    s->asked++;
    return s->known && strcmp(s->known, socket_path) == 0;
}

static bool on_found(void *user, const struct discovered *found)
{
    struct scan *s = user;
    int fd = fake_connect(found->socket_path);

    if (fd < 0)
        return false;
    (void)close(fd);
    CHECK(found->root[0] == '\0' && s->found < 4);
    (void)snprintf(s->path[s->found], sizeof s->path[0], "%s", found->socket_path);
    s->pid[s->found] = found->pid;
    s->peer[s->found++] = found->peer;
    return true;
}

static struct scan scan_now(const char *known)
{
    struct scan s = {.known = known};

    discover(false, &(struct discover_events){&s, is_known, on_found});
    return s;
}

static void end_temp(void *unused)
{
    (void)unused;
    (void)unsetenv("TMPDIR");
}

/* A temp folder of its own, as TMPDIR says. */
static const char *use_temp(void)
{
    const char *dir = files_tmpdir();

    REQUIRE(setenv("TMPDIR", dir, 1) == 0);
    world_at_end(end_temp, NULL);
    return dir;
}

static void end_fd(void *fd)
{
    (void)close((int)(intptr_t)fd);
}

/* A socket file, served or dead, last modified `age` seconds ago. */
static const char *make_socket(const char *dir, int pid, unsigned long long key, bool alive,
                               int age)
{
    const char *path = world_text("%s/dotnet-diagnostic-%d-%llu-socket", dir, pid, key);
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    struct timespec times[2];
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    REQUIRE(fd >= 0 && bind(fd, (const struct sockaddr *)&a, sizeof a) == 0);
    REQUIRE(listen(fd, 5) == 0);
    (void)clock_gettime(CLOCK_REALTIME, &times[0]);
    times[0].tv_sec -= age;
    times[1] = times[0];
    REQUIRE(utimensat(AT_FDCWD, path, times, 0) == 0);
    if (alive)
        world_at_end(end_fd, (void *)(intptr_t)fd);
    else
        (void)close(fd);
    return path;
}

static void test_one(void)
{
    const char *dir = use_temp();
    const char *path = make_socket(dir, getpid(), fake_start_time(getpid()), true, 0);
    struct scan s = scan_now(NULL);

    CHECK(s.found == 1 && strcmp(s.path[0], path) == 0 && s.pid[0] == getpid());
    CHECK(s.peer[0].pid == getpid() && s.peer[0].uid == geteuid() && s.peer[0].gid == getegid());
    CHECK_AT("a known one is not found again", scan_now(path).found == 0);
}

/* The pid of the name is in use by another process: the file is not its. */
static void test_foreign_pid(void)
{
    const char *dir = use_temp();

    (void)make_socket(dir, getpid(), fake_start_time(getpid()) + 1, true, 0);
    struct scan s = scan_now(NULL);
    CHECK(s.found == 1 && s.pid[0] == getpid() && s.peer[0].pid == 0);
}

static void test_newest(void)
{
    const char *dir = use_temp();
    const char *newest = NULL;

    for (int age = 5; age >= 1; age--)
        newest = make_socket(dir, 4711, 100 + (unsigned long long)age, true, age);
    struct scan s = scan_now(NULL);
    CHECK(s.found == 1 && strcmp(s.path[0], newest) == 0);
    CHECK_AT("nor an older one beside a known one", scan_now(newest).found == 0);
}

static void test_dead_are_passed_over(void)
{
    const char *dir = use_temp();

    for (int pid = 1000; pid < 1040; pid++)
        (void)make_socket(dir, pid, 1, false, 1);
    const char *alive = make_socket(dir, 1010, 2, true, 10);
    const char *other = make_socket(dir, 1050, 2, true, 0);
    struct scan s = scan_now(NULL);
    CHECK(s.found == 2 && strcmp(s.path[0], alive) == 0 && strcmp(s.path[1], other) == 0);
}

/* Files of that name that are no sockets. */
static void test_other_kinds(void)
{
    const char *dir = use_temp();

    CHECK(files_write(world_text("%s/dotnet-diagnostic-1-1-socket", dir), "", 0));
    CHECK(mkdir(world_text("%s/dotnet-diagnostic-2-1-socket", dir), 0755) == 0);
    const char *real = make_socket(files_tmpdir(), 3, 1, true, 0);
    CHECK(symlink(real, world_text("%s/dotnet-diagnostic-3-1-socket", dir)) == 0);
    CHECK(mkfifo(world_text("%s/dotnet-diagnostic-4-1-socket", dir), 0600) == 0);
    CHECK(files_write(world_text("%s/other", dir), "", 0));
    struct scan s = scan_now(NULL);
    CHECK(s.found == 0 && s.asked == 0);
}

static void test_no_folder(void)
{
    REQUIRE(setenv("TMPDIR", "/nonexistent/folder", 1) == 0);
    CHECK(scan_now(NULL).asked == 0);
    (void)unsetenv("TMPDIR");
}

static void test_still_there(void)
{
    const char *dir = use_temp();
    const char *dead = make_socket(dir, 5, 1, false, 0), *none = world_text("%s/none", dir);
    static const char *const argv[] = {"true", NULL};
    struct proc *p = proc_spawn(&(struct proc_options){.argv = argv});

    CHECK_AT("the file is there", discovered_still_there(dead, 0));
    CHECK_AT("only the process is there", discovered_still_there(none, getpid()));
    CHECK_AT("neither, out of sight", !discovered_still_there(none, 0));
    REQUIRE(proc_wait(p, 10000));
    CHECK_AT("neither", !discovered_still_there(none, p->pid));
}

WORLD_SUITE("target/discover", {"names", test_names}, {"one", test_one},
            {"foreign pid", test_foreign_pid}, {"newest", test_newest},
            {"dead are passed over", test_dead_are_passed_over}, {"other kinds", test_other_kinds},
            {"no folder", test_no_folder}, {"still there", test_still_there})
