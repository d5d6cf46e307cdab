#include "src/collect/dump_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "src/base/cleanup.h"

static const char own_prefix[] = "portside-";

enum { OWN_NAME_SIZE = sizeof "portside-XXXXXX" - 1 };

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

static int make_folders(const char *path, struct error *err)
{
    char part[PATH_MAX];

    if (path[0] != '/')
        return error_set(err, -EINVAL,
                         "dump folder '%s': Storage:DumpTempFolder must be an absolute path", path);
    (void)snprintf(part, sizeof part, "%s", path);
    for (char *at = strchr(part + 1, '/');; at = strchr(at + 1, '/')) {
        if (at)
            *at = '\0';
        if (mkdir(part, 0755) < 0 && errno != EEXIST)
            return error_set(err, -errno,
                             "dump folder %s: %s; mount a volume there that uid %u can write, or "
                             "set Storage:DumpTempFolder",
                             path, strerror(errno), geteuid());
        if (!at)
            return 0;
        *at = '/';
    }
}

static void remove_files(int folder)
{
    int copy = fcntl(folder, F_DUPFD_CLOEXEC, 0);
    cleanup(close_dir) DIR *dir = copy < 0 ? NULL : fdopendir(copy);

    for (struct dirent *e; dir && (e = readdir(dir)) != NULL;) {
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            (void)unlinkat(folder, e->d_name, 0);
    }
}

/* A folder like ours whose server is dead: its lock is free. */
static void sweep_one(int base, const char *name)
{
    struct stat st;
    cleanup(close_fd) int fd = openat(base, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &st) < 0 || st.st_uid != geteuid() || flock(fd, LOCK_EX | LOCK_NB) < 0)
        return;
    remove_files(fd);
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
        remove_files(f->lock);
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

/* "portside-XXXXXX" in `base`, mode 0711, open and locked. */
static int make_own(const char *base, char **ret_path, int *ret_lock, struct error *err)
{
    cleanup(free_str) char *path = NULL;

    if (asprintf(&path, "%s/%sXXXXXX", base, own_prefix) < 0) {
        path = NULL;
        return error_set(err, -ENOMEM, "dump folder");
    }
    if (!mkdtemp(path))
        return error_set(err, -errno,
                         "dump folder %s: %s; it must be writable for portside (uid %u): fix its "
                         "owner or mode, or set Storage:DumpTempFolder",
                         base, strerror(errno), geteuid());
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fchmod(fd, 0711) < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0) {
        int code = -errno;
        close_fd(&fd);
        (void)rmdir(path);
        return error_set(err, code, "dump folder %s: %s", path, strerror(-code));
    }
    *ret_lock = fd;
    *ret_path = take_ptr(path);
    return 0;
}

/* Our own folder, made anew when somebody removed it. */
static int ensure_own(struct dump_folder *f, struct error *err)
{
    struct stat there, locked;

    if (f->own && stat(f->own, &there) == 0 && fstat(f->lock, &locked) == 0 &&
        there.st_ino == locked.st_ino)
        return 0;
    forget_own(f);
    int r = make_folders(f->base, err);
    return r < 0 ? r : make_own(f->base, &f->own, &f->lock, err);
}

/* In another mount namespace the base is looked for under its root; "/tmp" is there in nearly all
 * images. */
static void foreign_base(const struct dump_folder *f, const char *root, char path[static PATH_MAX])
{
    struct stat st;

    (void)snprintf(path, PATH_MAX, "%s%s", root, f->base);
    if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
        (void)snprintf(path, PATH_MAX, "%s/tmp", root);
}

int dump_folder_free_bytes(struct dump_folder *f, const char *root, uint64_t *ret,
                           struct error *err)
{
    char path[PATH_MAX];
    struct statvfs st;

    if (root[0] == '\0') {
        int r = make_folders(f->base, err);
        if (r < 0)
            return r;
    }
    foreign_base(f, root, path);
    if (statvfs(path, &st) < 0)
        return error_set(err, -errno, "free space of %s: %s", path, strerror(errno));
    *ret = (uint64_t)st.f_bavail * st.f_frsize;
    return 0;
}

static int random_name(char name[static 33], struct error *err)
{
    uint8_t bytes[16];

    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return error_set(err, -EIO, "no random numbers");
    for (size_t i = 0; i < sizeof bytes; i++)
        (void)snprintf(name + 2 * i, 3, "%02x", bytes[i]);
    return 0;
}

static int make_file(const char *path, mode_t mode, struct error *err)
{
    int fd = open(path, O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);

    if (fd < 0 || fchmod(fd, mode) < 0) {
        int code = -errno;
        close_fd(&fd);
        return error_set(err, code, "create %s: %s", path, strerror(-code));
    }
    return fd;
}

static int make_pipe(const char *path, mode_t mode, struct error *err)
{
    if (mkfifo(path, mode) < 0 || chmod(path, mode) < 0)
        return error_set(err, -errno, "create pipe %s: %s", path, strerror(errno));
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    return fd >= 0 ? fd : error_set(err, -errno, "open pipe %s: %s", path, strerror(errno));
}

/* Writable for the target: by owner when it runs as our uid, else for all: only who knows the name
 * gets there. */
static mode_t file_mode(uid_t uid)
{
    return uid == geteuid() ? 0600 : 0666;
}

int dump_place_make(struct dump_folder *f, const char *root, uid_t uid, bool pipe,
                    struct dump_place *ret, struct error *err)
{
    struct dump_place place = {.fd = -1};
    char name[33], base[PATH_MAX];
    const char *folder;
    int lock = -1;

    int r = random_name(name, err);
    if (r == 0 && root[0]) {
        foreign_base(f, root, base);
        r = make_own(base, &place.own_folder, &lock, err);
        close_fd(&lock);
    } else if (r == 0) {
        r = ensure_own(f, err);
    }
    if (r < 0)
        return r;
    folder = place.own_folder ? place.own_folder : f->own;
    if (asprintf(&place.path, "%s/%s", folder, name) < 0 ||
        !(place.target_path = strdup(place.path + strlen(root)))) {
        dump_place_remove(&place);
        return error_set(err, -ENOMEM, "dump file");
    }
    place.fd = pipe ? make_pipe(place.path, file_mode(uid), err)
                    : make_file(place.path, file_mode(uid), err);
    if (place.fd < 0) {
        dump_place_remove(&place);
        return err->code;
    }
    *ret = place;
    return 0;
}

void dump_place_remove(struct dump_place *place)
{
    if (place->path) {
        if (place->fd >= 0)
            (void)close(place->fd);
        (void)unlink(place->path);
    }
    if (place->own_folder)
        (void)rmdir(place->own_folder);
    free(place->path);
    free(place->target_path);
    free(place->own_folder);
    *place = (struct dump_place){.fd = -1};
}
