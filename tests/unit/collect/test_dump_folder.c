#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "src/collect/dump_folder.h"
#include "tests/support/files.h"
#include "tests/support/proc.h"
#include "tests/support/world.h"

enum { OTHER_UID = 1654 };

static struct dump_folder *folder_at(const char *path, const char *shared)
{
    struct options o = {.dump_folder = world_text("%s", path ? path : ""),
                        .shared_path = world_text("%s", shared ? shared : ""),
                        .port_name = world_text("%s", "/port/is/ignored")};
    struct dump_folder *f = NULL;
    struct error err;

    REQUIRE(dump_folder_new(&o, &f, &err) == 0);
    return f;
}

static mode_t mode_of(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0 ? st.st_mode : 0;
}

/* The folder that holds a file. */
static char *parent_of(const char *path)
{
    char *folder = world_text("%s", path);

    *strrchr(folder, '/') = '\0';
    return folder;
}

static void test_choice(void)
{
    struct dump_folder *f = folder_at("/a", "/b");

    CHECK(strcmp(dump_folder_path(f), "/a") == 0);
    dump_folder_free(f);
    f = folder_at(NULL, "/b");
    CHECK(strcmp(dump_folder_path(f), "/b/dumps") == 0);
    dump_folder_free(f);
    REQUIRE(setenv("TMPDIR", "/t", 1) == 0);
    f = folder_at(NULL, NULL);
    CHECK(strcmp(dump_folder_path(f), "/t") == 0);
    dump_folder_free(f);
    (void)unsetenv("TMPDIR");
    f = folder_at(NULL, NULL);
    CHECK(strcmp(dump_folder_path(f), "/tmp") == 0);
    dump_folder_free(f);
    dump_folder_free(NULL);
}

/* Listen mode: the folder of the port is the one that both share for certain. */
static void test_choice_beside_the_port(void)
{
    struct options o = {.dump_folder = world_text("%s", ""),
                        .shared_path = world_text("%s", ""),
                        .port_name = world_text("/diag/port"),
                        .port_mode = PORT_LISTEN};
    struct dump_folder *f = NULL;
    struct error err;

    REQUIRE(dump_folder_new(&o, &f, &err) == 0);
    CHECK(strcmp(dump_folder_path(f), "/diag/dumps") == 0);
    dump_folder_free(f);
    o.shared_path = world_text("/shared");
    REQUIRE(dump_folder_new(&o, &f, &err) == 0);
    CHECK(strcmp(dump_folder_path(f), "/shared/dumps") == 0);
    dump_folder_free(f);
}

static void test_place(void)
{
    const char *base = world_text("%s/not/yet", files_tmpdir());
    struct dump_folder *f = folder_at(base, NULL);
    struct dump_place p = DUMP_PLACE_NONE, second = DUMP_PLACE_NONE;
    struct error err;

    CHECK_AT("nothing is made before the first dump", !files_exists(base));
    mode_t mask = umask(0077);
    REQUIRE(dump_place_make(f, "", geteuid(), false, &p, &err) == 0);
    (void)umask(mask);
    const char *folder = parent_of(p.path), *own = parent_of(folder);
    CHECK(strncmp(own, base, strlen(base)) == 0 && strlen(own) == strlen(base) + 22);
    CHECK(strncmp(own + strlen(base), "/portside-dumps.", 16) == 0);
    CHECK(mode_of(own) == (S_IFDIR | 0711) && mode_of(folder) == (S_IFDIR | 0711));
    CHECK(mode_of(p.path) == (S_IFREG | 0600) && strcmp(p.path, p.target_path) == 0);
    CHECK((fcntl(p.fd, F_GETFL) & O_ACCMODE) == O_RDONLY);
    CHECK(fcntl(p.fd, F_GETFD) == FD_CLOEXEC && files_size(p.path) == 0);
    REQUIRE(dump_place_make(f, "", geteuid(), false, &second, &err) == 0);
    CHECK(strcmp(parent_of(parent_of(second.path)), own) == 0);
    CHECK_AT("each dump has its own folder", strcmp(parent_of(second.path), folder) != 0);
    dump_place_remove(&p);
    CHECK(!files_exists(folder) && p.fd == -1 && p.path == NULL);
    dump_place_remove(&p);
    CHECK_AT("only its own", files_exists(second.path));
    dump_place_remove(&second);
    dump_folder_free(f);
    CHECK(!files_exists(own) && files_exists(base));
}

