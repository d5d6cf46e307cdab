/*
 * Happy path: port_file binds -> accept -> 34 bytes of advertise -> the channel goes to the owner.
 * A connection that does not advertise in time or says something else is closed. One that comes
 * from a user who may not is held without being served, and closed later.
 */
#include "src/ipc/listener.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "src/base/limits.h"
#include "src/base/list.h"
#include "src/io/timer.h"
#include "src/io/watch.h"
#include "src/ipc/port_file.h"

/* Connections, the oldest first. */
struct crowd {
    struct list list;
    unsigned count;
};

struct refused_user {
    uid_t uid;
    uint64_t quiet_until; /* uv_now() */
};

struct ipc_listener {
    uv_loop_t *loop;
    struct port_file file;
    struct watch watch;
    struct timer accept_again;
    uid_t *allowed_uids;
    size_t allowed_count;
    struct ipc_listener_events events;
    struct crowd guests, refused;
    struct refused_user refused_users[LIMIT_REFUSED_TOLD];
};

/* A connection that has not advertised yet, or may not. */
struct guest {
    struct list link;
    struct crowd *crowd;
    struct ipc_listener *listener;
    uid_t uid;
    int fd;
    struct watch watch;
    struct timer deadline;
    uint8_t bytes[IPC_ADVERTISE_SIZE];
    size_t got;
};

enum { ACCEPT_AGAIN_MS = 100, REFUSED_QUIET_MS = 60 * 1000, UID_SHARE = LIMIT_IPC_CONNECTIONS / 2 };

__attribute__((format(printf, 2, 3))) static void trouble(struct ipc_listener *l, const char *fmt,
                                                          ...)
{
    char text[ERROR_TEXT_SIZE + 64];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    l->events.on_trouble(l->events.user, false, text);
}

static void crowd_init(struct crowd *crowd)
{
    list_init(&crowd->list);
}

