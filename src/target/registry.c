#include "src/target/registry.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/clock.h"
#include "src/base/events.h"
#include "src/base/limits.h"
#include "src/io/timer.h"
#include "src/ipc/listener.h"
#include "src/target/attach.h"
#include "src/target/discover.h"
#include "src/target/port_config.h"
#include "src/target/requests.h"
#include "src/target/surplus.h"

struct registry {
    uv_loop_t *loop;
    const struct options *options;
    struct list targets;
    unsigned count;
    uint64_t next_number;
    int64_t complained_at;
    struct surplus surplus;
    struct list waits, watchers;
    struct ipc_listener *listener; /* Listen mode */
    struct timer scan;             /* Connect mode */
};

enum { SCAN_MS = 5000, COMPLAIN_MS = 60 * 1000 };

/* Only processes that were there when the wait began: a stream of new ones must not hold anybody
 * up. */
static bool is_settled(const struct registry *r, uint64_t before)
{
    list_each(t, &r->targets, const struct target, link)
    {
        if (t->number < before && !t->settled)
            return false;
    }
    return true;
}

/* The oldest wait has the smallest set, so it ends first. */
static void wake_waits(struct registry *r)
{
    while (!list_empty(&r->waits)) {
        struct registry_wait *w = container_of(r->waits.next, struct registry_wait, link);
        if (!is_settled(r, w->before))
            return;
        list_remove(&w->link);
        w->on_settled(w->user);
    }
}

/* A runtime that listens at two places (two roots that are one, or a second port) is found twice:
 * the first counts. */
static bool is_double(const struct registry *r, const struct target *t)
{
    if (guid_is_zero(&t->cookie))
        return false;
    list_each(other, &r->targets, const struct target, link)
    {
        if (other == t)
            return false;
        if (other->settled && guid_equal(&other->cookie, &t->cookie))
            return true;
    }
    return false;
}

static void tell_watchers(struct registry *r, struct target *t)
{
    list_each(w, &r->watchers, struct registry_watcher, link)
    {
        w->on_change(w->user, t);
    }
}

static void tell_arrival(struct registry *r, struct target *t)
{
    list_each(w, &r->watchers, struct registry_watcher, link)
    {
        if (w->on_arrived)
            w->on_arrived(w->user, t);
    }
}

/* Who has just told its cookie, or has gone, may decide for others of that cookie. */
static void update_listed(struct registry *r, const struct guid *cookie)
{
    list_each(t, &r->targets, struct target, link)
    {
        if (!t->settled || !guid_equal(&t->cookie, cookie))
            continue;
        bool before = t->listed;
        t->listed = !is_double(r, t);
        if (t->listed && !before)
            log_event(&event_process_found, LOG_NUMBER("pid", (int64_t)t->pid),
                      {"name", t->info.name}, {"version", t->info.clr_version},
                      LOG_NUMBER("uid", t->peer.uid));
        if (t->listed != before)
            tell_watchers(r, t);
    }
}

static void on_target_settled(void *user, struct target *t)
{
    update_listed(user, &t->cookie);
    wake_waits(user);
}

static void on_target_gone(void *user, struct target *t)
{
    struct registry *r = user;
    struct guid cookie = t->cookie;

    if (t->listed)
        log_event(&event_process_ended, LOG_NUMBER("pid", (int64_t)t->pid), {"name", t->info.name});
    list_remove(&t->link);
    r->count--;
    tell_watchers(r, t);
    target_unref(t);
    update_listed(r, &cookie);
    wake_waits(r);
}

static void on_target_told(void *user, struct target *t)
{
    if (t->listed)
        tell_watchers(user, t);
}

static struct target *find_cookie(struct registry *r, const struct guid *cookie)
{
    list_each(t, &r->targets, struct target, link)
    {
        if (guid_equal(&t->cookie, cookie))
            return t;
    }
    return NULL;
}

static unsigned count_of_uid(const struct registry *r, uid_t uid)
{
    unsigned count = 0;

    list_each(t, &r->targets, const struct target, link)
    {
        count += t->peer.uid == uid;
    }
    return count;
}

