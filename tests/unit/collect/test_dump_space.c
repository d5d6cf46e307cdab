/* Volumes of known sizes are small tmpfs mounts: these tests need root. */
#include <errno.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "src/collect/dump_folder.h"
#include "src/collect/dump_space.h"
#include "src/target/procfs.h"
#include "tests/support/files.h"
#include "tests/unit/io/loop.h"

enum { MIB = 1024 * 1024 };

static void end_mount(void *path)
{
    (void)umount2(path, MNT_DETACH);
}

/* An empty volume of so many MiB; NULL, after a loud skip, where mounts are not allowed. */
static const char *volume(unsigned mib)
{
    char *path = world_text("%s", files_mkdir(files_tmpdir(), "volume", 0755, 0));

    if (mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, world_text("size=%um", mib)) < 0) {
        world_skip("cannot mount a tmpfs (%s)", strerror(errno));
        return NULL;
    }
    world_at_end(end_mount, path);
    return path;
}

struct space {
    struct options options;
    struct collect_context context;
    struct target target;
};

static int check(struct space *s, const char *path, enum dump_type type, bool *ret_early,
                 struct error *err)
{
    s->options.dump_folder = world_text("%s", path);
    s->options.shared_path = world_text("%s", "");
    s->options.port_name = world_text("%s", "");
    s->context.options = &s->options;
    s->target.root = world_text("%s", "");
    REQUIRE(dump_folder_new(&s->options, &s->context.dump_folder, err) == 0);
    int r = dump_space_check(&s->context, &s->target, type, ret_early, err);
    dump_folder_free(s->context.dump_folder);
    return r;
}

/* Of a process that is out of sight only Mini and Triage have a size that can be told: from 4 to 64
 * MiB; for the others 4 MiB are too little and less than 4 GiB leaves a doubt. */
static const struct {
    const char *label;
    unsigned volume;
    int64_t reserve;
    enum dump_type type;
    int code;
    bool early;
} rows[] = {
    {"mini, beyond doubt", 64, 0, DUMP_MINI, 0, true},
    {"triage, beyond doubt", 64, 0, DUMP_TRIAGE, 0, true},
    {"mini, not beyond doubt", 63, 0, DUMP_MINI, 0, false},
    {"mini, barely", 4, 0, DUMP_MINI, 0, false},
    {"mini does not fit", 3, 0, DUMP_MINI, -ENOSPC, false},
    {"mini and the reserve, beyond doubt", 68, 4, DUMP_MINI, 0, true},
    {"mini and the reserve", 67, 4, DUMP_MINI, 0, false},
    {"mini and the reserve, barely", 64, 60, DUMP_MINI, 0, false},
    {"mini would eat the reserve", 64, 61, DUMP_MINI, -ENOSPC, false},
    {"the reserve is larger than the volume", 64, 100, DUMP_MINI, -ENOSPC, false},
    {"unknown size", 64, 0, DUMP_WITH_HEAP, 0, false},
    {"unknown size, full", 64, 0, DUMP_FULL, 0, false},
    {"unknown size, beyond doubt", 4096, 0, DUMP_FULL, 0, true},
    {"unknown size, no room at all", 3, 0, DUMP_FULL, -ENOSPC, false},
    {"unknown size, no room beside the reserve", 64, 64, DUMP_FULL, -ENOSPC, false},
};

static void test_unknown_process(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct space s = {.options = {.dump_reserve_mb = rows[i].reserve}};
        struct error err = {0};
        bool early = !rows[i].early;
        const char *path = volume(rows[i].volume);
        if (!path)
            return;
        CHECK_AT(rows[i].label, check(&s, path, rows[i].type, &early, &err) == rows[i].code);
        CHECK_AT(rows[i].label, early == rows[i].early);
        if (rows[i].code == 0)
            continue;
        CHECK_AT(rows[i].label, err.code == -ENOSPC && strstr(err.text, path));
        CHECK_AT("names figures", strstr(err.text, world_text("%u MiB free", rows[i].volume)));
        CHECK_AT("names the cure",
                 strstr(err.text, "type=Mini") && strstr(err.text, "Storage:ReserveMegabytes"));
    }
}

/* Of a process in sight: by its memory and its mapped files. */
static void test_known_process(void)
{
    static char memory[16 * MIB];
    struct procfs_status own;
    uint64_t files;
    struct error err;

    memset(memory, 1, sizeof memory); /* resident */
    REQUIRE(procfs_status(getpid(), &own, &err) == 0);
    REQUIRE(procfs_mapped_files(getpid(), &files, &err) == 0);
    unsigned least = (unsigned)(own.memory_bytes / MIB);
    unsigned most = (unsigned)((own.memory_bytes + files) / MIB);
    const struct {
        const char *label;
        unsigned volume;
        enum dump_type type;
        int code;
        bool early;
    } known[] = {
        {"less than its memory", least / 2, DUMP_WITH_HEAP, -ENOSPC, false},
        {"less than its memory, full", least / 2, DUMP_FULL, -ENOSPC, false},
        {"far more than all", most * 2 + 64, DUMP_FULL, 0, true},
        {"mini does not care", 64, DUMP_MINI, 0, true},
    };
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        struct space s = {.target = {.host_pid = getpid()}};
        bool early = !known[i].early;
        const char *path = volume(known[i].volume);
        if (!path)
            return;
        CHECK_AT(known[i].label, check(&s, path, known[i].type, &early, &err) == known[i].code);
        CHECK_AT(known[i].label, early == known[i].early);
    }
}

static void test_no_folder(void)
{
    struct space s = {0};
    struct error err = {0};
    bool early = false;

    CHECK(check(&s, "relative", DUMP_MINI, &early, &err) < 0 && err.code < 0 && err.text[0]);
}

WORLD_SUITE("collect/dump_space", {"unknown process", test_unknown_process},
            {"known process", test_known_process}, {"no folder", test_no_folder})
