/* The listening diagnostic port: its socket file, who may connect, hostile and idle peers. */
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "tests/support/fake_runtime.h"
#include "tests/support/files.h"
#include "tests/support/portside.h"
#include "tests/support/world.h"

enum { IDLE_PEERS = 300, ADVERTISE_LIMIT_MS = 12000, REFUSED_LIMIT_MS = 12000 };

static mode_t mode_of(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0 && S_ISSOCK(st.st_mode) ? st.st_mode & 07777 : 0;
}

static void test_socket_mode(void)
{
    static const struct {
        const char *label, *env;
        mode_t want;
    } cases[] = {
        {"default", NULL, 0666},
        {"0600", "DotnetMonitor_DiagnosticPort__SocketMode=0600", 0600},
        {"660", "DotnetMonitor_DiagnosticPort__SocketMode=660", 0660},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct portside *p = portside_start(&(struct portside_options){.env = {cases[i].env}});

        CHECK_AT(cases[i].label, mode_of(p->socket) == cases[i].want);
    }
}

static void test_parent_folder_is_made(void)
{
    const char *dir = files_tmpdir();
    const char *path = world_text("%s/a/b/diag.sock", dir);
    struct portside *p = portside_start(
        &(struct portside_options){.connect = true, .args = {"--diagnostic-port", path}});

    CHECK(mode_of(path) == 0666);
    CHECK(portside_stop(p) == 0);
    CHECK_AT("the socket goes with an orderly end", !files_exists(path));
}

static void leave_stale_socket(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    cleanup(close_fd) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    REQUIRE(bind(fd, (const struct sockaddr *)&a, sizeof a) == 0);
}

static void test_stale_socket_is_replaced(void)
{
    const char *dir = files_tmpdir();

    (void)files_mkdir(dir, "tmp", 0777, 0);
    leave_stale_socket(world_text("%s/diag.sock", dir));
    struct portside *p = portside_start(&(struct portside_options){.dir = dir});
    struct fake_runtime *r = fake_runtime_start(&(struct fake_options){.port = p->socket});
    CHECK(fake_runtime_wait(r, FAKE_RESUME, 1, 5000));
}

/* Somebody else's live port is not taken away. */
static void test_live_socket_is_left(void)
{
    struct portside *p = portside_start(NULL);
    struct portside *second = portside_spawn(&(struct portside_options){.dir = p->dir});

    CHECK(proc_wait(second->proc, 5000));
    CHECK(proc_exit_code(second->proc) == 255);
    struct fake_runtime *r = fake_runtime_start(&(struct fake_options){.port = p->socket});
    CHECK(fake_runtime_wait(r, FAKE_RESUME, 1, 5000));
}

static void test_foreign_file_is_left(void)
{
    const char *dir = files_tmpdir();
    const char *path = world_text("%s/diag.sock", dir);

    (void)files_mkdir(dir, "tmp", 0777, 0);
    REQUIRE(files_write(path, "keep", 4));
    struct portside *p = portside_spawn(&(struct portside_options){.dir = dir});
    CHECK(proc_wait(p->proc, 5000));
    CHECK(proc_exit_code(p->proc) == 255);
    CHECK(files_size(path) == 4);
}

static void test_deleted_socket_comes_back(void)
{
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r = fake_runtime_start(&(struct fake_options){.port = p->socket});

    REQUIRE(portside_wait_count(p, 1, 5000));
    REQUIRE(unlink(p->socket) == 0);
    CHECK(WAIT_UNTIL(5000, mode_of(p->socket) == 0666));
    CHECK(fake_runtime_connections(r) > 0);
    struct fake_runtime *late = fake_runtime_start(&(struct fake_options){.port = p->socket});
    CHECK(fake_runtime_wait(late, FAKE_RESUME, 1, 5000));
    CHECK(portside_wait_count(p, 2, 5000));
    CHECK_AT("a warning", strstr(proc_output(p->proc), p->socket) != NULL &&
                              strstr(proc_output(p->proc), "warn") != NULL);
}

static void test_folder_moved_away(void)
{
    const char *dir = files_tmpdir();
    const char *path = world_text("%s/sub/diag.sock", dir);
    struct portside *p = portside_start(
        &(struct portside_options){.connect = true, .args = {"--diagnostic-port", path}});

    REQUIRE(rename(world_text("%s/sub", dir), world_text("%s/old", dir)) == 0);
    CHECK(WAIT_UNTIL(5000, mode_of(path) == 0666));
    struct fake_runtime *r = fake_runtime_start(&(struct fake_options){.port = path});
    CHECK(fake_runtime_wait(r, FAKE_RESUME, 1, 5000));
    CHECK(strstr(proc_output(p->proc), "made anew") != NULL);
}

static int lines_with(const struct portside *p, const char *part)
{
    int n = 0;

    for (const char *at = strstr(proc_output(p->proc), part); at; at = strstr(at + 1, part))
        n++;
    return n;
}

/* A list that is set admits nobody by accident. */
static void test_faulty_allowed_uids(void)
{
    static const char *const values[] = {
        "DotnetMonitor_DiagnosticPort__AllowedUids=", "DotnetMonitor_DiagnosticPort__AllowedUids=;",
        "DotnetMonitor_DiagnosticPort__AllowedUids__1="};

    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct portside *p = portside_spawn(&(struct portside_options){.env = {values[i]}});
        CHECK_AT(values[i], proc_wait(p->proc, 5000) && proc_exit_code(p->proc) == 255);
        CHECK_AT(values[i], lines_with(p, "portside: DiagnosticPort:AllowedUids") == 1);
    }
}

