#include "src/collect/dump_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "src/collect/folders.h"

static const char own_prefix[] = "portside-dumps.";
static const char file_name[] = "core";

enum { OWN_NAME_SIZE = sizeof "portside-dumps.XXXXXX" - 1, MAKE_TRIES = 3 };

struct dump_folder {
    char *base; /* configured */
    char *own;  /* NULL until the first dump */
    int lock;   /* the own folder, open and locked */
};

/* The folder of the diagnostic port is the one that app and sidecar share for certain. */
static char *choose_base(const struct options *o)
{
    const char *temp = getenv("TMPDIR");
    char *base = NULL;
    const char *slash = strrchr(o->port_name, '/');

    if (o->dump_folder[0])
        return strdup(o->dump_folder);
    if (o->shared_path[0])
        return asprintf(&base, "%s/dumps", o->shared_path) < 0 ? NULL : base;
    if (o->port_mode == PORT_LISTEN && slash)
        return asprintf(&base, "%.*s/dumps", (int)(slash - o->port_name), o->port_name) < 0 ? NULL
                                                                                            : base;
    return strdup(temp && temp[0] ? temp : "/tmp");
}

static bool is_dump_name(const char *name)
{
    return strlen(name) == RANDOM_NAME_SIZE - 1 &&
           strspn(name, "0123456789abcdef") == RANDOM_NAME_SIZE - 1;
}

/* Removes one dump's folder; only what we make ourselves is touched. */
static void remove_dump(int own, const char *name)
{
    cleanup(close_fd) int fd = openat(own, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0)
        return;
    (void)unlinkat(fd, file_name, 0);
    (void)unlinkat(own, name, AT_REMOVEDIR);
}

static void remove_dumps(int own)
{
    int copy = openat(own, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cleanup(close_dir) DIR *dir = copy < 0 ? NULL : fdopendir(copy);

    for (struct dirent *e; dir && (e = readdir(dir)) != NULL;) {
        if (is_dump_name(e->d_name))
            remove_dump(own, e->d_name);
    }
}

/* A folder like ours whose server is dead: its lock is free. */
static void sweep_one(int base, const char *name)
{
    struct stat st;
    cleanup(close_fd) int fd = openat(base, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &st) < 0 || st.st_uid != geteuid() || flock(fd, LOCK_EX | LOCK_NB) < 0)
        return;
    remove_dumps(fd);
    (void)unlinkat(base, name, AT_REMOVEDIR);
}

static void sweep(const char *path)
{
    cleanup(close_dir) DIR *dir = opendir(path);

    for (struct dirent *e; dir && (e = readdir(dir)) != NULL;) {
        if (strncmp(e->d_name, own_prefix, sizeof own_prefix - 1) == 0 &&
            strlen(e->d_name) == OWN_NAME_SIZE)
            sweep_one(dirfd(dir), e->d_name);
    }
}

int dump_folder_new(const struct options *options, struct dump_folder **ret, struct error *err)
{
    struct dump_folder *f = calloc(1, sizeof *f);

    if (!f || !(f->base = choose_base(options))) {
        free(f);
        return error_set(err, -ENOMEM, "dump folder");
    }
    f->lock = -1;
    sweep(f->base);
    *ret = f;
    return 0;
}

static void forget_own(struct dump_folder *f)
{
    close_fd(&f->lock);
    f->lock = -1;
    free(f->own);
    f->own = NULL;
}

void dump_folder_free(struct dump_folder *f)
{
    if (!f)
        return;
    if (f->lock >= 0)
        remove_dumps(f->lock);
    if (f->own)
        (void)rmdir(f->own);
    forget_own(f);
    free(f->base);
    free(f);
}

const char *dump_folder_path(const struct dump_folder *f)
{
    return f->base;
}

/* "portside-dumps.XXXXXX" in the base, open and locked. -EAGAIN: another server swept it before we
 * had the lock. */
static int make_own(struct dump_folder *f, struct error *err)
{
    struct stat st;
    cleanup(free_str) char *path = NULL;

    if (asprintf(&path, "%s/%sXXXXXX", f->base, own_prefix) < 0) {
        path = NULL;
        return error_set(err, -ENOMEM, "dump folder");
    }
    if (!mkdtemp(path))
        return error_set(err, -errno,
                         "dump folder %s: %s; it must be writable for portside (uid %u): fix its "
                         "owner or mode, or set Storage:DumpTempFolder",
                         f->base, strerror(errno), geteuid());
    cleanup(close_fd) int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0 || fstat(fd, &st) < 0 || st.st_nlink == 0)
        return error_set(err, -EAGAIN, "dump folder %s: swept by another server", path);
    if (fchmod(fd, 0711) < 0)
        return error_set(err, -errno, "dump folder %s: %s", path, strerror(errno));
    f->lock = take_fd(&fd);
    f->own = take_ptr(path);
    return 0;
}

/* Our own folder, made anew when somebody removed it. */
static int ensure_own(struct dump_folder *f, struct error *err)
{
    struct stat there, locked;

    if (f->own && lstat(f->own, &there) == 0 && fstat(f->lock, &locked) == 0 &&
        there.st_ino == locked.st_ino && there.st_dev == locked.st_dev)
        return 0;
    forget_own(f);
    int r = folders_make(f->base, err);
    for (int i = 0; r == 0 && i < MAKE_TRIES; i++) {
        r = make_own(f, err);
        if (r != -EAGAIN)
            break;
        r = i + 1 < MAKE_TRIES ? 0 : r;
    }
    return r;
}