static void guest_free(struct guest *g)
{
    g->crowd->count--;
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

/* Takes `fd`, and closes it after `ms`. NULL when out of memory. */
static struct guest *guest_new(struct ipc_listener *l, struct crowd *crowd, int fd, uid_t uid,
                               uint64_t ms)
{
    struct guest *g = calloc(1, sizeof *g);

    if (!g) {
        (void)close(fd);
        return NULL;
    }
    *g = (struct guest){.crowd = crowd, .listener = l, .uid = uid, .fd = fd};
    list_append(&crowd->list, &g->link);
    crowd->count++;
    if (timer_start(&g->deadline, l->loop, ms, 0, on_guest_late, g) < 0) {
        guest_free(g);
        return NULL;
    }
    return g;
}

static void drop_oldest(struct crowd *crowd)
{
    guest_free(container_of(crowd->list.next, struct guest, link));
}

static void drop_all(struct crowd *crowd)
{
    while (crowd->count > 0)
        drop_oldest(crowd);
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
        trouble(l, "a runtime's connection was dropped: %s", err.text);
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

/* The oldest one that has said nothing makes room: a flood must not keep real runtimes out, and one
 * user's flood must not cost another user's runtime its place. */
static void make_room(struct ipc_listener *l, uid_t uid)
{
    struct guest *oldest = NULL;
    unsigned own = 0;

    list_each(g, &l->guests.list, struct guest, link)
    {
        if (g->uid == uid && own++ == 0)
            oldest = g;
    }
    if (oldest && own >= UID_SHARE)
        guest_free(oldest);
    else if (l->guests.count >= LIMIT_IPC_CONNECTIONS)
        drop_oldest(&l->guests);
}

static void admit(struct ipc_listener *l, int fd, uid_t uid)
{
    struct error err;

    make_room(l, uid);
    struct guest *g = guest_new(l, &l->guests, fd, uid, LIMIT_ADVERTISE_MS);
    if (g && watch_start(&g->watch, l->loop, fd, UV_READABLE, on_guest_ready, g, &err) < 0)
        guest_free(g);
}

/* Each user once a minute, and only so many users: who is refused comes again and again. */
static bool is_worth_a_line(struct ipc_listener *l, uid_t uid)
{
    uint64_t now = uv_now(l->loop);
    struct refused_user *free_place = NULL;

    for (size_t i = 0; i < LIMIT_REFUSED_TOLD; i++) {
        struct refused_user *u = &l->refused_users[i];
        if (u->quiet_until <= now)
            free_place = u;
        else if (u->uid == uid)
            return false;
    }
    if (!free_place)
        return false;
    *free_place = (struct refused_user){uid, now + REFUSED_QUIET_MS};
    return true;
}

static void refuse(struct ipc_listener *l, int fd, uid_t uid)
{
    if (l->refused.count >= LIMIT_REFUSED)
        drop_oldest(&l->refused);
    (void)guest_new(l, &l->refused, fd, uid, LIMIT_REFUSED_MS);
    if (is_worth_a_line(l, uid))
        trouble(l,
                "refused a process of uid %u on %s: not in DiagnosticPort:AllowedUids; it waits "
                "there if it was started with ',suspend'",
                uid, l->file.address.sun_path);
}

static uid_t peer_uid(int fd)
{
    struct ucred cred = {0, (uid_t)-1, (gid_t)-1};
    socklen_t size = sizeof cred;

    (void)getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size);
    return cred.uid;
}

static bool is_allowed(const struct ipc_listener *l, uid_t uid)
{
    for (size_t i = 0; i < l->allowed_count; i++) {
        if (l->allowed_uids[i] == uid)
            return true;
    }
    return l->allowed_count == 0;
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

static void on_connection(void *user, int events)
{
    struct ipc_listener *l = user;

    (void)events;
    int fd = accept4(l->file.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
            pause_accepting(l);
        return;
    }
    uid_t uid = peer_uid(fd);
    if (is_allowed(l, uid))
        admit(l, fd, uid);
    else
        refuse(l, fd, uid);
}

static int on_socket(void *user, int fd, struct error *err)
{
    struct ipc_listener *l = user;

    timer_stop(&l->accept_again);
    watch_stop(&l->watch);
    return fd < 0 ? 0 : watch_start(&l->watch, l->loop, fd, UV_READABLE, on_connection, l, err);
}

static void on_file_trouble(void *user, bool altered, const char *text)
{
    struct ipc_listener *l = user;

    l->events.on_trouble(l->events.user, altered, text);
}

static int copy_allowed(struct ipc_listener *l, const struct ipc_listener_config *config,
                        struct error *err)
{
    if (config->allowed_count == 0)
        return 0;
    l->allowed_uids = calloc(config->allowed_count, sizeof *l->allowed_uids);
    if (!l->allowed_uids)
        return error_set(err, -ENOMEM, "diagnostic port");
    memcpy(l->allowed_uids, config->allowed_uids, config->allowed_count * sizeof(uid_t));
    l->allowed_count = config->allowed_count;
    return 0;
}

int ipc_listener_open(uv_loop_t *loop, const struct ipc_listener_config *config,
                      const struct ipc_listener_events *events, struct ipc_listener **ret,
                      struct error *err)
{
    struct ipc_listener *l = calloc(1, sizeof *l);
    struct port_file_events file_events = {l, on_socket, on_file_trouble};
    struct port_file_config file = {
        .path = config->path,
        .backlog = config->backlog,
        .delete_existing = config->delete_existing,
        .mode = config->mode,
        .group = config->group,
    };

    if (!l)
        return error_set(err, -ENOMEM, "diagnostic port");
    l->loop = loop;
    l->events = *events;
    crowd_init(&l->guests);
    crowd_init(&l->refused);
    int r = copy_allowed(l, config, err);
    if (r == 0)
        r = port_file_open(&l->file, loop, &file, &file_events, err);
    if (r < 0) {
        free(l->allowed_uids);
        free(l);
        return r;
    }
    *ret = l;
    return 0;
}

void ipc_listener_close(struct ipc_listener *l)
{
    if (!l)
        return;
    drop_all(&l->guests);
    drop_all(&l->refused);
    timer_stop(&l->accept_again);
    watch_stop(&l->watch);
    port_file_close(&l->file);
    free(l->allowed_uids);
    free(l);
}

bool ipc_listener_is_bound(const struct ipc_listener *l)
{
    return port_file_is_bound(&l->file);
}
