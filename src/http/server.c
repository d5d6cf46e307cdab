#include "src/http/server.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/http/bind.h"
#include "src/http/conn.h"
#include "src/http/listener.h"
#include "src/http/transport.h"
#include "src/http/transport_tls.h"

enum { SOCKET_MODE = 0660 };

/*
 * Everything on the loop is counted in `handles`: listeners, connections and the two timers. The
 * last one to close ends the server. The deadline timer runs only while there is something to look
 * at, so that an idle server never wakes up.
 */
/* .NET counts from the year 1: connection ids look like the peer's. */
static const uint64_t TICKS_TO_1970 = 621355968000000000;

struct http_server {
    uv_loop_t *loop;
    struct http_conn_owner owner;
    struct http_listener_events listener_events;
    struct list listeners, conns;
    struct tls_context *tls;
    struct http_socket_file socket_file;
    unsigned count, handles;
    uint64_t next_id; /* of a connection; begins with the time, so that restarts differ */
    uv_timer_t tick, grace;
    bool timers, starved, full, closing;
    void (*on_closed)(void *user);
    void *closed_user;
};

static void handle_gone(struct http_server *s)
{
    if (--s->handles == 0 && s->on_closed)
        s->on_closed(s->closed_user);
}

static void on_timer_closed(uv_handle_t *handle)
{
    handle_gone(handle->data);
}

static void close_timers(struct http_server *s)
{
    if (!s->timers)
        return;
    s->timers = false;
    uv_close((uv_handle_t *)&s->tick, on_timer_closed);
    uv_close((uv_handle_t *)&s->grace, on_timer_closed);
}

static void open_timers(struct http_server *s)
{
    if (s->timers)
        return;
    (void)uv_timer_init(s->loop, &s->tick);
    (void)uv_timer_init(s->loop, &s->grace);
    s->tick.data = s->grace.data = s;
    s->timers = true;
    s->handles += 2;
}

static void set_listening(struct http_server *s)
{
    bool paused = s->starved || s->full;

    list_each(l, &s->listeners, struct http_listener, link)
    {
        if (paused)
            http_listener_pause(l);
        else
            http_listener_resume(l);
    }
}

/* The connection that has waited longest for a request makes room: many that say nothing must not
 * keep out those who ask, a health probe above all. The newest is spared. When all are being
 * answered, newcomers wait. */
static void make_room(struct http_server *s)
{
    struct http_conn *longest = NULL;

    list_each(c, &s->conns, struct http_conn, link)
    {
        if ((s->full || c->link.next != &s->conns) && http_conn_is_waiting(c) &&
            (!longest || c->since < longest->since))
            longest = c;
    }
    if (longest)
        http_conn_break(longest);
}

static void on_tick(uv_timer_t *timer)
{
    struct http_server *s = timer->data;

    if (s->starved) {
        s->starved = false;
        set_listening(s);
    }
    list_each(c, &s->conns, struct http_conn, link) http_conn_tick(c);
    if (s->full) /* when it filled up all were being answered, perhaps; now one may be waiting */
        make_room(s);
    if (s->count == 0)
        (void)uv_timer_stop(timer);
}

static void start_tick(struct http_server *s)
{
    uint64_t ms = s->owner.limits.tick_ms;

    if (s->timers && !uv_is_active((uv_handle_t *)&s->tick))
        (void)uv_timer_start(&s->tick, on_tick, ms, ms);
}

static void on_conn_closed(void *user)
{
    struct http_server *s = user;

    s->count--;
    if (s->full) {
        s->full = false;
        set_listening(s);
    }
    if (s->count == 0 && s->closing)
        close_timers(s);
    handle_gone(s);
}

static void add_conn(struct http_server *s, int fd, const struct http_listener *from)
{
    struct http_transport *t =
        from->tls ? http_transport_tls(s->tls, fd) : http_transport_plain(fd);
    struct http_conn *c = t ? http_conn_new(s->loop, t, from->role, &s->owner) : NULL;

    if (!c) {
        if (t)
            t->ops->close(t, true);
        else
            (void)close(fd);
        return;
    }
    c->id = s->next_id++;
    list_append(&s->conns, &c->link);
    s->count++;
    s->handles++;
    start_tick(s);
}

static bool on_connection(void *user, int fd, const struct http_listener *from)
{
    struct http_server *s = user;

    add_conn(s, fd, from);
    if (s->count < s->owner.limits.connections)
        return true;
    make_room(s);
    s->full = true;
    set_listening(s);
    return false;
}