/* In another mount namespace the base is looked for under its root; "/tmp" is there in nearly all
 * images. */
static int open_foreign_base(const struct dump_folder *f, const char *root, const char **ret_path,
                             struct error *err)
{
    *ret_path = f->base;
    int fd = folders_open_in_root(root, f->base, err);
    if (fd < 0) {
        *ret_path = "/tmp";
        fd = folders_open_in_root(root, "/tmp", err);
    }
    return fd;
}

int dump_folder_free_bytes(struct dump_folder *f, const char *root, uint64_t *ret,
                           struct error *err)
{
    const char *path = f->base;
    struct statvfs st;
    cleanup(close_fd) int fd = -1;

    int r = root[0] ? 0 : folders_make(f->base, err);
    if (r < 0)
        return r;
    fd = root[0] ? open_foreign_base(f, root, &path, err)
                 : open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fstatvfs(fd, &st) < 0)
        return error_set(err, -errno, "free space of %s%s: %s", root, path, strerror(errno));
    *ret = (uint64_t)st.f_bavail * st.f_frsize;
    return 0;
}

/* The parent's descriptor and its path as the target sees it. */
static int open_parent(struct dump_folder *f, const char *root, struct dump_place *place,
                       const char **ret_path, struct error *err)
{
    if (root[0]) {
        place->parent = open_foreign_base(f, root, ret_path, err);
        return place->parent < 0 ? err->code : 0;
    }
    int r = ensure_own(f, err);
    if (r < 0)
        return r;
    *ret_path = f->own;
    place->parent = fcntl(f->lock, F_DUPFD_CLOEXEC, 0);
    return place->parent < 0 ? error_set(err, -errno, "dump folder: %s", strerror(errno)) : 0;
}

static int make_folder(struct dump_place *place, struct error *err)
{
    struct stat st;

    if (mkdirat(place->parent, place->name, 0700) < 0) {
        int code = -errno;
        place->name[0] = '\0'; /* not ours to remove */
        return error_set(err, code, "dump folder: create a folder in it: %s", strerror(-code));
    }
    place->folder =
        openat(place->parent, place->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (place->folder < 0 || fstat(place->folder, &st) < 0 || st.st_uid != geteuid() ||
        fchmod(place->folder, 0711) < 0)
        return error_set(err, -EACCES, "dump folder: %s was taken away", place->name);
    return 0;
}

/* Writable for the target, readable only for us. By owner when it runs as our uid, else for all who
 * know the name. */
static mode_t file_mode(uid_t uid)
{
    return uid == geteuid() ? 0600 : 0622;
}

static int make_file(struct dump_place *place, uid_t uid, bool pipe, struct error *err)
{
    mode_t mode = file_mode(uid);
    int flags = pipe ? O_RDONLY | O_NONBLOCK : O_RDONLY | O_CREAT | O_EXCL;

    if (pipe && mkfifoat(place->folder, file_name, 0600) < 0)
        return error_set(err, -errno, "create pipe %s: %s", place->path, strerror(errno));
    place->fd = openat(place->folder, file_name, flags | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (place->fd < 0 || fchmod(place->fd, mode) < 0)
        return error_set(err, -errno, "create %s: %s", place->path, strerror(errno));
    return 0;
}

int dump_place_make(struct dump_folder *f, const char *root, uid_t uid, bool pipe,
                    struct dump_place *ret, struct error *err)
{
    struct dump_place place = DUMP_PLACE_NONE;
    const char *parent = NULL;

    int r = folders_random_name(place.name, err);
    if (r == 0)
        r = open_parent(f, root, &place, &parent, err);
    if (r == 0)
        r = make_folder(&place, err);
    if (r == 0 && (asprintf(&place.target_path, "%s/%s/%s", parent, place.name, file_name) < 0 ||
                   asprintf(&place.path, "%s%s", root, place.target_path) < 0))
        r = error_set(err, -ENOMEM, "dump file");
    if (r == 0)
        r = make_file(&place, uid, pipe, err);
    if (r < 0) {
        dump_place_remove(&place);
        return r;
    }
    *ret = place;
    return 0;
}

static void settle_truncation(const struct dump_place *place)
{
    struct stat st;

    if (place->folder < 0 || fstat(place->fd, &st) < 0 || !S_ISREG(st.st_mode))
        return;
    int fd = openat(place->folder, file_name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    close_fd(&fd);
}

void dump_place_unlink(struct dump_place *place)
{
    settle_truncation(place);
    if (place->folder >= 0)
        (void)unlinkat(place->folder, file_name, 0);
    if (place->folder >= 0 && place->name[0])
        (void)unlinkat(place->parent, place->name, AT_REMOVEDIR);
    place->name[0] = '\0';
    close_fd(&place->folder);
    close_fd(&place->parent);
    place->folder = place->parent = -1;
}

static void on_file_closed(uv_fs_t *request)
{
    uv_fs_req_cleanup(request);
    free(request);
}

void dump_place_release(struct dump_place *place, uv_loop_t *loop)
{
    uv_fs_t *request = place->fd >= 0 ? calloc(1, sizeof *request) : NULL;

    dump_place_unlink(place);
    if (request && uv_fs_close(loop, request, place->fd, on_file_closed) == 0)
        place->fd = -1;
    else
        free(request);
    dump_place_remove(place);
}

void dump_place_remove(struct dump_place *place)
{
    dump_place_unlink(place);
    close_fd(&place->fd);
    free(place->path);
    free(place->target_path);
    *place = DUMP_PLACE_NONE;
}
