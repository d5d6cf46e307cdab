#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/limits.h"
#include "src/base/log.h"
#include "src/egress/filesystem.h"
#include "tests/support/files.h"
#include "tests/unit/io/loop.h"

static struct {
    int rooms, losses, ends;
    int lost, failed; /* codes */
    char text[ERROR_TEXT_SIZE], location[512];
} seen;

static uv_loop_t *loop;
static const char *dir; /* for artifacts; not yet there */

static void on_room(void *user)
{
    (void)user;
    seen.rooms++;
}

static void on_lost(void *user, const struct error *err)
{
    struct sink *s = user;

    seen.losses++;
    seen.lost = err->code;
    (void)snprintf(seen.text, sizeof seen.text, "%s", err->text);
    s->type->close(s, err);
}

static void on_closed(void *user, const char *location, const struct error *err)
{
    (void)user;
    seen.ends++;
    seen.failed = err ? err->code : 0;
    if (err)
        (void)snprintf(seen.text, sizeof seen.text, "%s", err->text);
    (void)snprintf(seen.location, sizeof seen.location, "%s", location ? location : "");
}

static struct sink *sink_at(const char *directory, const char *intermediate, const char *name)
{
    struct config_keys keys = {0};
    struct provider *provider;
    struct sink *s;
    struct error err;

    REQUIRE(config_keys_set(&keys, "Egress:FileSystem:x:DirectoryPath", directory, "t", &err) == 0);
    if (intermediate)
        REQUIRE(config_keys_set(&keys, "Egress:FileSystem:x:IntermediateDirectoryPath",
                                intermediate, "t", &err) == 0);
    REQUIRE(provider_filesystem.load(&keys, "Egress:FileSystem:x", &provider, &err) == 0);
    REQUIRE(provider_filesystem.sink_new(loop, provider, &s, &err) == 0);
    provider_filesystem.free(provider); /* the sink has what it needs */
    config_keys_deinit(&keys);
    s->events = (struct sink_events){s, on_room, on_lost, on_closed};
    s->artifact = (struct artifact){.name = name, .content_type = "x/y", .operation_id = "id"};
    return s;
}

static struct sink *begin(const char *intermediate, const char *name)
{
    log_set_level(LOG_LEVEL_NONE);
    memset(&seen, 0, sizeof seen);
    loop = loop_new();
    dir = world_text("%s/a/b", files_tmpdir());
    return sink_at(dir, intermediate, name);
}

static void write_text(struct sink *s, const char *text)
{
    int before = seen.rooms;

    s->type->write(s, text, strlen(text));
    CHECK(LOOP_UNTIL(loop, LOOP_MS, seen.rooms > before || seen.losses));
}

static void close_sink(struct sink *s, const struct error *err)
{
    s->type->close(s, err);
    CHECK(LOOP_UNTIL(loop, LOOP_MS, seen.ends));
    loop_end(loop);
    CHECK(seen.ends == 1);
}

static void check_artifact(const char *name, const char *want)
{
    const char *path = world_text("%s/%s", dir, name), *text = files_read(path, NULL);

    CHECK_AT(path, text && strcmp(text, want) == 0);
    CHECK_AT(seen.location, strcmp(seen.location, path) == 0);
    CHECK(seen.failed == 0 && seen.losses == 0 && files_count(dir) == 1);
}