static void on_starved(void *user)
{
    struct http_server *s = user;

    s->starved = true;
    set_listening(s);
    start_tick(s);
}

static void on_listener_closed(void *user)
{
    handle_gone(user);
}

int http_server_new(uv_loop_t *loop, const struct http_handler *handler, struct http_server **ret,
                    struct error *err)
{
    struct http_server *s = calloc(1, sizeof *s);
    struct sigaction old;

    if (!s)
        return error_set(err, -ENOMEM, "HTTP server: out of memory");
    /* sendfile() knows no MSG_NOSIGNAL. A handler that somebody has set stays. */
    if (sigaction(SIGPIPE, NULL, &old) == 0 && old.sa_handler == SIG_DFL)
        (void)signal(SIGPIPE, SIG_IGN);
    s->loop = loop;
    s->next_id = (uint64_t)clock_now_ticks() + TICKS_TO_1970;
    s->socket_file = (struct http_socket_file){SOCKET_MODE, (gid_t)-1};
    s->owner = (struct http_conn_owner){http_limits_default, *handler, s, on_conn_closed};
    s->listener_events =
        (struct http_listener_events){s, on_connection, on_starved, on_listener_closed};
    list_init(&s->listeners);
    list_init(&s->conns);
    *ret = s;
    return 0;
}

void http_server_set_limits(struct http_server *s, const struct http_limits *limits)
{
    s->owner.limits = *limits;
}

void http_server_set_tls(struct http_server *s, struct tls_context *tls)
{
    s->tls = tls;
}

void http_server_set_socket_file(struct http_server *s, mode_t mode, gid_t group)
{
    s->socket_file = (struct http_socket_file){mode, group};
}

static int add_listener(struct http_server *s, int fd, int role, const struct http_url *url,
                        struct error *err)
{
    struct http_listener *l = http_listener_new(s->loop, fd, url->path, &s->listener_events);

    if (!l) {
        (void)close(fd);
        return error_set(err, -ENOMEM, "HTTP listener: out of memory or descriptors");
    }
    l->role = role;
    l->tls = url->tls;
    list_append(&s->listeners, &l->link);
    s->handles++;
    return 0;
}

int http_server_listen(struct http_server *s, const char *url, int role,
                       char ret_address[static HTTP_ADDRESS_SIZE], struct error *err)
{
    char address[HTTP_ADDRESS_SIZE];
    struct http_url parsed;
    int fds[2], failed = 0;

    int r = http_url_parse(url, &parsed, err);
    if (r < 0)
        return r;
    if (parsed.tls && !s->tls)
        return error_set(err, -EPROTONOSUPPORT, "cannot listen on %s: no TLS certificate", url);
    int n = http_bind(&parsed, url, &s->socket_file, fds, address, err);
    if (n < 0)
        return n;
    open_timers(s);
    for (int i = 0; i < n; i++) {
        r = add_listener(s, fds[i], role, &parsed, err);
        failed = r < 0 ? r : failed;
    }
    set_listening(s);
    if (failed)
        return failed;
    for (size_t i = 0; i < sizeof address; i++)
        ret_address[i] = address[i];
    return 0;
}

static void on_grace_over(uv_timer_t *timer)
{
    struct http_server *s = timer->data;

    list_each(c, &s->conns, struct http_conn, link) http_conn_break(c);
}

void http_server_close(struct http_server *s, uint64_t grace_ms, void (*on_closed)(void *user),
                       void *user)
{
    if (s->closing) {
        if (uv_is_active((uv_handle_t *)&s->grace) && uv_timer_get_due_in(&s->grace) > grace_ms)
            (void)uv_timer_start(&s->grace, on_grace_over, grace_ms, 0);
        return;
    }
    s->closing = true;
    s->on_closed = on_closed;
    s->closed_user = user;
    open_timers(s); /* so that on_closed never comes inside this call */
    list_each(l, &s->listeners, struct http_listener, link) http_listener_close(l);
    list_each(c, &s->conns, struct http_conn, link) http_conn_drain(c);
    if (s->count == 0)
        close_timers(s);
    else
        (void)uv_timer_start(&s->grace, on_grace_over, grace_ms, 0);
}

void http_server_free(struct http_server *s)
{
    free(s);
}

unsigned http_server_connections(const struct http_server *s)
{
    return s->count;
}