/* Once unlinked the file has no name, and what the writer goes on writing is still read. */
static void test_unlink(void)
{
    const char *base = files_tmpdir();
    struct dump_folder *f = folder_at(base, NULL);
    struct dump_place p = DUMP_PLACE_NONE;
    struct error err;
    char got[8] = "";

    REQUIRE(dump_place_make(f, "", geteuid(), false, &p, &err) == 0);
    const char *path = world_text("%s", p.path), *folder = parent_of(path);
    cleanup(close_fd) int writer = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    dump_place_unlink(&p);
    dump_place_unlink(&p);
    CHECK(!files_exists(path) && !files_exists(folder));
    CHECK_AT("too late for another writer", open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) < 0);
    CHECK(write(writer, "core", 4) == 4 && pread(p.fd, got, sizeof got, 0) == 4);
    dump_place_remove(&p);
    CHECK(p.fd == -1 && p.path == NULL);
    dump_folder_free(f);
    CHECK(files_count(base) == 0);
}

static void test_no_place(void)
{
    struct dump_place p = DUMP_PLACE_NONE;

    dump_place_remove(&p);
    dump_place_unlink(&p);
    CHECK(p.fd == -1 && p.path == NULL);
}

static const struct {
    const char *label;
    int64_t uid; /* -2: our own */
    bool pipe;
    mode_t want;
} modes[] = {
    {"ours", -2, false, S_IFREG | 0600},
    {"another's", OTHER_UID, false, S_IFREG | 0622},
    {"unknown", -1, false, S_IFREG | 0622},
    {"our pipe", -2, true, S_IFIFO | 0600},
    {"another's pipe", OTHER_UID, true, S_IFIFO | 0622},
};

static void test_modes(void)
{
    struct dump_folder *f = folder_at(files_tmpdir(), NULL);
    struct error err;

    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        struct dump_place p = DUMP_PLACE_NONE;
        uid_t uid = modes[i].uid == -2 ? geteuid() : (uid_t)modes[i].uid;
        mode_t mask = umask(0077);
        REQUIRE(dump_place_make(f, "", uid, modes[i].pipe, &p, &err) == 0);
        (void)umask(mask);
        CHECK_AT(modes[i].label, mode_of(p.path) == modes[i].want);
        bool waits = (fcntl(p.fd, F_GETFL) & O_NONBLOCK) == 0;
        CHECK_AT(modes[i].label, waits == !modes[i].pipe);
        dump_place_remove(&p);
    }
    dump_folder_free(f);
}

