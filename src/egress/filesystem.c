/*
 * The loop's side gathers what is to be written and starts a job when none runs; the pool's side
 * opens the file with the first job, writes, and with the last one gives the file its name. A job
 * that fails drops the file at once. close() lets the job that runs end, and cuts it short when
 * nobody wants the file.
 *
 * With an intermediate folder the file is made there. If that is on another file system, the bytes
 * are copied to a second new file in the folder: no half artifact is ever seen in it.
 */
#include "src/egress/filesystem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "src/base/events.h"
#include "src/base/limits.h"
#include "src/base/text.h"
#include "src/egress/artifact_name.h"
#include "src/egress/copy.h"
#include "src/egress/file_cure.h"
#include "src/egress/file_job.h"
#include "src/egress/folder.h"
#include "src/egress/new_file.h"

struct filesystem {
    struct provider base;
    char *directory, *intermediate; /* `intermediate` NULL: none */
};

struct file_range {
    int fd; /* -1: none */
    uint64_t offset, size;
};

struct file_sink {
    struct sink base;
    char *directory, *intermediate, *target;
    struct text pending;     /* for the next job */
    struct file_range range; /* the same, after `pending` */
    bool owes_room;
    bool closing, commit;
    bool telling;         /* on_lost runs */
    struct error refusal; /* of a piece, while a job may run; code 0: none */
    atomic_bool stop;     /* nobody wants it: jobs end early */
    /* The job, the pool's while it runs. */
    struct file_job job;
    bool busy;
    struct text bytes;
    struct file_range from;
    bool last; /* give it its name */
    bool opened, published, left;
    struct new_file file;
    int folder;       /* in which the name will be */
    struct error err; /* code 0: none */
};

/* --- the pool's side --- */

static const char *last_part(const char *name)
{
    const char *slash = strrchr(name, '/');

    return slash ? slash + 1 : name;
}

static int open_folder(struct file_sink *f)
{
    int r = artifact_name_check(f->base.artifact.name, &f->err);
    if (r < 0)
        return r;
    cleanup(close_fd) int root = folder_open(f->directory);
    if (root < 0)
        return file_cure_set(&f->err, root, f->directory);
    f->folder = folder_open_below(root, f->base.artifact.name);
    return f->folder < 0 ? file_cure_set(&f->err, f->folder, f->target) : 0;
}

static int open_file(struct file_sink *f)
{
    const char *where = f->intermediate ? f->intermediate : f->target;
    cleanup(close_fd) int other = f->intermediate ? folder_open(f->intermediate) : -1;

    int r = f->intermediate && other < 0 ? other : 0;
    if (r == 0)
        r = new_file_open(&f->file, f->intermediate ? other : f->folder);
    if (r < 0)
        return file_cure_set(&f->err, r, where);
    f->opened = true;
    return 0;
}

static int write_job(struct file_sink *f)
{
    int r = copy_bytes(f->file.fd, f->bytes.data, f->bytes.size, &f->stop);

    if (r == 0 && f->from.fd >= 0)
        r = copy_range(f->file.fd, f->from.fd, f->from.offset, f->from.size, &f->stop);
    return r < 0 ? file_cure_set(&f->err, r, f->intermediate ? f->intermediate : f->target) : 0;
}

/* From the intermediate folder's file system to that of the folder. */
static int copy_over(struct file_sink *f)
{
    struct new_file copy;
    struct stat st;
    char path[32];
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", f->file.fd);
    cleanup(close_fd) int in = open(path, O_RDONLY | O_CLOEXEC); /* ours is for writing only */

    int r = in < 0 || fstat(in, &st) < 0 ? -errno : new_file_open(&copy, f->folder);
    if (r < 0)
        return r;
    r = copy_range(copy.fd, in, 0, (uint64_t)st.st_size, &f->stop);
    if (r == 0 && fsync(copy.fd) < 0)
        r = -errno;
    if (r == 0)
        r = new_file_publish(&copy, f->folder, last_part(f->base.artifact.name), false);
    f->left |= !new_file_drop(&copy);
    return r;
}

/* What has its name survives a crash of the machine; and some file systems (NFS) tell only here
 * that they could not keep what was written. */
