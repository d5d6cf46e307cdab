/* Both kinds of unfinished files: without a name, and ".RANDOM.part". */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/egress/folder.h"
#include "src/egress/new_file.h"
#include "tests/support/files.h"
#include "tests/support/world.h"

static int (*const openers[])(struct new_file *f, int folder) = {new_file_open,
                                                                 new_file_open_named};
enum { OPENERS = sizeof openers / sizeof openers[0] };

static int open_folder(const char *path)
{
    int fd = folder_open(path);

    REQUIRE(fd >= 0);
    return fd;
}

static void fill(struct new_file *f, int folder, size_t opener, const char *text)
{
    REQUIRE(openers[opener](f, folder) == 0);
    CHECK(write(f->fd, text, strlen(text)) == (ssize_t)strlen(text));
}

static void check_file(const char *path, const char *want)
{
    const char *text = files_read(path, NULL);

    CHECK_AT(path, text && strcmp(text, want) == 0);
}

static void test_publish(void)
{
    for (size_t i = 0; i < OPENERS; i++) {
        const char *dir = files_mkdir(files_tmpdir(), "d", 0700, 0);
        int folder = open_folder(dir);
        struct new_file f;
        struct stat st;
        mode_t old = umask(027);

        fill(&f, folder, i, "new");
        (void)umask(old);
        CHECK(!files_exists(world_text("%s/a", dir)));
        CHECK(new_file_publish(&f, folder, "a", false) == 0);
        CHECK(new_file_drop(&f));
        check_file(world_text("%s/a", dir), "new");
        CHECK(stat(world_text("%s/a", dir), &st) == 0 && (st.st_mode & 0777) == 0640);
        fill(&f, folder, i, "other");
        CHECK(new_file_publish(&f, folder, "a", false) == -EEXIST);
        CHECK(new_file_publish(&f, folder, "a", true) == 0);
        CHECK(new_file_drop(&f));
        check_file(world_text("%s/a", dir), "other");
        CHECK(files_count(dir) == 1);
        (void)close(folder);
    }
}

static void test_drop(void)
{
    for (size_t i = 0; i < OPENERS; i++) {
        const char *dir = files_tmpdir();
        int folder = open_folder(dir);
        struct new_file f;

        fill(&f, folder, i, "half");
        CHECK((f.part[0] != '\0') == (openers[i] == new_file_open_named) || f.part[0]);
        CHECK(files_count(dir) == (f.part[0] ? 1 : 0));
        CHECK(new_file_drop(&f));
        CHECK(files_count(dir) == 0);
        (void)close(folder);
    }
}

/* A symbolic link gives way itself; a folder does not. */
static void test_what_is_there(void)
{
    for (size_t i = 0; i < OPENERS; i++) {
        const char *dir = files_tmpdir(), *victim = world_text("%s/victim", dir);
        int folder = open_folder(files_mkdir(dir, "d", 0700, 0));
        struct new_file f;

        CHECK(files_write(victim, "mine", 4));
        CHECK(symlinkat(victim, folder, "link") == 0 && mkdirat(folder, "sub", 0700) == 0);
        fill(&f, folder, i, "new");
        CHECK(new_file_publish(&f, folder, "sub", true) == -EISDIR);
        CHECK(new_file_drop(&f));
        fill(&f, folder, i, "new");
        CHECK(new_file_publish(&f, folder, "link", true) == 0);
        CHECK(new_file_drop(&f));
        check_file(victim, "mine");
        check_file(world_text("%s/d/link", dir), "new");
        CHECK(files_count(world_text("%s/d", dir)) == 2);
        (void)close(folder);
    }
}

static void test_elsewhere(void)
{
    struct stat here, there;
    const char *dir = files_tmpdir();
    int folder = open_folder(dir);

    REQUIRE(stat(dir, &here) == 0);
    if (stat("/dev/shm", &there) < 0 || there.st_dev == here.st_dev ||
        access("/dev/shm", W_OK) < 0) {
        world_skip("no second file system at /dev/shm");
        return;
    }
    int shm = open_folder("/dev/shm");
    for (size_t i = 0; i < OPENERS; i++) {
        struct new_file f;
        fill(&f, shm, i, "x");
        CHECK(new_file_publish(&f, folder, "a", false) == -EXDEV);
        CHECK(new_file_drop(&f));
        CHECK(files_count(dir) == 0);
    }
    (void)close(shm);
    (void)close(folder);
}

static void test_folders(void)
{
    const char *dir = files_tmpdir();
    int folder = open_folder(world_text("%s/a/b//c/", dir));
    struct new_file f;

    CHECK(files_exists(world_text("%s/a/b/c", dir)));
    CHECK(files_write(world_text("%s/file", dir), "x", 1));
    CHECK(folder_open(world_text("%s/file", dir)) == -ENOTDIR);
    CHECK(folder_open(world_text("%s/file/sub", dir)) == -ENOTDIR);
    (void)close(folder);
    folder = open_folder(dir);
    int below = folder_open_below(folder, "a/b/name");
    CHECK(below >= 0);
    CHECK(new_file_open(&f, below) == 0 && new_file_publish(&f, below, "name", false) == 0);
    CHECK(new_file_drop(&f) && files_exists(world_text("%s/a/b/name", dir)));
    CHECK(folder_open_below(folder, "a/none/name") == -ENOENT);
    CHECK(folder_open_below(folder, "file/name") == -ENOTDIR);
    CHECK(symlinkat("/etc", folder, "out") == 0);
    CHECK_AT("no way out by a link", folder_open_below(folder, "out/name") == -ENOTDIR);
    (void)close(below);
    (void)close(folder);
}

WORLD_SUITE("egress/new_file", {"publish", test_publish}, {"drop", test_drop},
            {"what is there", test_what_is_there}, {"elsewhere", test_elsewhere},
            {"folders", test_folders})
