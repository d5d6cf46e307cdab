#include "src/net/curl_loop.h"

#include <errno.h>
#include <stdlib.h>

#include "src/io/timer.h"
#include "src/io/watch.h"

enum { IDLE_CONNECTIONS = 2 };

struct curl_socket {
    struct list node;
    struct curl_loop *owner;
    curl_socket_t fd;
    struct watch watch;
};

struct curl_loop {
    const struct curl_library *curl;
    uv_loop_t *loop;
    CURLM *multi;
    struct list sockets, transfers;
    struct timer timer;
    bool *gone; /* set when an on_done has freed the loop */
};

const struct curl_library *curl_loop_library(const struct curl_loop *l)
{
    return l->curl;
}

/* --- libcurl asks --- */

static void drive(struct curl_loop *l, curl_socket_t fd, int events);

static void on_ready(void *user, int events)
{
    const struct curl_socket *s = user;
    int mask = (events & UV_READABLE ? CURL_CSELECT_IN : 0) |
               (events & UV_WRITABLE ? CURL_CSELECT_OUT : 0);

    drive(s->owner, s->fd, mask);
}

static void on_time(void *user)
{
    drive(user, CURL_SOCKET_TIMEOUT, 0);
}

static void forget_socket(struct curl_socket *s)
{
    watch_stop(&s->watch);
    list_remove(&s->node);
    free(s);
}

static struct curl_socket *find_socket(struct curl_loop *l, curl_socket_t fd)
{
    list_each(s, &l->sockets, struct curl_socket, node)
    {
        if (s->fd == fd)
            return s;
    }
    return NULL;
}

static struct curl_socket *add_socket(struct curl_loop *l, curl_socket_t fd)
{
    struct curl_socket *s = calloc(1, sizeof *s);
    struct error err;

    if (!s)
        return NULL;
    *s = (struct curl_socket){.owner = l, .fd = fd};
    list_append(&l->sockets, &s->node);
    if (watch_start(&s->watch, l->loop, fd, 0, on_ready, s, &err) == 0)
        return s;
    forget_socket(s);
    return NULL;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *socket_user)
{
    struct curl_loop *l = user;
    struct curl_socket *s = find_socket(l, fd);

    (void)easy;
    (void)socket_user;
    if (what == CURL_POLL_REMOVE) {
        if (s)
            forget_socket(s);
        return 0;
    }
    s = s ? s : add_socket(l, fd);
    if (!s)
        return -1;
    watch_for(&s->watch,
              (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0));
    return 0;
}

static int on_timer(CURLM *multi, long ms, void *user)
{
    struct curl_loop *l = user;

    (void)multi;
    if (ms < 0)
        timer_stop(&l->timer);
    else
        return timer_start(&l->timer, l->loop, (uint64_t)ms, 0, on_time, l) < 0 ? -1 : 0;
    return 0;
}

/* --- transfers --- */

static void finish(struct curl_loop *l, struct curl_transfer *t, CURLcode result)
{
    curl_loop_remove(l, t);
    t->on_done(t->user, result);
}

static struct curl_transfer *find_transfer(struct curl_loop *l, const CURL *easy)
{
    list_each(t, &l->transfers, struct curl_transfer, node)
    {
        if (t->easy == easy)
            return t;
    }
    return NULL;
}

/* The next one that is over; NULL: none. */
static struct curl_transfer *next_done(struct curl_loop *l, CURLcode *ret_result)
{
    CURLMsg *message;
    int left;

    while ((message = l->curl->multi_info_read(l->multi, &left))) {
        *ret_result = message->data.result;
        struct curl_transfer *t = find_transfer(l, message->easy_handle);
        if (message->msg == CURLMSG_DONE && t)
            return t;
    }
    return NULL;
}

static void finish_all(struct curl_loop *l, const bool *gone, CURLcode result)
{
    while (!*gone && !list_empty(&l->transfers))
        finish(l, container_of(l->transfers.next, struct curl_transfer, node), result);
}

static void drive(struct curl_loop *l, curl_socket_t fd, int events)
{
    struct curl_transfer *t;
    CURLcode result;
    bool gone = false;
    int left;

    l->gone = &gone;
    if (l->curl->multi_socket_action(l->multi, fd, events, &left) != CURLM_OK)
        finish_all(l, &gone, CURLE_OUT_OF_MEMORY); /* add_socket() or a timer has failed */
    while (!gone && (t = next_done(l, &result)))
        finish(l, t, result);
    if (!gone)
        l->gone = NULL;
}

int curl_loop_add(struct curl_loop *l, struct curl_transfer *t, struct error *err)
{
    if (l->curl->multi_add_handle(l->multi, t->easy) != CURLM_OK) /* asks for the timer at once */
        return error_set(err, -ENOMEM, "libcurl");
    list_append(&l->transfers, &t->node);
    return 0;
}

void curl_loop_remove(struct curl_loop *l, struct curl_transfer *t)
{
    list_remove(&t->node);
    (void)l->curl->multi_remove_handle(l->multi, t->easy);
}

/* --- life --- */

static void set_multi(struct curl_loop *l)
{
    int (*socket_function)(CURL *, curl_socket_t, int, void *, void *) = on_socket;
    int (*timer_function)(CURLM *, long, void *) = on_timer;

    (void)l->curl->multi_setopt(l->multi, CURLMOPT_SOCKETFUNCTION, socket_function);
    (void)l->curl->multi_setopt(l->multi, CURLMOPT_SOCKETDATA, l);
    (void)l->curl->multi_setopt(l->multi, CURLMOPT_TIMERFUNCTION, timer_function);
    (void)l->curl->multi_setopt(l->multi, CURLMOPT_TIMERDATA, l);
    (void)l->curl->multi_setopt(l->multi, CURLMOPT_MAXCONNECTS, (long)IDLE_CONNECTIONS);
}

int curl_loop_new(uv_loop_t *loop, struct curl_loop **ret, struct error *err)
{
    const struct curl_library *curl;
    int r = curl_library_load(&curl, err);

    if (r < 0)
        return r;
    struct curl_loop *l = calloc(1, sizeof *l);
    if (!l)
        return error_set(err, -ENOMEM, "libcurl");
    *l = (struct curl_loop){.curl = curl, .loop = loop, .multi = curl->multi_init()};
    list_init(&l->sockets);
    list_init(&l->transfers);
    if (!l->multi) {
        free(l);
        return error_set(err, -ENOMEM, "libcurl");
    }
    set_multi(l);
    *ret = l;
    return 0;
}

void curl_loop_free(struct curl_loop *l)
{
    if (!l)
        return;
    if (l->gone)
        *l->gone = true;
    (void)l->curl->multi_cleanup(l->multi);
    list_each(s, &l->sockets, struct curl_socket, node)
    {
        forget_socket(s);
    }
    timer_stop(&l->timer);
    free(l);
}
