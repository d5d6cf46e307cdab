#include <errno.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/support/proc.h"
#include "tests/unit/ipc/port_owner.h"

/* A file that takes the socket's place as soon as the socket is bound. */
static struct planted {
    const char *from, *to;
} planted;

/* Takes the place of the C library's for this program. */
int bind(int fd, __CONST_SOCKADDR_ARG address, socklen_t size)
{
    int r = (int)syscall(SYS_bind, fd, address.__sockaddr__, size);

    if (planted.from) {
        CHECK(r == 0 && rename(planted.from, planted.to) == 0);
        planted.from = NULL;
    }
    return r;
}

static int bind_at(const char *path, bool serve)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    REQUIRE(fd >= 0 && bind(fd, (const struct sockaddr *)&a, sizeof a) == 0);
    REQUIRE(!serve || listen(fd, 5) == 0);
    return fd;
}

static void test_stale_socket(void)
{
    struct owner *o = owner_new();
    int old = bind_at(o->path, true);

    (void)close(old);
    CHECK(open_listener(o) == 0);
    cleanup(close_fd) int fd = fake_connect(o->path);
    CHECK(fd >= 0);
    owner_end(o);
}

static void test_served_socket(void)
{
    struct owner *o = owner_new();
    cleanup(close_fd) int other = bind_at(o->path, true);
    REQUIRE(other >= 0);
    int before = proc_fd_count(getpid());

    CHECK(open_listener(o) == -EADDRINUSE && o->err.code == -EADDRINUSE);
    CHECK(strstr(o->err.text, o->path) && strstr(o->err.text, "DeleteEndpointOnStartup"));
    CHECK(proc_fd_count(getpid()) == before && files_exists(o->path));
    cleanup(close_fd) int fd = fake_connect(o->path);
    CHECK_AT("still theirs", fd >= 0);

    o->config.delete_existing = true;
    CHECK_AT("taken over when told so", open_listener(o) == 0);
    cleanup(close_fd) int ours = fake_connect(o->path);
    send_advertise(ours, 1, FAKE_ADVERTISE_SIZE);
    CHECK(LOOP_UNTIL(o->loop, LOOP_MS, o->advertises == 1));
    owner_end(o);
}

static void test_other_file(void)
{
    for (int delete = 0; delete < 2; delete ++) {
        struct owner *o = owner_new();
        o->config.delete_existing = delete;
        CHECK(files_write(o->path, "precious", 8));
        CHECK(open_listener(o) == -EEXIST && o->err.code == -EEXIST);
        CHECK(strstr(o->err.text, o->path) != NULL && files_size(o->path) == 8);
        loop_end(o->loop);
    }
}

static void test_paths(void)
{
    struct owner *o = owner_new();
    char path[200];

    o->config.path = "";
    CHECK(open_listener(o) == -ENAMETOOLONG);
    memset(path, 'x', sizeof path);
    path[0] = '/';
    path[sizeof(((struct sockaddr_un *)0)->sun_path)] = '\0';
    o->config.path = path;
    CHECK(open_listener(o) == -ENAMETOOLONG && o->err.text[0]);
    o->path = world_text("%s/a/b/port", o->dir);
    o->config.path = o->path;
    CHECK_AT("folders are made", open_listener(o) == 0);
    CHECK(files_exists(o->path));
    owner_end(o);
    CHECK(!files_exists(o->path));
}

static mode_t mode_of(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0 ? st.st_mode & 07777 : (mode_t)-1;
}

static void test_mode_and_group(void)
{
    static const mode_t modes[] = {0666, 0600, 0660, 0}, masks[] = {0077, 0, 0022, 0777};
    struct owner *o = owner_new();
    struct stat st;

    for (size_t i = 0; i < COUNT_OF(modes); i++) {
        o->config.mode = modes[i];
        o->config.group = geteuid() == 0 ? 1654 : getegid();
        mode_t mask = umask(masks[i]);
        CHECK(open_listener(o) == 0);
        CHECK_AT("the umask is as before", umask(mask) == masks[i]);
        CHECK(lstat(o->path, &st) == 0 && (st.st_mode & 07777) == modes[i]);
        CHECK(st.st_gid == o->config.group && st.st_uid == geteuid());
        ipc_listener_close(o->listener);
    }
    loop_end(o->loop);
}

