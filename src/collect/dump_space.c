#include "src/collect/dump_space.h"

#include <errno.h>

#include "src/collect/dump_folder.h"
#include "src/target/procfs.h"

#define MIB (1024ull * 1024)

enum {
    SMALL_LEAST_MIB = 4, /* Mini and Triage: 7 to 16 MB measured, of web apps on .NET 8 to 10 */
    SMALL_MOST_MIB = 64,
    UNKNOWN_MIB = 4096, /* when the size cannot be told, so much room counts as beyond doubt */
};

/* Bounds on the size of a dump. */
struct estimate {
    uint64_t least, most;
};

/*
 * A dump holds what is resident, and of mapped files also what is not: WithHeap was resident + 85
 * MB, Full resident + 155 MB for web apps of 55 to 70 MB (.NET 8 to 10). All mapped files and all
 * memory is what it cannot exceed by much.
 */
static struct estimate expected_size(const struct target *t, enum dump_type type)
{
    struct procfs_status status;
    uint64_t files;
    struct error err;

    if (type == DUMP_MINI || type == DUMP_TRIAGE)
        return (struct estimate){SMALL_LEAST_MIB * MIB, SMALL_MOST_MIB * MIB};
    if (!t->host_pid || procfs_status(t->host_pid, &status, &err) < 0 ||
        procfs_mapped_files(t->host_pid, &files, &err) < 0)
        return (struct estimate){SMALL_LEAST_MIB * MIB, UNKNOWN_MIB * MIB};
    uint64_t all = status.memory_bytes + files;
    return (struct estimate){status.memory_bytes, all + all / 8};
}

int dump_space_check(const struct collect_context *context, const struct target *t,
                     enum dump_type type, bool *ret_early, struct error *err)
{
    uint64_t reserve = (uint64_t)context->options->dump_reserve_mb * MIB;
    struct estimate expected = expected_size(t, type);
    uint64_t room;

    int r = dump_folder_free_bytes(context->dump_folder, t->root, &room, err);
    if (r < 0)
        return r;
    *ret_early = room >= expected.most + reserve;
    if (room < expected.least + reserve)
        return error_set(err, -ENOSPC,
                         "Not enough room for the dump in %s: at least %llu MiB expected, %llu MiB "
                         "free, of which %llu MiB are kept (Storage:ReserveMegabytes). The app was "
                         "not touched. Cure: a larger volume, or a smaller type (?type=Mini).",
                         dump_folder_path(context->dump_folder),
                         (unsigned long long)(expected.least / MIB),
                         (unsigned long long)(room / MIB), (unsigned long long)(reserve / MIB));
    return 0;
}
