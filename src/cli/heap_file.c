#include "src/cli/heap_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/cli/trace_file.h"
#include "src/heap/gcdump_load.h"
#include "src/heap/snapshot.h"

/* One of both, by the first byte: a .nettrace begins with "Nettrace". */
struct input {
    struct gcdump_load *dump;
    struct heap_snapshot *snapshot;
};

static const char *const *folders(void)
{
    static const char *list[] = {"/tmp", "/var/tmp", NULL, NULL};
    const char *own = getenv("TMPDIR");

    if (own && *own && !list[2]) {
        list[2] = list[1];
        list[1] = list[0];
        list[0] = own;
    }
    return list;
}

static int take(void *user, const void *data, size_t size, struct error *err)
{
    struct input *in = user;
    int r = 0;

    if (!in->dump && !in->snapshot)
        r = *(const char *)data == 'N' ? heap_snapshot_new(folders(), &in->snapshot, err)
                                       : gcdump_load_new(folders(), &in->dump, err);
    if (r < 0)
        return r;
    return in->dump ? gcdump_load_feed(in->dump, data, size, err)
                    : heap_snapshot_feed(in->snapshot, data, size, err);
}

static int finish(struct input *in, int read, struct heap_graph **ret, struct error *err)
{
    if (in->snapshot)
        return heap_snapshot_finish(in->snapshot, &(struct heap_origin){0}, ret, err);
    if (read < 0)
        return read;
    if (!in->dump)
        return error_set(err, -ENODATA, "the file is empty");
    return gcdump_load_finish(in->dump, ret, err);
}

int heap_file_read(const char *path, struct heap_graph **ret, struct error *err)
{
    struct input in = {0};
    int r = finish(&in, trace_file_read(path, take, &in, err), ret, err);

    gcdump_load_free(in.dump);
    heap_snapshot_free(in.snapshot);
    return r < 0 ? error_prefix(err, "%s", path) : 0;
}