/* Apps of other users must get through the folders that we make; those that are there are left. */
static void test_modes_of_folders(void)
{
    static const mode_t masks[] = {0077, 0};

    for (size_t i = 0; i < COUNT_OF(masks); i++) {
        struct owner *o = owner_new();
        const char *there = files_mkdir(o->dir, "there", 0700, 0);
        o->path = world_text("%s/a/b/port", there);
        o->config.path = o->path;
        mode_t mask = umask(masks[i]);
        CHECK(open_listener(o) == 0);
        (void)umask(mask);
        CHECK(mode_of(there) == 0700);
        CHECK(mode_of(world_text("%s/a", there)) == 0755);
        CHECK(mode_of(world_text("%s/a/b", there)) == 0755);
        owner_end(o);
    }
}

/* What another user puts at the path in the moment after the bind is neither followed nor touched.
 */
static void test_planted_file(void)
{
    static const struct {
        const char *label;
        bool symlink;
    } cases[] = {{"a symlink to a secret", true}, {"the secret itself", false}};
    struct stat before, after;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct owner *o = owner_new();
        const char *secret = world_text("%s/secret", o->dir);
        planted = (struct planted){world_text("%s/plant", o->dir), o->path};
        REQUIRE(files_write(secret, "x", 1) && chmod(secret, 0600) == 0);
        REQUIRE((cases[i].symlink ? symlink : link)(secret, planted.from) == 0);
        REQUIRE(stat(secret, &before) == 0);
        o->config.group = geteuid() == 0 ? 1654 : getegid();
        CHECK_AT(cases[i].label, open_listener(o) == -EPERM && strstr(o->err.text, o->path));
        CHECK_AT(cases[i].label, planted.from == NULL);
        CHECK(stat(secret, &after) == 0);
        CHECK_AT(cases[i].label, after.st_mode == before.st_mode && after.st_gid == before.st_gid);
        loop_end(o->loop);
    }
}

static bool serves(struct owner *o)
{
    int before = o->advertises;
    cleanup(close_fd) int fd = fake_connect(o->path);

    if (fd < 0)
        return false;
    send_advertise(fd, 1, FAKE_ADVERTISE_SIZE);
    return LOOP_UNTIL(o->loop, LOOP_MS, o->advertises == before + 1);
}

static void test_deleted(void)
{
    struct owner *o = owner_new();
    struct stat st;

    o->config.mode = 0640;
    REQUIRE(open_listener(o) == 0);
    for (int i = 1; i <= 3; i++) {
        CHECK(unlink(o->path) == 0);
        CHECK_AT("made anew", LOOP_UNTIL(o->loop, LOOP_MS, files_exists(o->path)));
        CHECK(stat(o->path, &st) == 0 && (st.st_mode & 0777) == 0640);
        CHECK(o->alterations == i && o->troubles == i && strstr(o->text, o->path));
        CHECK(serves(o));
    }
    owner_end(o);
    CHECK(!files_exists(o->path));
}

/* The whole folder goes away, twice. */
static void test_folder_deleted(void)
{
    struct owner *o = owner_new();

    o->path = world_text("%s/sub/port", o->dir);
    o->config.path = o->path;
    REQUIRE(open_listener(o) == 0);
    for (int i = 1; i <= 2; i++) {
        CHECK(unlink(o->path) == 0 && rmdir(world_text("%s/sub", o->dir)) == 0);
        CHECK_AT(i == 1 ? "made anew" : "made anew again",
                 LOOP_UNTIL(o->loop, LOOP_MS, files_exists(o->path)));
        CHECK(serves(o));
    }
    owner_end(o);
}

/* Renamed as a whole; the new folder is watched like the old one. */
static void test_folder_renamed(void)
{
    struct owner *o = owner_new();
    const char *sub = world_text("%s/sub", o->dir);

    o->path = world_text("%s/port", sub);
    o->config.path = o->path;
    REQUIRE(open_listener(o) == 0);
    CHECK(rename(sub, world_text("%s/old", o->dir)) == 0);
    CHECK(LOOP_UNTIL(o->loop, LOOP_MS, files_exists(o->path)));
    CHECK(o->alterations == 1 && serves(o));
    CHECK(unlink(o->path) == 0);
    CHECK_AT("watched", LOOP_UNTIL(o->loop, LOOP_MS, files_exists(o->path)) && serves(o));
    CHECK(o->alterations == 2);
    owner_end(o);
    CHECK_AT("what went with the folder is not ours", files_exists(sub));
}

/* It cannot be made anew for a while: told once, tried again, and nothing breaks meanwhile, also
 * not while accepting pauses for want of descriptors. */
