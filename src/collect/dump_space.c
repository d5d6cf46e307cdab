#include "src/collect/dump_space.h"

#include <errno.h>

#include "src/collect/dump_folder.h"
#include "src/target/procfs.h"

#define MIB (1024ull * 1024)

enum {
    SMALL_MIB = 32, /* Mini and Triage: 7 to 16 MB measured, of web apps on .NET 8 to 10 */
    FULL_EXTRA_MIB =
        160,            /* what Full holds beside resident memory: headers, file mappings read in */
    UNKNOWN_MIB = 4096, /* when the size cannot be told, so much room counts as beyond doubt */
};

/* Upper estimate; 0 when it cannot be told. */
static uint64_t expected_size(const struct target *t, enum dump_type type)
{
    struct procfs_status status;
    struct error err;

    if (type == DUMP_MINI || type == DUMP_TRIAGE)
        return SMALL_MIB * MIB;
    if (!t->host_pid || procfs_status(t->host_pid, &status, &err) < 0 || status.rss_bytes == 0)
        return 0;
    return status.rss_bytes + (type == DUMP_FULL ? FULL_EXTRA_MIB * MIB : 0);
}

int dump_space_check(const struct collect_context *context, const struct target *t,
                     enum dump_type type, bool *ret_early, struct error *err)
{
    uint64_t reserve = (uint64_t)context->options->dump_reserve_mb * MIB;
    uint64_t expected = expected_size(t, type), room;

    int r = dump_folder_free_bytes(context->dump_folder, t->root, &room, err);
    if (r < 0)
        return r;
    *ret_early = room >= (expected ? expected : UNKNOWN_MIB * MIB) + reserve;
    if (!*ret_early && (room <= reserve || (expected && room - reserve < expected)))
        return error_set(err, -ENOSPC,
                         "Not enough room for the dump in %s: about %llu MiB expected, %llu MiB "
                         "free, of which %llu MiB are kept (Storage:ReserveMegabytes). The app was "
                         "not touched. Cure: a larger volume, or a smaller type (?type=Mini).",
                         dump_folder_path(context->dump_folder),
                         (unsigned long long)(expected / MIB), (unsigned long long)(room / MIB),
                         (unsigned long long)(reserve / MIB));
    return 0;
}
