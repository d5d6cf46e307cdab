/*
 * Happy path: folders -> watch on the last one -> path made free -> bind -> listen.
 * The watch is there before the socket is, so that no change can fall between the two.
 */
#include "src/ipc/port_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "src/io/unix_socket.h"

enum { RETRY_MS = 5000, FOLDER_MODE = 0755, ACCESS_BITS = 0777 };

__attribute__((format(printf, 3, 4))) static void tell(struct port_file *f, bool altered,
                                                       const char *fmt, ...)
{
    char text[ERROR_TEXT_SIZE + sizeof f->address.sun_path];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    f->events.on_trouble(f->events.user, altered, text);
}

/* mkdir -p of the socket's folder. */
static int make_parent(const char *path, struct error *err)
{
    char folder[sizeof(((struct sockaddr_un *)0)->sun_path)];

    (void)snprintf(folder, sizeof folder, "%s", path);
    for (char *slash = strchr(folder + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(folder, FOLDER_MODE) < 0 && errno != EEXIST)
            return error_set(err, -errno, "create folder %s: %s", folder, strerror(errno));
        *slash = '/';
    }
    return 0;
}

static bool is_served(const char *path)
{
    cleanup(close_fd) int fd = unix_socket_connect(path);

    return fd != -ECONNREFUSED; /* where it cannot be told: touch nothing */
}

/* Makes the path free: a socket that nobody serves (or any, to take over) is removed. */
static int clear_path(const struct port_file *f, bool take_over, struct error *err)
{
    const char *path = f->address.sun_path;
    struct stat st;

    if (lstat(path, &st) < 0)
        return errno == ENOENT
                   ? 0
                   : error_set(err, -errno, "diagnostic port %s: %s", path, strerror(errno));
    if (!S_ISSOCK(st.st_mode))
        return error_set(err, -EEXIST,
                         "diagnostic port %s: there is a file of another kind at that path; "
                         "remove it or set another DiagnosticPort:EndpointName",
                         path);
    if (!take_over && is_served(f->address.sun_path))
        return error_set(err, -EADDRINUSE,
                         "diagnostic port %s: another process listens there; stop it, or set "
                         "DiagnosticPort:DeleteEndpointOnStartup=true to take the path over",
                         path);
    if (unlink(path) < 0 && errno != ENOENT)
        return error_set(err, -errno, "diagnostic port %s: remove the old socket: %s", path,
                         strerror(errno));
    return 0;
}

/* Looks at the file just bound and gives it its group. Whoever may write to the folder may have put
 * something else at the path by now: it is opened without following, and must be ours. */
static int own_file(struct port_file *f, struct error *err)
{
    const char *path = f->address.sun_path;
    struct stat st;
    cleanup(close_fd) int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &st) < 0)
        return error_set(err, -errno, "diagnostic port %s: %s", path, strerror(errno));
    if (!S_ISSOCK(st.st_mode) || st.st_uid != geteuid())
        return error_set(err, -EPERM,
                         "diagnostic port %s: another user has put something else there while it "
                         "was being made; use a folder that only trusted users can write to",
                         path);
    if ((st.st_mode & ACCESS_BITS) != f->mode)
        return error_set(err, -EPERM,
                         "diagnostic port %s: its mode is %03o instead of %03o "
                         "(DiagnosticPort:SocketMode); has the folder a default ACL?",
                         path, (unsigned)st.st_mode & ACCESS_BITS, (unsigned)f->mode);
    if (f->group != (gid_t)-1 && fchownat(fd, "", (uid_t)-1, f->group, AT_EMPTY_PATH) < 0)
        return error_set(err, -errno, "%s: give it to group %u (DiagnosticPort:SocketGroup): %s",
                         path, f->group, strerror(errno));
    f->device = st.st_dev;
    f->inode = st.st_ino;
    return 0;
}

static int bind_socket(struct port_file *f, struct error *err)
{
    const char *path = f->address.sun_path;
    cleanup(close_fd) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    /* unix(7) does not say so, but Linux gives the file the mode of the descriptor (narrowed by the
     * umask): no chmod() by path is needed, which would follow a symlink. */
    if (fd < 0 || fchmod(fd, f->mode) < 0)
        return error_set(err, -errno, "diagnostic port %s: socket: %s", path, strerror(errno));
    if (bind(fd, (const struct sockaddr *)&f->address, sizeof f->address) < 0)
        return error_set(err, -errno,
                         "diagnostic port %s: bind: %s; the folder must be writable for uid %u",
                         path, strerror(errno), geteuid());
    int r = own_file(f, err);
    if (r < 0)
        return r;
    if (listen(fd, f->backlog > 0 ? f->backlog : SOMAXCONN) < 0)
        return error_set(err, -errno, "diagnostic port %s: listen: %s", path, strerror(errno));
    r = f->events.on_socket(f->events.user, fd, err);
    if (r == 0)
        f->fd = take_fd(&fd);
    return r;
}