static int add_target(struct registry *r, const struct guid *cookie, uint64_t pid,
                      const struct ipc_peer *peer, struct target **ret, struct error *err)
{
    struct target_events events = {r, on_target_settled, on_target_gone, on_target_told};

    if (r->count >= LIMIT_TARGETS || count_of_uid(r, peer->uid) >= LIMIT_TARGETS_PER_UID)
        return error_set(err, -ENOBUFS, "more than %d processes, or %d of uid %d", LIMIT_TARGETS,
                         LIMIT_TARGETS_PER_UID, (int)peer->uid);
    int code = target_new(r->loop, cookie, pid, peer, &events, ret, err);
    if (code < 0)
        return code;
    (*ret)->number = r->next_number++;
    list_append(&r->targets, &(*ret)->link);
    r->count++;
    return 0;
}

/* A cookie is no secret: only the user who brought it first may go on with it. */
static bool is_same_peer(const struct target *t, const struct ipc_peer *peer)
{
    return t->peer.uid == peer->uid && (t->peer.pid == peer->pid || !t->peer.pid || !peer->pid);
}

/* What a peer can cause at will is logged once a minute. */
static bool may_complain(struct registry *r)
{
    int64_t now = clock_monotonic_ms();

    if (r->complained_at && now - r->complained_at < COMPLAIN_MS)
        return false;
    r->complained_at = now;
    return true;
}

static void on_advertise(void *user, const struct ipc_advertise *advertise, struct ipc_channel *ch)
{
    struct registry *r = user;
    const struct ipc_peer *peer = ipc_channel_peer(ch);
    struct target *t = find_cookie(r, &advertise->cookie);
    bool is_new = !t;
    struct error err;

    if (advertise->pid == 0 ||
        advertise->pid > INT_MAX) { /* no pid of Linux; clients read 32 bits */
        ipc_channel_free(ch);
        return;
    }
    if (t && !is_same_peer(t, peer)) {
        if (may_complain(r))
            log_event(&event_process_impostor, LOG_NUMBER("uid", peer->uid),
                      LOG_NUMBER("pid", (int64_t)t->pid), LOG_NUMBER("owner", t->peer.uid));
        ipc_channel_free(ch);
        return;
    }
    if (is_new && add_target(r, &advertise->cookie, advertise->pid, peer, &t, &err) < 0) {
        if (may_complain(r))
            log_event(&event_process_unwatched, LOG_NUMBER("pid", (int64_t)advertise->pid),
                      {"reason", err.text});
        surplus_add(&r->surplus, ch);
        return;
    }
    target_offer(t, ch);
    if (is_new) {
        tell_arrival(r, t);
        target_attach(t);
        target_watch_exit(t);
    }
}

static void on_trouble(void *user, bool altered, const char *text)
{
    (void)user;
    if (altered)
        log_event(&event_port_altered, {"text", text});
    else
        log_event(&event_port_trouble, {"reason", text});
}

static int start_listening(struct registry *r, struct error *err)
{
    struct ipc_listener_events events = {r, on_advertise, on_trouble};
    struct port_config port;
    int code = port_config_read(&port, r->options, err);

    if (code == 0)
        code = ipc_listener_open(r->loop, &port.listener, &events, &r->listener, err);
    port_config_deinit(&port);
    return code;
}

/* discover.h's side: a process was found that we may not know yet. */
static bool is_known(void *user, const char *socket_path)
{
    struct registry *r = user;

    list_each(t, &r->targets, struct target, link)
    {
        if (t->socket_path && strcmp(t->socket_path, socket_path) == 0)
            return true;
    }
    return false;
}

/* Anybody may make a file of that name; only the process's own user (or root) can be behind it. */
static bool is_impostor(const struct discovered *found, const struct ipc_peer *peer)
{
    return found->peer.pid && found->peer.uid != (uid_t)-1 && peer->uid != found->peer.uid &&
           peer->uid != 0;
}

/* Connects first: of files that nobody listens at there can be many, and they are not worth a word.
 */