static void test_pieces(void)
{
    struct sink *s = begin(NULL, "art");
    char text[] = "one ";
    int fd = open(world_text("%s/range", files_tmpdir()), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    REQUIRE(fd >= 0 && write(fd, "xxtwo xx", 8) == 8);
    CHECK(s->type->open(s, NULL) == 0);
    s->type->write(s, text, 4);
    memset(text, '?', 4); /* what is written is a copy */
    CHECK_AT("not from inside", seen.rooms == 0);
    CHECK(LOOP_UNTIL(loop, LOOP_MS, seen.rooms == 1));
    CHECK_AT("not seen before it is whole", files_count(dir) == 0 || !seen.location[0]);
    s->type->write_file(s, fd, 2, 4);
    (void)close(fd);
    CHECK(LOOP_UNTIL(loop, LOOP_MS, seen.rooms == 2));
    write_text(s, "three");
    CHECK(!files_exists(world_text("%s/art", dir)));
    close_sink(s, NULL);
    check_artifact("art", "one two three");
}

static void test_empty(void)
{
    struct sink *s = begin(NULL, "art");

    CHECK(s->type->open(s, NULL) == 0);
    close_sink(s, NULL);
    check_artifact("art", "");
}

/* The end while a piece is being written: it is in the file. */
static void test_close_at_once(void)
{
    struct sink *s = begin(NULL, "art");

    s->artifact.room_at_once = true;
    CHECK(s->type->open(s, NULL) == 0);
    s->type->write(s, "one ", 4);
    s->type->write(s, "two", 3);
    CHECK(seen.rooms == 2);
    close_sink(s, NULL);
    check_artifact("art", "one two");
}

/* What waits is bounded. */
static void test_room_at_once(void)
{
    enum { PIECE = 64 * 1024, PIECES = 100 };
    struct sink *s = begin(NULL, "art");
    char *piece = world_alloc(PIECE);
    int sent = 0;

    s->artifact.room_at_once = true;
    CHECK(s->type->open(s, NULL) == 0);
    while (sent < PIECES) {
        int before = seen.rooms;
        s->type->write(s, piece, PIECE);
        sent++;
        if (seen.rooms == before)
            break;
    }
    CHECK_AT("the loop has not turned: it waits",
             sent <= LIMIT_EGRESS_PENDING / PIECE + 1 && seen.rooms == sent - 1);
    while (sent < PIECES) {
        CHECK(LOOP_UNTIL(loop, LOOP_MS, seen.rooms == sent));
        s->type->write(s, piece, PIECE);
        sent++;
    }
    close_sink(s, NULL);
    CHECK(files_size(seen.location) == PIECE * PIECES);
}

static void test_never_opened(void)
{
    struct sink *s = begin(NULL, "art");
    struct error err = {.code = -EIO, .text = "no session"};

    s->type->close(s, &err);
    CHECK_AT("there is nothing to wait for", seen.ends == 1 && !seen.location[0]);
    loop_end(loop);
    CHECK(!files_exists(dir));
}

static void test_undone(void)
{
    struct sink *s = begin(NULL, "art");
    struct error err = {.code = -ECANCELED, .text = "cancelled"};

    CHECK(s->type->open(s, NULL) == 0);
    write_text(s, "half");
    close_sink(s, &err);
    CHECK(!seen.location[0] && files_count(dir) == 0);
}

/* Cancelled while a job runs. */
static void test_undone_at_work(void)
{
    struct sink *s = begin(NULL, "art");
    struct error err = {.code = -ECANCELED, .text = "cancelled"};

    CHECK(s->type->open(s, NULL) == 0);
    s->type->write(s, "half", 4);
    close_sink(s, &err);
    CHECK(!seen.location[0] && seen.rooms == 0 && seen.losses == 0);
    CHECK(!files_exists(dir) || files_count(dir) == 0);
}

/* Given up while it closes: done or undone, and it says which. */
static void test_given_up(void)
{
    struct sink *s = begin(NULL, "art");

    CHECK(s->type->open(s, NULL) == 0);
    write_text(s, "whole");
    s->type->close(s, NULL);
    s->type->give_up(s);
    CHECK(LOOP_UNTIL(loop, LOOP_MS, seen.ends));
    loop_end(loop);
    CHECK(files_count(dir) == (seen.location[0] ? 1 : 0));
    CHECK(seen.failed == (seen.location[0] ? 0 : -ECANCELED));
}

static void test_overwrites(void)
{
    struct sink *s = begin(NULL, "art");

    CHECK(s->type->open(s, NULL) == 0);
    write_text(s, "new");
    CHECK(files_write(world_text("%s/art", dir), "older and longer", 16));
    close_sink(s, NULL);
    check_artifact("art", "new");
}

static void test_intermediate(void)
{
    const char *other = world_text("%s/i", files_tmpdir());
    struct sink *s = begin(other, "art");

    CHECK(s->type->open(s, NULL) == 0);
    write_text(s, "whole");
    CHECK(files_count(dir) == 0);
    close_sink(s, NULL);
    check_artifact("art", "whole");
    CHECK(files_count(other) == 0);
}

static void test_intermediate_never_overwrites(void)
{
    const char *other = world_text("%s/i", files_tmpdir());
    struct sink *s = begin(other, "art");

    CHECK(s->type->open(s, NULL) == 0);
    write_text(s, "new");
    CHECK(files_write(world_text("%s/art", dir), "old", 3));
    close_sink(s, NULL);
    CHECK(seen.failed == -EEXIST && strstr(seen.text, "Cure: ") && strstr(seen.text, "/a/b/art"));
    CHECK(strcmp(files_read(world_text("%s/art", dir), NULL), "old") == 0);
    CHECK(files_count(dir) == 1 && files_count(other) == 0);
}

static void test_intermediate_elsewhere(void)
{
    char other[] = "/dev/shm/portside-fs-XXXXXX";
    struct stat here, there;

    if (!mkdtemp(other) || stat(other, &there) < 0 || stat(files_tmpdir(), &here) < 0 ||
        here.st_dev == there.st_dev) {
        world_skip("no second file system at /dev/shm");
        return;
    }
    struct sink *s = begin(other, "art");
    CHECK(s->type->open(s, NULL) == 0);
    write_text(s, "whole");
    close_sink(s, NULL);
    check_artifact("art", "whole");
    CHECK(files_count(other) == 0);
    CHECK(rmdir(other) == 0);
}

/* What a folder, a name or a disk can have against it: told once, with a cure, and nothing left. */
static const struct {
    const char *what, *directory, *intermediate, *name;
    int want;
} refusals[] = {
    {"a file in the way", "%s/file/sub", NULL, "art", -ENOTDIR},
    {"a file in the way of the other", "%s/d", "%s/file/sub", "art", -ENOTDIR},
    {"out of the folder", "%s/d", NULL, "../art", -EINVAL},
    {"absolute", "%s/d", NULL, "/tmp/portside-art", -EINVAL},
    {"a folder that is not there", "%s/d", NULL, "none/art", -ENOENT},
    {"a link out of the folder", "%s", NULL, "link/art", -ENOTDIR},
    {"a folder of that name", "%s", NULL, "d", -EISDIR},
};

static void test_refusals(void)
{
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        const char *root = files_tmpdir(), *other = refusals[i].intermediate;
        struct sink *s = begin(NULL, "x");
        struct error none = {.code = -EIO};

        close_sink(s, &none);
        memset(&seen, 0, sizeof seen);
        loop = loop_new();
        CHECK(files_write(world_text("%s/file", root), "x", 1));
        CHECK(symlink("/tmp", world_text("%s/link", root)) == 0);
        (void)files_mkdir(root, "d", 0700, 0);
        char *directory = world_alloc(512), *intermediate = world_alloc(512);
        (void)snprintf(directory, 512, "%s%s", root, refusals[i].directory + 2);
        if (other)
            (void)snprintf(intermediate, 512, "%s%s", root, other + 2);
        s = sink_at(directory, other ? intermediate : NULL, refusals[i].name);
        CHECK(s->type->open(s, NULL) == 0);
        write_text(s, "half");
        if (!seen.losses) {
            close_sink(s, NULL); /* only the end shows it */
        } else {
            CHECK(LOOP_UNTIL(loop, LOOP_MS, seen.ends == 1));
            loop_end(loop);
        }
        CHECK_AT(refusals[i].what, seen.losses <= 1 && seen.ends == 1 && !seen.location[0]);
        CHECK_AT(seen.text, (seen.losses ? seen.lost : seen.failed) == refusals[i].want);
        CHECK_AT(seen.text, strstr(seen.text, "Cure: ") != NULL);
        CHECK_AT(refusals[i].what,
                 files_count(root) == 3 && files_count(world_text("%s/d", root)) == 0);
    }
}