static void test_allowed_uids(void)
{
    char own[64];

    (void)snprintf(own, sizeof own, "DotnetMonitor_DiagnosticPort__AllowedUids=7, %d",
                   (int)getuid());
    struct portside *open = portside_start(&(struct portside_options){.env = {own}});
    struct portside *shut = portside_start(
        &(struct portside_options){.env = {"DotnetMonitor_DiagnosticPort__AllowedUids__1=4242"}});
    struct fake_runtime *welcome = fake_runtime_start(&(struct fake_options){.port = open->socket});
    struct fake_runtime *refused = fake_runtime_start(&(struct fake_options){.port = shut->socket});

    CHECK(fake_runtime_wait(welcome, FAKE_RESUME, 1, 5000));
    CHECK(WAIT_UNTIL(5000, lines_with(shut, "refused a process") == 1));
    world_pause_ms(300);
    CHECK_AT("held, so that it does not come again at once",
             fake_runtime_connections(refused) == 1);
    CHECK_AT("and comes again when it is closed",
             WAIT_UNTIL(REFUSED_LIMIT_MS, fake_runtime_connections(refused) >= 2));
    CHECK(fake_runtime_received(refused, FAKE_ANY) == 0);
    CHECK(portside_count(shut) == 0);
    CHECK_AT("told once", lines_with(shut, "refused a process") == 1);
}

static const struct {
    const char *label, *bytes;
    size_t size;
    bool close;
} bad_advertises[] = {
    {"nothing, closed", "", 0, true},
    {"one byte", "A", 1, true},
    {"half an advertise, closed", "ADVR_V1\0\1\2\3\4\5\6\7\10", 16, true},
    {"half an advertise, kept open", "ADVR_V1\0\1\2\3\4\5\6\7\10", 16, false},
    {"wrong magic", "ADVR_V2\0aaaaaaaaaaaaaaaa\1\0\0\0\0\0\0\0\0\0", 34, false},
    {"text", "GET /processes HTTP/1.1\r\nHost: localhost\r\n\r\n", 44, false},
    {"an IPC request", "DOTNET_IPC_V1\0\x14\0\4\0\0\0", 20, true},
};

static void test_bad_advertises(void)
{
    struct portside *p = portside_start(NULL);
    int fds[sizeof bad_advertises / sizeof bad_advertises[0]];
    int before = proc_fd_count(p->proc->pid);

    for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++) {
        fds[i] = fake_connect(p->socket);
        CHECK_AT(bad_advertises[i].label, fds[i] >= 0);
        (void)send(fds[i], bad_advertises[i].bytes, bad_advertises[i].size, MSG_NOSIGNAL);
        if (bad_advertises[i].close)
            close_fd(&fds[i]);
    }
    struct fake_runtime *r = fake_runtime_start(&(struct fake_options){.port = p->socket});
    CHECK(fake_runtime_wait(r, FAKE_RESUME, 1, 5000));
    CHECK(portside_wait_count(p, 1, 5000));
    fake_runtime_stop(r);
    CHECK(portside_wait_count(p, 0, 5000));
    CHECK_AT("all are closed in the end",
             WAIT_UNTIL(ADVERTISE_LIMIT_MS, proc_fd_count(p->proc->pid) <= before));
    for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++) {
        if (!bad_advertises[i].close)
            close_fd(&fds[i]);
    }
}

static void test_advertise_in_pieces(void)
{
    struct portside *p = portside_start(NULL);
    uint8_t advertise[FAKE_ADVERTISE_SIZE], reply[20];
    static const uint8_t cookie[FAKE_COOKIE_SIZE] = {9, 9, 9};

    fake_advertise(advertise, cookie, (uint64_t)getpid());
    cleanup(close_fd) int fd = fake_connect(p->socket);
    REQUIRE(fd >= 0);
    for (size_t i = 0; i < sizeof advertise; i++)
        REQUIRE(send(fd, advertise + i, 1, MSG_NOSIGNAL) == 1);
    CHECK(recv(fd, reply, sizeof reply, MSG_WAITALL) == (ssize_t)sizeof reply);
    CHECK(memcmp(reply, "DOTNET_IPC_V1", 14) == 0);
}

static void test_idle_peers(void)
{
    struct portside *p = portside_start(NULL);
    int before = proc_fd_count(p->proc->pid);
    static int fds[IDLE_PEERS];

    for (int i = 0; i < IDLE_PEERS; i++)
        fds[i] = fake_connect(p->socket);
    struct fake_runtime *r = fake_runtime_start(&(struct fake_options){.port = p->socket});
    CHECK(fake_runtime_wait(r, FAKE_RESUME, 1, 5000));
    CHECK(portside_wait_count(p, 1, 5000));
    fake_runtime_stop(r);
    CHECK_AT("they are closed",
             WAIT_UNTIL(ADVERTISE_LIMIT_MS, proc_fd_count(p->proc->pid) <= before + 2));
    for (int i = 0; i < IDLE_PEERS; i++)
        close_fd(&fds[i]);
}

WORLD_SUITE("component/listen_port", {"socket mode", test_socket_mode},
            {"parent folder is made", test_parent_folder_is_made},
            {"stale socket is replaced", test_stale_socket_is_replaced},
            {"live socket is left", test_live_socket_is_left},
            {"foreign file is left", test_foreign_file_is_left},
            {"deleted socket comes back", test_deleted_socket_comes_back},
            {"allowed uids", test_allowed_uids}, {"faulty allowed uids", test_faulty_allowed_uids},
            {"folder moved away", test_folder_moved_away}, {"bad advertises", test_bad_advertises},
            {"advertise in pieces", test_advertise_in_pieces}, {"idle peers", test_idle_peers})
