#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "src/egress/copy.h"
#include "tests/support/files.h"
#include "tests/support/world.h"

enum { BIG = 9 * 1024 * 1024 + 13 }; /* more than one step */

static atomic_bool go_on, stop = true;

static int make(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    REQUIRE(fd >= 0);
    return fd;
}

static char *pattern(void)
{
    char *bytes = world_alloc(BIG);

    for (size_t i = 0; i < BIG; i++)
        bytes[i] = (char)(i * 31 + (i >> 12));
    return bytes;
}

static void check_bytes(const char *path, const char *want, size_t size)
{
    size_t got;
    const char *bytes = files_read(path, &got);

    CHECK(bytes && got == size && memcmp(bytes, want, size) == 0);
}

static void check_range(const char *from, const char *to)
{
    const char *bytes = pattern();
    int in = make(from), out = make(to);

    CHECK(copy_bytes(in, bytes, BIG, &go_on) == 0);
    CHECK(copy_range(out, in, 0, BIG, &go_on) == 0);
    check_bytes(to, bytes, BIG);
    CHECK(ftruncate(out, 0) == 0 && lseek(out, 0, SEEK_SET) == 0);
    CHECK(copy_bytes(out, "head", 4, &go_on) == 0);
    CHECK(copy_range(out, in, 4, BIG - 8, &go_on) == 0);
    CHECK(files_size(to) == BIG - 4);
    CHECK_AT("the range and no more", memcmp(files_read(to, NULL) + 4, bytes + 4, BIG - 8) == 0);
    CHECK(copy_range(out, in, BIG - 1, 2, &go_on) == -ENODATA);
    CHECK(copy_range(out, in, 0, BIG, &stop) == -ECANCELED);
    CHECK(copy_bytes(out, bytes, BIG, &stop) == -ECANCELED);
    CHECK(copy_bytes(out, NULL, 0, &go_on) == 0);
    (void)close(in);
    (void)close(out);
}

static void test_one_file_system(void)
{
    const char *dir = files_tmpdir();

    check_range(world_text("%s/a", dir), world_text("%s/b", dir));
}

static void test_two_file_systems(void)
{
    char there[] = "/dev/shm/portside-copy-XXXXXX";
    int fd = mkstemp(there);

    if (fd < 0) {
        world_skip("no second file system at /dev/shm");
        return;
    }
    check_range(there, world_text("%s/b", files_tmpdir()));
    (void)close(fd);
    (void)unlink(there);
}

/* As on a full disk: the error is the write's, whichever way the bytes take. */
static void test_no_room(void)
{
    const char *dir = files_tmpdir(), *bytes = pattern();
    int in = make(world_text("%s/a", dir)), out = make(world_text("%s/b", dir));
    struct rlimit old, small;

    CHECK(copy_bytes(in, bytes, BIG, &go_on) == 0);
    (void)signal(SIGXFSZ, SIG_IGN);
    REQUIRE(getrlimit(RLIMIT_FSIZE, &old) == 0);
    small = (struct rlimit){1024 * 1024, old.rlim_max};
    REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
    int range = copy_range(out, in, 0, BIG, &go_on);
    int data = copy_bytes(out, bytes, BIG, &go_on);
    REQUIRE(setrlimit(RLIMIT_FSIZE, &old) == 0);
    CHECK(range == -EFBIG && data == -EFBIG);
    (void)close(in);
    (void)close(out);
}

WORLD_SUITE("egress/copy", {"one file system", test_one_file_system},
            {"two file systems", test_two_file_systems}, {"no room", test_no_room})
