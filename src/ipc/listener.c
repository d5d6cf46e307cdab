/*
 * Happy path: bind -> accept -> 34 bytes of advertise -> the channel goes to the owner.
 * A connection that does not advertise in time, says something else or comes from a user who may
 * not is closed. The socket file's folder is watched: a deleted or replaced file is bound again.
 */
#include "src/ipc/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "src/base/limits.h"
#include "src/base/list.h"
#include "src/io/file_watch.h"
#include "src/io/timer.h"
#include "src/io/watch.h"

struct ipc_listener {
    uv_loop_t *loop;
    int fd;
    struct watch watch;
    struct file_watch file_watch;
    struct timer accept_again;
    struct sockaddr_un address;
    dev_t device;
    ino_t inode;
    struct ipc_listener_config config; /* path points to address.sun_path */
    uid_t *allowed_uids;
    struct ipc_listener_events events;
    struct list guests;
    unsigned guest_count;
};

/* A connection that has not advertised yet. */
struct guest {
    struct list link;
    struct ipc_listener *listener;
    int fd;
    struct watch watch;
    struct timer deadline;
    uint8_t bytes[IPC_ADVERTISE_SIZE];
    size_t got;
};

enum { ACCEPT_AGAIN_MS = 100, REBIND_BACKLOG = SOMAXCONN };

__attribute__((format(printf, 3, 4))) static void trouble(struct ipc_listener *l, bool altered,
                                                          const char *fmt, ...)
{
    char text[512];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    l->events.on_trouble(l->events.user, altered, text);
}

static void guest_free(struct guest *g)
{
    g->listener->guest_count--;
    list_remove(&g->link);
    timer_stop(&g->deadline);
    watch_stop(&g->watch);
    close_fd(&g->fd);
    free(g);
}

static void on_guest_late(void *user)
{
    guest_free(user);
}

static void guest_advertise(struct guest *g, const struct ipc_advertise *advertise)
{
    struct ipc_listener *l = g->listener;
    struct ipc_channel *ch;
    struct error err;

    watch_stop(&g->watch);
    int fd = take_fd(&g->fd);
    guest_free(g);
    if (ipc_channel_adopt(l->loop, fd, &ch, &err) < 0) {
        trouble(l, false, "a runtime's connection was dropped: %s", err.text);
        return;
    }
    l->events.on_advertise(l->events.user, advertise, ch);
}

static void on_guest_ready(void *user, int events)
{
    struct guest *g = user;
    struct ipc_advertise advertise;

    (void)events;
    ssize_t n = recv(g->fd, g->bytes + g->got, sizeof g->bytes - g->got, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        guest_free(g);
        return;
    }
    g->got += (size_t)n;
    struct cursor in = {g->bytes, g->got, false};
    enum wire_status status = ipc_advertise_decode(&in, &advertise);
    if (status == WIRE_OK)
        guest_advertise(g, &advertise);
    else if (status == WIRE_BAD)
        guest_free(g);
}

static bool is_allowed(const struct ipc_listener *l, int fd, uid_t *ret_uid)
{
    struct ucred cred = {0, (uid_t)-1, (gid_t)-1};
    socklen_t size = sizeof cred;

    (void)getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size);
    *ret_uid = cred.uid;
    for (size_t i = 0; i < l->config.allowed_count; i++) {
        if (l->allowed_uids[i] == cred.uid)
            return true;
    }
    return l->config.allowed_count == 0;
}

static void add_guest(struct ipc_listener *l, int fd)
{
    struct guest *g = calloc(1, sizeof *g);
    struct error err;

    if (!g) {
        (void)close(fd);
        return;
    }
    g->listener = l;
    g->fd = fd;
    list_init(&g->link);
    list_append(&l->guests, &g->link);
    l->guest_count++;
    if (timer_start(&g->deadline, l->loop, LIMIT_ADVERTISE_MS, 0, on_guest_late, g) < 0 ||
        watch_start(&g->watch, l->loop, fd, UV_READABLE, on_guest_ready, g, &err) < 0)
        guest_free(g);
}