static void test_pipe(void)
{
    struct dump_folder *f = folder_at(files_tmpdir(), NULL);
    struct dump_place p = DUMP_PLACE_NONE;
    struct error err;
    char got[8] = "";

    REQUIRE(dump_place_make(f, "", geteuid(), true, &p, &err) == 0);
    CHECK_AT("no writer yet", read(p.fd, got, sizeof got) == 0);
    cleanup(close_fd) int writer = open(p.path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    CHECK(writer >= 0 && write(writer, "core", 4) == 4);
    CHECK(read(p.fd, got, sizeof got) == 4 && memcmp(got, "core", 4) == 0);
    CHECK(read(p.fd, got, sizeof got) == -1 && errno == EAGAIN);
    dump_place_remove(&p);
    dump_folder_free(f);
}

/* A process of another uid can write the file, and neither list nor add; also in a sticky folder,
 * where fs.protected_regular would forbid it. */
static void test_other_user(void)
{
    if (geteuid() != 0) {
        world_skip("needs root");
        return;
    }
    const char *base = files_mkdir(files_tmpdir(), "sticky", 01777, 0);
    struct dump_folder *f = folder_at(base, NULL);
    struct dump_place p = DUMP_PLACE_NONE;
    struct error err;
    REQUIRE(dump_place_make(f, "", OTHER_UID, false, &p, &err) == 0);
    const char *folder = parent_of(p.path), *own = parent_of(folder), *output = "";
    const char *script =
        world_text("echo dump >%s; echo $?; cat %s; echo $?; ls %s; echo $?; ls %s; echo $?; "
                   "touch %s/x; echo $?",
                   p.path, p.path, own, folder, own);
    const char *const argv[] = {"sh", "-c", script, NULL};
    struct proc_options o = {.argv = argv,
                             .uid = OTHER_UID,
                             .output = world_text("%s/out", files_tmpdir()),
                             .errors = world_text("%s/err", files_tmpdir())};
    CHECK(proc_run(&o, 10000, &output) == 0);
    CHECK_AT("writes; reads not, lists not, adds not", strcmp(output, "0\n1\n2\n2\n1\n") == 0);
    char got[8] = "";
    CHECK(read(p.fd, got, sizeof got) == 5 && memcmp(got, "dump\n", 5) == 0);
    dump_place_remove(&p);
    dump_folder_free(f);
    CHECK(files_count(base) == 0);
}

/* The own folder was removed under us: made anew, locked anew. */
static void test_removed_folder(void)
{
    const char *base = files_tmpdir();
    struct dump_folder *f = folder_at(base, NULL);
    struct dump_place p = DUMP_PLACE_NONE, second = DUMP_PLACE_NONE;
    struct error err;

    REQUIRE(dump_place_make(f, "", geteuid(), false, &p, &err) == 0);
    files_remove_tree(parent_of(parent_of(p.path)));
    REQUIRE(dump_place_make(f, "", geteuid(), false, &second, &err) == 0);
    CHECK(files_exists(second.path));
    cleanup(close_fd) int fd = open(parent_of(parent_of(second.path)), O_RDONLY | O_CLOEXEC);
    CHECK(fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0);
    dump_place_remove(&p);
    dump_place_remove(&second);
    dump_folder_free(f);
    CHECK(files_count(base) == 0);
}

/* What a server leaves behind when it is killed: a file and a pipe. */
static const char *leave(const char *base, const char *name)
{
    const char *own = files_mkdir(base, name, 0711, 0);
    const char *file = files_mkdir(own, "0123456789abcdef0123456789abcdef", 0711, 0);
    const char *pipe = files_mkdir(own, "0123456789abcdef0123456789abcde0", 0711, 0);

    CHECK(files_write(world_text("%s/core", file), "core", 4));
    CHECK(mkfifo(world_text("%s/core", pipe), 0600) == 0);
    return own;
}

static void test_sweep(void)
{
    const char *base = files_tmpdir();
    const char *dead = leave(base, "portside-dumps.AAAAAA"),
               *live = leave(base, "portside-dumps.BBBBBB");
    const char *longer = leave(base, "portside-dumps.CCCCCCC"),
               *other = leave(base, "portside-dumpsDDDDDDD");
    const char *elsewhere = leave(files_tmpdir(), "portside-dumps.EEEEEE");
    const char *link = world_text("%s/portside-dumps.LLLLLL", base);
    const char *file = world_text("%s/portside-dumps.FFFFFF", base);

    CHECK(symlink(elsewhere, link) == 0 && files_write(file, "", 0));
    cleanup(close_fd) int lock = open(live, O_RDONLY | O_CLOEXEC);
    REQUIRE(lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) == 0);
    struct dump_folder *f = folder_at(base, NULL);
    CHECK_AT("a dead server's", !files_exists(dead));
    CHECK_AT("a live server's", files_count(live) == 2);
    CHECK_AT("longer name", files_count(longer) == 2);
    CHECK_AT("other name", files_count(other) == 2);
    CHECK_AT("behind a link", files_count(elsewhere) == 2 && files_exists(link));
    CHECK_AT("no folder", files_exists(file));
    dump_folder_free(f);
}

/* Of another user: not ours to remove. */
static void test_sweep_of_others(void)
{
    if (geteuid() != 0) {
        world_skip("needs root");
        return;
    }
    const char *base = files_tmpdir();
    const char *theirs = files_mkdir(base, "portside-dumps.AAAAAA", 0711, OTHER_UID);
    struct dump_folder *f = folder_at(base, NULL);
    CHECK(files_exists(theirs));
    dump_folder_free(f);
}