static bool on_found(void *user, const struct discovered *found)
{
    struct registry *r = user;
    struct ipc_channel *ch;
    struct target *t;
    struct error err;
    static const struct guid no_cookie; /* until ProcessInfo tells it */

    if (ipc_channel_connect(r->loop, found->socket_path, &ch, &err) < 0) {
        log_event(&event_socket_unused, {"reason", err.text});
        return false;
    }
    struct ipc_peer peer = *ipc_channel_peer(ch);
    if (is_impostor(found, &peer)) {
        log_event(&event_socket_impostor, {"path", found->socket_path}, LOG_NUMBER("uid", peer.uid),
                  LOG_NUMBER("owner", found->peer.uid));
        ipc_channel_free(ch);
        return false;
    }
    if (found->peer.pid)
        peer.pid = found->peer.pid;
    if (add_target(r, &no_cookie, (uint64_t)found->pid, &peer, &t, &err) < 0) {
        ipc_channel_free(ch);
        return true;
    }
    free(t->root);
    t->root = strdup(found->root);
    t->socket_path = strdup(found->socket_path);
    target_offer(t, ch);
    if (!t->root || !t->socket_path) {
        target_set_gone(t);
        return true;
    }
    target_attach(t);
    target_watch_exit(t);
    return true;
}

static void scan(void *user)
{
    struct registry *r = user;
    const struct discover_events events = {r, is_known, on_found};

    discover(r->options->port_scan_all, &events);
    list_each(t, &r->targets, struct target, link)
    {
        if (!discovered_still_there(t->socket_path, t->host_pid))
            target_set_gone(t);
    }
}

int registry_new(uv_loop_t *loop, const struct options *options, struct registry **ret,
                 struct error *err)
{
    struct registry *r = calloc(1, sizeof *r);
    int code = 0;

    if (!r)
        return error_set(err, -ENOMEM, "registry");
    r->loop = loop;
    r->options = options;
    list_init(&r->targets);
    list_init(&r->waits);
    list_init(&r->watchers);
    surplus_init(&r->surplus, loop);
    if (options->port_mode == PORT_LISTEN)
        code = start_listening(r, err);
    else
        code = timer_start(&r->scan, loop, 0, SCAN_MS, scan, r);
    if (code < 0) {
        free(r);
        return code;
    }
    *ret = r;
    return 0;
}

void registry_free(struct registry *r)
{
    if (!r)
        return;
    timer_stop(&r->scan);
    ipc_listener_close(r->listener);
    surplus_deinit(&r->surplus);
    while (!list_empty(&r->waits))
        list_remove(r->waits.next);
    while (!list_empty(&r->targets))
        target_set_gone(container_of(r->targets.next, struct target, link));
    free(r);
}

void registry_watch(struct registry *r, struct registry_watcher *w)
{
    list_append(&r->watchers, &w->link);
}

void registry_unwatch(struct registry_watcher *w)
{
    if (w->link.next)
        list_remove(&w->link);
}

bool registry_is_matched(const struct registry *r, const struct target *t)
{
    return t->listed && !t->gone && process_is_default(t, &r->options->default_process);
}

bool registry_is_reachable(const struct registry *r)
{
    return !r->listener || ipc_listener_is_bound(r->listener);
}

struct list *registry_targets(struct registry *r)
{
    return &r->targets;
}

void registry_settle(struct registry *r, struct registry_wait *w, void (*on_settled)(void *user),
                     void *user)
{
    w->on_settled = on_settled;
    w->user = user;
    list_init(&w->link);
    if (r->options->port_mode == PORT_CONNECT)
        scan(r);
    w->before = r->next_number;
    if (is_settled(r, w->before))
        on_settled(user);
    else
        list_append(&r->waits, &w->link);
}

void registry_wait_cancel(struct registry_wait *w)
{
    if (w->link.next)
        list_remove(&w->link);
}

int registry_select(struct registry *r, const struct process_query *query, struct target **ret,
                    struct error *err)
{
    return process_select(&r->targets, &r->options->default_process, query, ret, err);
}