static void on_accept_again(void *user)
{
    struct ipc_listener *l = user;

    watch_for(&l->watch, UV_READABLE);
}

/* Out of descriptors: the connection stays in the backlog, and asking again at once would spin. */
static void pause_accepting(struct ipc_listener *l)
{
    watch_for(&l->watch, 0);
    (void)timer_start(&l->accept_again, l->loop, ACCEPT_AGAIN_MS, 0, on_accept_again, l);
}

/* The oldest one that has said nothing makes room: a flood must not keep real runtimes out. */
static void drop_oldest_guest(struct ipc_listener *l)
{
    guest_free(container_of(l->guests.next, struct guest, link));
}

static void on_connection(void *user, int events)
{
    struct ipc_listener *l = user;
    uid_t uid;

    (void)events;
    int fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
            pause_accepting(l);
        return;
    }
    if (!is_allowed(l, fd, &uid)) {
        (void)close(fd);
        trouble(l, false,
                "refused a process of uid %u on %s: not in DiagnosticPort:AllowedUids; it waits "
                "there if it was started with ',suspend'",
                uid, l->config.path);
        return;
    }
    if (l->guest_count >= LIMIT_IPC_CONNECTIONS)
        drop_oldest_guest(l);
    add_guest(l, fd);
}

/* mkdir -p of the socket's folder. */
static int make_parent(const char *path, struct error *err)
{
    char folder[sizeof(((struct sockaddr_un *)0)->sun_path)];

    (void)snprintf(folder, sizeof folder, "%s", path);
    for (char *slash = strchr(folder + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(folder, 0777) < 0 && errno != EEXIST)
            return error_set(err, -errno, "create folder %s: %s", folder, strerror(errno));
        *slash = '/';
    }
    return 0;
}

static bool is_served(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return true; /* cannot tell: touch nothing */
    int r = connect(fd, (const struct sockaddr *)address, sizeof *address);
    bool served = r == 0 || errno != ECONNREFUSED;
    (void)close(fd);
    return served;
}

/* Makes the path free: a socket that nobody serves (or any, when told so) is removed. */
static int clear_path(const struct ipc_listener *l, struct error *err)
{
    const char *path = l->config.path;
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
    if (!l->config.delete_existing && is_served(&l->address))
        return error_set(err, -EADDRINUSE,
                         "diagnostic port %s: another process listens there; stop it, or set "
                         "DiagnosticPort:DeleteEndpointOnStartup=true to take the path over",
                         path);
    if (unlink(path) < 0 && errno != ENOENT)
        return error_set(err, -errno, "diagnostic port %s: remove the old socket: %s", path,
                         strerror(errno));
    return 0;
}

static int set_access(const struct ipc_listener *l, struct error *err)
{
    const char *path = l->config.path;

    if (l->config.group != (gid_t)-1 && chown(path, (uid_t)-1, l->config.group) < 0)
        return error_set(err, -errno, "%s: give it to group %u (DiagnosticPort:SocketGroup): %s",
                         path, l->config.group, strerror(errno));
    if (chmod(path, l->config.mode) < 0)
        return error_set(err, -errno, "%s: set mode %03o (DiagnosticPort:SocketMode): %s", path,
                         (unsigned)l->config.mode, strerror(errno));
    return 0;
}

static int bind_socket(struct ipc_listener *l, struct error *err)
{
    struct stat st;
    cleanup(close_fd) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return error_set(err, -errno, "socket: %s", strerror(errno));
    if (bind(fd, (const struct sockaddr *)&l->address, sizeof l->address) < 0)
        return error_set(err, -errno,
                         "diagnostic port %s: bind: %s; the folder must be writable for uid %u",
                         l->config.path, strerror(errno), geteuid());
    int r = set_access(l, err);
    if (r < 0)
        return r;
    if (listen(fd, l->config.backlog > 0 ? l->config.backlog : REBIND_BACKLOG) < 0 ||
        stat(l->config.path, &st) < 0)
        return error_set(err, -errno, "diagnostic port %s: %s", l->config.path, strerror(errno));
    r = watch_start(&l->watch, l->loop, fd, UV_READABLE, on_connection, l, err);
    if (r < 0)
        return r;
    l->device = st.st_dev;
    l->inode = st.st_ino;
    l->fd = take_fd(&fd);
    return 0;
}