static void test_rebind_fails(void)
{
    struct owner *o = owner_new();
    const char *sub = world_text("%s/sub", o->dir);
    struct rlimit limit, none;

    o->path = world_text("%s/port", sub);
    o->config.path = o->path;
    REQUIRE(open_listener(o) == 0 && ipc_listener_is_bound(o->listener));
    cleanup(close_fd) int waiting = fake_connect(o->path);
    int next = dup(waiting);
    (void)close(next);
    REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    none = limit;
    none.rlim_cur = (rlim_t)next;
    REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
    loop_for(o->loop, 20);
    REQUIRE(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    CHECK(rename(sub, world_text("%s/old", o->dir)) == 0 && files_write(sub, "", 0));
    CHECK(LOOP_UNTIL(o->loop, LOOP_MS, o->alterations == 1));
    CHECK(!ipc_listener_is_bound(o->listener));
    loop_for(o->loop, 200);
    CHECK_AT("told once", o->troubles == 1);

    CHECK(unlink(sub) == 0);
    CHECK_AT("tried again", LOOP_UNTIL(o->loop, LOOP_MS, ipc_listener_is_bound(o->listener)));
    CHECK(o->alterations == 2 && serves(o));
    loop_for(o->loop, 100);
    CHECK(o->troubles == 2);
    owner_end(o);
}

static void test_replaced(void)
{
    struct owner *o = owner_new();

    REQUIRE(open_listener(o) == 0);
    CHECK(unlink(o->path) == 0 && files_write(o->path, "theirs", 6));
    CHECK(LOOP_UNTIL(o->loop, LOOP_MS, o->alterations == 1));
    CHECK(files_size(o->path) == 6 && !ipc_listener_is_bound(o->listener));
    for (int i = 0; i < 3; i++) {
        const char *other = world_text("%s/other%d", o->dir, i);
        CHECK(files_write(other, "", 0) && unlink(other) == 0);
        loop_for(o->loop, 20);
    }
    CHECK_AT("told once, not for every file of the folder", o->alterations == 1);
    CHECK_AT("theirs stays", files_size(o->path) == 6);
    CHECK(unlink(o->path) == 0);
    CHECK_AT("ours again", LOOP_UNTIL(o->loop, LOOP_MS, ipc_listener_is_bound(o->listener)));
    CHECK(o->alterations == 2 && serves(o));
    CHECK(unlink(o->path) == 0 && files_write(o->path, "theirs", 6));
    owner_end(o);
    CHECK_AT("also at the end", files_size(o->path) == 6);
}

/* A socket that took our place and that nobody serves any more is found by the slow timer: nothing
 * tells of it. One that is served stays. */
static void test_replaced_by_socket(void)
{
    struct owner *o = owner_new();

    o->config.delete_existing = true; /* for the start only: two daemons would fight for ever */
    REQUIRE(open_listener(o) == 0);
    CHECK(unlink(o->path) == 0);
    int other = bind_at(o->path, true);
    CHECK(LOOP_UNTIL(o->loop, LOOP_MS, o->alterations == 1));
    CHECK(!ipc_listener_is_bound(o->listener));
    loop_for(o->loop, 5500);
    CHECK_AT("left", !ipc_listener_is_bound(o->listener) && o->troubles == 1);
    (void)close(other);
    CHECK_AT("taken back", LOOP_UNTIL(o->loop, LOOP_MS, ipc_listener_is_bound(o->listener)));
    CHECK(o->alterations == 2 && serves(o));
    owner_end(o);
}

/* Other files of the folder are nothing to us. */
static void test_other_files_change(void)
{
    struct owner *o = owner_new();
    const char *other = world_text("%s/other", o->dir);

    REQUIRE(open_listener(o) == 0);
    CHECK(files_write(other, "", 0) && unlink(other) == 0);
    loop_for(o->loop, 30);
    CHECK(o->troubles == 0 && serves(o));
    owner_end(o);
}

WORLD_SUITE("ipc/port_file", {"stale socket", test_stale_socket},
            {"served socket", test_served_socket}, {"other file", test_other_file},
            {"paths", test_paths}, {"mode and group", test_mode_and_group},
            {"modes of folders", test_modes_of_folders}, {"planted file", test_planted_file},
            {"deleted", test_deleted}, {"folder deleted", test_folder_deleted},
            {"folder renamed", test_folder_renamed}, {"rebind fails", test_rebind_fails},
            {"replaced", test_replaced}, {"replaced by a socket", test_replaced_by_socket},
            {"other files change", test_other_files_change})