static void test_no_room(void)
{
    enum { SIZE = 256 * 1024 };
    struct sink *s = begin(NULL, "art");
    char *bytes = world_alloc(SIZE);
    struct rlimit old, small;

    (void)signal(SIGXFSZ, SIG_IGN);
    REQUIRE(getrlimit(RLIMIT_FSIZE, &old) == 0);
    small = (struct rlimit){64 * 1024, old.rlim_max};
    REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
    CHECK(s->type->open(s, NULL) == 0);
    s->type->write(s, bytes, SIZE);
    CHECK(LOOP_UNTIL(loop, LOOP_MS, seen.ends));
    REQUIRE(setrlimit(RLIMIT_FSIZE, &old) == 0);
    loop_end(loop);
    CHECK(seen.losses == 1 && seen.lost == -EFBIG && strstr(seen.text, "Cure: "));
    CHECK(seen.rooms == 0 && files_count(dir) == 0);
}

/* Also with a job at work, and a file that has a name. */
static void test_refused_piece(void)
{
    for (int busy = 0; busy < 2; busy++) {
        struct sink *s = begin(NULL, "art");
        int before = files_count("/proc/self/fd");

        CHECK(s->type->open(s, NULL) == 0);
        if (busy)
            s->type->write(s, "half", 4);
        else
            write_text(s, "half");
        s->type->write_file(s, -1, 0, 4); /* cannot be kept, as when there are no descriptors */
        CHECK(LOOP_UNTIL(loop, LOOP_MS, seen.ends));
        CHECK(files_count("/proc/self/fd") == before);
        loop_end(loop);
        CHECK(seen.losses == 1 && seen.lost == -EBADF && !seen.location[0]);
        CHECK(seen.failed == -EBADF && files_count(dir) <= 0);
    }
}

WORLD_SUITE("egress/filesystem", {"pieces", test_pieces}, {"empty", test_empty},
            {"close at once", test_close_at_once}, {"room at once", test_room_at_once},
            {"never opened", test_never_opened}, {"undone", test_undone},
            {"undone at work", test_undone_at_work}, {"given up", test_given_up},
            {"overwrites", test_overwrites}, {"intermediate", test_intermediate},
            {"intermediate never overwrites", test_intermediate_never_overwrites},
            {"intermediate elsewhere", test_intermediate_elsewhere}, {"refusals", test_refusals},
            {"no room", test_no_room}, {"refused piece", test_refused_piece})