static int publish(struct file_sink *f)
{
    const char *name = last_part(f->base.artifact.name);

    int r = fsync(f->file.fd) < 0 ? -errno : 0;
    if (r == 0)
        r = new_file_publish(&f->file, f->folder, name, !f->intermediate);
    if (r == -EXDEV && f->intermediate)
        r = copy_over(f);
    if (r < 0)
        return file_cure_set(&f->err, r, f->target);
    f->published = true;
    return 0;
}

static void drop(struct file_sink *f)
{
    if (f->opened)
        f->left |= !new_file_drop(&f->file);
    f->opened = false;
    close_fd(&f->folder);
    f->folder = -1;
}

static void work(void *user)
{
    struct file_sink *f = user;
    int r = atomic_load(&f->stop) ? error_set(&f->err, -ECANCELED, "given up") : 0;

    if (r == 0 && f->folder < 0)
        r = open_folder(f);
    if (r == 0 && !f->opened)
        r = open_file(f);
    if (r == 0)
        r = write_job(f);
    if (r == 0 && f->last)
        r = publish(f);
    if (r < 0 || f->last)
        drop(f);
}

/* --- the loop's side --- */

static void file_sink_free(struct file_sink *f)
{
    text_deinit(&f->pending);
    text_deinit(&f->bytes);
    close_fd(&f->range.fd);
    close_fd(&f->from.fd);
    free(f->directory);
    free(f->intermediate);
    free(f->target);
    free(f);
}

/* Why it is lost; NULL: it is not. */
static const struct error *failure(const struct file_sink *f)
{
    return f->refusal.code ? &f->refusal : f->err.code ? &f->err : NULL;
}

static void finish(struct file_sink *f)
{
    const struct log_scope *scope = f->base.artifact.scope;
    const struct sink_events *events = &f->base.events;

    if (f->left)
        log_event_in(scope, &event_egress_part_left,
                     {"path", f->intermediate ? f->intermediate : f->directory});
    if (f->published)
        log_event_in(scope, &event_egress_saved, {"providerType", provider_filesystem.name},
                     {"path", f->target});
    events->on_closed(events->user, f->published ? f->target : NULL, failure(f));
    file_sink_free(f);
}

static void advance(struct file_sink *f);

static void free_job(struct file_sink *f)
{
    f->bytes.size = 0; /* its memory serves again */
    close_fd(&f->from.fd);
    f->from.fd = -1;
}

static void on_worked(void *user)
{
    struct file_sink *f = user;

    f->busy = false;
    free_job(f);
    if (f->err.code && !f->closing &&
        !f->refusal.code) { /* close() follows from inside, or later */
        f->telling = true;
        f->base.events.on_lost(f->base.events.user, &f->err);
        f->telling = false;
    }
    advance(f);
}

static void start_job(struct file_sink *f)
{
    struct text spare = f->bytes;

    f->bytes = f->pending;
    f->pending = spare;
    f->from = f->range;
    f->range.fd = -1;
    f->last = f->closing;
    f->busy = true;
    file_job_start(&f->job);
}

/* Is there room for a further piece, and somebody who waits for it? A kind that cannot go on from
 * inside write() waits until its piece is written. */
static bool can_have_room(const struct file_sink *f)
{
    bool taken = f->range.fd < 0 && f->from.fd < 0 && f->pending.size < LIMIT_EGRESS_PENDING;

    return f->owes_room && !f->closing && taken && (f->base.artifact.room_at_once || !f->busy);
}

static void give_room(struct file_sink *f)
{
    f->owes_room = false;
    f->base.events.on_room(f->base.events.user);
}

static bool has_work(const struct file_sink *f)
{
    return f->pending.size || f->range.fd >= 0;
}

/* Nothing is left to do, or to undo: a failed job has dropped its file. */
static bool is_over(const struct file_sink *f)
{
    bool has_file = f->opened || f->folder >= 0;

    return f->last || (!has_file && (!f->commit || failure(f)));
}

static void advance(struct file_sink *f)
{
    if (f->busy || f->telling)
        return;
    if (f->closing && is_over(f)) {
        finish(f);
        return;
    }
    if (failure(f) && !f->closing)
        return;
    if (f->closing || has_work(f))
        start_job(f);
    if (can_have_room(f))
        give_room(f);
}