static void on_folder_changed(void *user);

static void watch_folder(struct port_file *f)
{
    char folder[sizeof f->address.sun_path];
    struct error err;

    (void)snprintf(folder, sizeof folder, "%s", f->address.sun_path);
    if (file_watch_start(&f->watch, f->loop, dirname(folder),
                         IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF,
                         on_folder_changed, f, &err) < 0 &&
        !f->told)
        tell(f, false, "%s; a deleted socket will go unnoticed", err.text);
}

static int make(struct port_file *f, bool take_over, struct error *err)
{
    /* Folders and socket get just the modes that are set here. One thread: nobody else creates
     * files meanwhile. */
    mode_t mask = umask(0);
    int r = make_parent(f->address.sun_path, err);

    if (r == 0) {
        watch_folder(f);
        r = clear_path(f, take_over, err);
    }
    if (r == 0)
        r = bind_socket(f, err);
    (void)umask(mask);
    return r;
}

static bool is_there(const struct port_file *f)
{
    struct stat st;

    return lstat(f->address.sun_path, &st) == 0;
}

static bool is_ours(const struct port_file *f)
{
    struct stat st;

    return f->fd >= 0 && lstat(f->address.sun_path, &st) == 0 && st.st_dev == f->device &&
           st.st_ino == f->inode;
}

static void unbind(struct port_file *f)
{
    if (f->fd < 0)
        return;
    (void)f->events.on_socket(f->events.user, -1, NULL);
    close_fd(&f->fd);
    f->fd = -1;
}

static void make_again(void *user);

static void start_retrying(struct port_file *f)
{
    f->told = true;
    if (!timer_active(&f->retry))
        (void)timer_start(&f->retry, f->loop, RETRY_MS, RETRY_MS, make_again, f);
}

static void make_again(void *user)
{
    struct port_file *f = user;
    const char *path = f->address.sun_path;
    struct error err;

    if (make(f, false, &err) == 0) {
        timer_stop(&f->retry);
        f->told = false;
        tell(f, true, "the diagnostic port's socket %s was deleted or moved; it has been made anew",
             path);
        return;
    }
    if (!f->told)
        tell(f, true,
             "the diagnostic port's socket %s was deleted or moved and cannot be made anew yet: %s",
             path, err.text);
    start_retrying(f);
}

/* A file that somebody put there is left alone for now: its owner may be about to listen on it. */
static void on_folder_changed(void *user)
{
    struct port_file *f = user;

    if (is_ours(f))
        return;
    bool was_bound = port_file_is_bound(f);
    unbind(f);
    if (!is_there(f)) {
        make_again(f);
    } else if (was_bound) {
        tell(f, true,
             "the diagnostic port's socket %s was replaced by somebody else's file; it will be "
             "made anew when that is gone",
             f->address.sun_path);
        start_retrying(f);
    }
}

int port_file_open(struct port_file *f, uv_loop_t *loop, const struct port_file_config *config,
                   const struct port_file_events *events, struct error *err)
{
    size_t size = strlen(config->path);

    *f = (struct port_file){.loop = loop,
                            .address.sun_family = AF_UNIX,
                            .backlog = config->backlog,
                            .mode = config->mode,
                            .group = config->group,
                            .events = *events,
                            .fd = -1};
    if (size == 0 || size >= sizeof f->address.sun_path)
        return error_set(err, -ENAMETOOLONG,
                         "diagnostic port '%s': a socket path has 1 to %zu characters",
                         config->path, sizeof f->address.sun_path - 1);
    memcpy(f->address.sun_path, config->path, size);
    int r = make(f, config->delete_existing, err);
    if (r < 0)
        file_watch_stop(&f->watch);
    return r;
}

void port_file_close(struct port_file *f)
{
    timer_stop(&f->retry);
    file_watch_stop(&f->watch);
    if (is_ours(f))
        (void)unlink(f->address.sun_path);
    close_fd(&f->fd);
    f->fd = -1;
}