/* A second server in the same folder while the first lives, and after it was killed. */
static void test_two_servers(void)
{
    const char *base = files_tmpdir();
    struct dump_folder *first = folder_at(base, NULL);
    struct dump_place p = DUMP_PLACE_NONE, q = DUMP_PLACE_NONE;
    struct error err;

    REQUIRE(dump_place_make(first, "", geteuid(), false, &p, &err) == 0);
    struct dump_folder *second = folder_at(base, NULL);
    REQUIRE(dump_place_make(second, "", geteuid(), false, &q, &err) == 0);
    CHECK(files_exists(p.path) && files_exists(q.path) && files_count(base) == 2);
    dump_place_remove(&q);
    dump_folder_free(second);
    CHECK(files_exists(p.path) && files_count(base) == 1);
    dump_place_remove(&p);
    dump_folder_free(first);

    pid_t pid = fork();
    if (pid == 0) {
        struct dump_folder *killed = folder_at(base, NULL);
        _exit(dump_place_make(killed, "", geteuid(), false, &p, &err) == 0 ? 0 : 1);
    }
    int status = -1;
    CHECK(waitpid(pid, &status, 0) == pid && status == 0 && files_count(base) == 1);
    dump_folder_free(folder_at(base, NULL));
    CHECK(files_count(base) == 0);
}

/* Another mount namespace: the same folder below its root if it is there, else its /tmp. */
static void test_foreign_root(void)
{
    for (int has_base = 0; has_base < 2; has_base++) {
        const char *root = files_tmpdir(), *base = "/portside-test-dumps";
        struct dump_folder *f = folder_at(base, NULL);
        struct dump_place p = DUMP_PLACE_NONE;
        struct error err;
        const char *want = has_base ? base : "/tmp";
        (void)files_mkdir(root, "tmp", 01777, 0);
        if (has_base)
            (void)files_mkdir(root, base + 1, 0777, 0);
        REQUIRE(dump_place_make(f, root, OTHER_UID, false, &p, &err) == 0);
        CHECK(strncmp(p.path, root, strlen(root)) == 0);
        CHECK(strcmp(p.path + strlen(root), p.target_path) == 0);
        CHECK(strncmp(p.target_path, want, strlen(want)) == 0);
        CHECK(mode_of(parent_of(p.path)) == (S_IFDIR | 0711));
        const char *in = world_text("%s%s", root, want);
        CHECK(files_count(in) == 1);
        dump_place_remove(&p);
        CHECK_AT("its folder goes with it", files_count(in) == 0);
        dump_folder_free(f);
        CHECK(!files_exists(base));
    }
}

static void test_faults(void)
{
    const char *dir = files_tmpdir();
    const char *file = world_text("%s/file", dir);
    const char *const bases[] = {"relative/folder", world_text("%s/below", file)};
    int before = proc_fd_count(getpid());

    CHECK(files_write(file, "", 0));
    for (size_t i = 0; i < 2; i++) {
        struct dump_folder *f = folder_at(bases[i], NULL);
        struct dump_place p = DUMP_PLACE_NONE;
        p.fd = -7;
        struct error err = {0};
        uint64_t bytes = 7;
        CHECK_AT(bases[i], dump_place_make(f, "", geteuid(), false, &p, &err) < 0);
        CHECK_AT(bases[i], err.code < 0 && strstr(err.text, bases[i]) &&
                               strstr(err.text, "Storage:DumpTempFolder"));
        CHECK_AT("untouched", p.fd == -7 && p.path == NULL);
        CHECK_AT(bases[i], dump_folder_free_bytes(f, "", &bytes, &err) < 0 && bytes == 7);
        dump_folder_free(f);
    }
    CHECK(proc_fd_count(getpid()) == before);
}

static void test_free_bytes(void)
{
    const char *base = world_text("%s/a/b", files_tmpdir());
    struct dump_folder *f = folder_at(base, NULL);
    struct error err;
    uint64_t bytes = 0;

    CHECK(dump_folder_free_bytes(f, "", &bytes, &err) == 0 && bytes > 0);
    CHECK(dump_folder_free_bytes(f, "/nonexistent", &bytes, &err) < 0);
    dump_folder_free(f);
}

WORLD_SUITE("collect/dump_folder", {"choice", test_choice},
            {"choice beside the port", test_choice_beside_the_port}, {"place", test_place},
            {"unlink", test_unlink}, {"no place", test_no_place}, {"modes", test_modes},
            {"pipe", test_pipe}, {"other user", test_other_user},
            {"removed folder", test_removed_folder}, {"sweep", test_sweep},
            {"sweep of others", test_sweep_of_others}, {"two servers", test_two_servers},
            {"foreign root", test_foreign_root}, {"faults", test_faults},
            {"free bytes", test_free_bytes})