static int file_sink_open(struct sink *s, struct error *err)
{
    struct file_sink *f = (struct file_sink *)s;
    size_t size = strlen(f->directory);
    bool has_slash = size && f->directory[size - 1] == '/';

    if (asprintf(&f->target, "%s%s%s", f->directory, has_slash ? "" : "/", s->artifact.name) < 0) {
        f->target = NULL;
        return error_set(err, -ENOMEM, "egress");
    }
    log_event_in(s->artifact.scope, &event_egress_writing,
                 {"providerType", provider_filesystem.name});
    return 0;
}

static void fail(struct file_sink *f, int code, const char *what)
{
    (void)error_set(&f->refusal, code, "Egress to %.300s failed: %s.", f->target, what);
    f->telling = true;
    f->base.events.on_lost(f->base.events.user, &f->refusal);
    f->telling = false;
    advance(f);
}

static void taken(struct file_sink *f)
{
    f->owes_room = true;
    if (!f->busy)
        start_job(f);
    if (can_have_room(f))
        give_room(f);
}

static void file_sink_write(struct sink *s, const void *data, size_t size)
{
    struct file_sink *f = (struct file_sink *)s;

    text_add(&f->pending, data, size);
    if (f->pending.failed)
        fail(f, -ENOMEM, "no memory");
    else
        taken(f);
}

static void file_sink_write_file(struct sink *s, int fd, uint64_t offset, uint64_t size)
{
    struct file_sink *f = (struct file_sink *)s;

    f->range = (struct file_range){fcntl(fd, F_DUPFD_CLOEXEC, 0), offset, size};
    if (f->range.fd < 0)
        fail(f, -errno, strerror(errno));
    else
        taken(f);
}

static void file_sink_close(struct sink *s, const struct error *err)
{
    struct file_sink *f = (struct file_sink *)s;

    f->closing = true;
    f->commit = !err;
    if (err)
        atomic_store(&f->stop, true);
    advance(f);
}

static void file_sink_give_up(struct sink *s)
{
    atomic_store(&((struct file_sink *)s)->stop, true);
}

static const struct sink_type file_sink_type = {
    .name = "file",
    .open = file_sink_open,
    .write = file_sink_write,
    .write_file = file_sink_write_file,
    .close = file_sink_close,
    .give_up = file_sink_give_up,
};

/* --- the provider --- */

static void filesystem_free(struct provider *provider)
{
    struct filesystem *fs = (struct filesystem *)provider;

    if (!fs)
        return;
    free(fs->directory);
    free(fs->intermediate);
    free(fs);
}

static int filesystem_load(const struct config_keys *keys, const char *section,
                           struct provider **ret, struct error *err)
{
    const char *directory = config_keys_child(keys, section, "DirectoryPath");
    const char *intermediate = config_keys_child(keys, section, "IntermediateDirectoryPath");
    struct filesystem *fs = calloc(1, sizeof *fs);
    bool has_intermediate = intermediate && intermediate[0];

    if (fs) {
        fs->base.type = &provider_filesystem;
        fs->directory = strdup(directory ? directory : "");
        fs->intermediate = has_intermediate ? strdup(intermediate) : NULL;
    }
    if (!fs || !fs->directory || (has_intermediate && !fs->intermediate)) {
        filesystem_free((struct provider *)fs);
        return error_set(err, -ENOMEM, "%s", section);
    }
    *ret = &fs->base;
    return 0;
}

static int filesystem_sink_new(uv_loop_t *loop, const struct provider *provider, struct sink **ret,
                               struct error *err)
{
    const struct filesystem *fs = (const struct filesystem *)provider;
    struct file_sink *f = calloc(1, sizeof *f);

    if (f) {
        f->base.type = &file_sink_type;
        f->range.fd = f->from.fd = f->folder = -1;
        f->directory = strdup(fs->directory);
        f->job = (struct file_job){
            .loop = loop, .folder = f->directory, .run = work, .done = on_worked, .user = f};
        f->intermediate = fs->intermediate ? strdup(fs->intermediate) : NULL;
    }
    if (!f || !f->directory || !f->intermediate != !fs->intermediate) {
        if (f)
            file_sink_free(f);
        return error_set(err, -ENOMEM, "egress");
    }
    *ret = &f->base;
    return 0;
}

const struct provider_type provider_filesystem = {
    .name = "FileSystem",
    .load = filesystem_load,
    .free = filesystem_free,
    .sink_new = filesystem_sink_new,
};