static bool is_file_ours(const struct ipc_listener *l)
{
    struct stat st;

    return lstat(l->config.path, &st) == 0 && st.st_dev == l->device && st.st_ino == l->inode;
}

static void on_folder_changed(void *user)
{
    struct ipc_listener *l = user;
    struct error err;
    struct stat st;

    if (is_file_ours(l))
        return;
    if (lstat(l->config.path, &st) == 0) {
        trouble(l, true, "the diagnostic port's socket %s was replaced by somebody else's file",
                l->config.path);
        return; /* theirs now; runtimes already connected go on */
    }
    watch_stop(&l->watch);
    close_fd(&l->fd);
    l->fd = -1;
    int r = make_parent(l->config.path, &err);
    if (r == 0)
        r = bind_socket(l, &err);
    if (r < 0)
        trouble(l, true, "the diagnostic port's socket %s was deleted and cannot be made anew: %s",
                l->config.path, err.text);
    else
        trouble(l, true, "the diagnostic port's socket %s was deleted; it has been made anew",
                l->config.path);
}

static void watch_folder(struct ipc_listener *l)
{
    char folder[sizeof l->address.sun_path];
    struct error err;

    (void)snprintf(folder, sizeof folder, "%s", l->config.path);
    if (file_watch_start(&l->file_watch, l->loop, dirname(folder),
                         IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO, on_folder_changed, l, &err) < 0)
        trouble(l, false, "%s; a deleted socket will go unnoticed", err.text);
}

static int copy_config(struct ipc_listener *l, const struct ipc_listener_config *config,
                       struct error *err)
{
    size_t size = strlen(config->path);

    if (size == 0 || size >= sizeof l->address.sun_path)
        return error_set(err, -ENAMETOOLONG,
                         "diagnostic port '%s': a socket path has 1 to %zu characters",
                         config->path, sizeof l->address.sun_path - 1);
    l->config = *config;
    l->address.sun_family = AF_UNIX;
    memcpy(l->address.sun_path, config->path, size);
    l->config.path = l->address.sun_path;
    if (config->allowed_count == 0)
        return 0;
    l->allowed_uids = calloc(config->allowed_count, sizeof *l->allowed_uids);
    if (!l->allowed_uids)
        return error_set(err, -ENOMEM, "diagnostic port");
    memcpy(l->allowed_uids, config->allowed_uids, config->allowed_count * sizeof(uid_t));
    return 0;
}

int ipc_listener_open(uv_loop_t *loop, const struct ipc_listener_config *config,
                      const struct ipc_listener_events *events, struct ipc_listener **ret,
                      struct error *err)
{
    struct ipc_listener *l = calloc(1, sizeof *l);

    if (!l)
        return error_set(err, -ENOMEM, "diagnostic port");
    l->loop = loop;
    l->fd = -1;
    l->events = *events;
    list_init(&l->guests);
    int r = copy_config(l, config, err);
    if (r == 0)
        r = make_parent(l->config.path, err);
    if (r == 0)
        r = clear_path(l, err);
    if (r == 0)
        r = bind_socket(l, err);
    if (r < 0) {
        free(l->allowed_uids);
        free(l);
        return r;
    }
    watch_folder(l);
    *ret = l;
    return 0;
}

void ipc_listener_close(struct ipc_listener *l)
{
    if (!l)
        return;
    while (!list_empty(&l->guests))
        drop_oldest_guest(l);
    file_watch_stop(&l->file_watch);
    timer_stop(&l->accept_again);
    watch_stop(&l->watch);
    close_fd(&l->fd);
    if (is_file_ours(l))
        (void)unlink(l->config.path);
    free(l->allowed_uids);
    free(l);
}
