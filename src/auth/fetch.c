/*
 * A fetch: start -> libcurl asks for sockets and a timer -> their events drive it -> it is done,
 * everything is taken down, on_done is called. A fetch has a multi handle of its own: there are
 * three of them in 12 hours, and so there is nothing to share and nothing to lock.
 */
#include "src/auth/fetch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/auth/curl_library.h"
#include "src/auth/fetch_url.h"
#include "src/base/cleanup.h"
#include "src/base/list.h"
#include "src/base/text.h"
#include "src/io/timer.h"
#include "src/io/watch.h"

struct fetch_socket {
    struct list node;
    struct fetch *fetch;
    curl_socket_t fd;
    struct watch watch;
};

struct fetch {
    const struct curl_library *curl;
    uv_loop_t *loop;
    CURLM *multi;
    CURL *easy;
    char *url;
    struct list sockets; /* of fetch_socket */
    struct timer timer;
    struct text body;
    size_t size_max;
    bool too_large;
    char reason[CURL_ERROR_SIZE];
    void (*on_done)(void *user, const struct fetch_result *result);
    void *user;
};

/* --- libcurl asks --- */

static void drive(struct fetch *f, curl_socket_t fd, int events);

static void on_ready(void *user, int events)
{
    const struct fetch_socket *s = user;
    int mask = (events & UV_READABLE ? CURL_CSELECT_IN : 0) |
               (events & UV_WRITABLE ? CURL_CSELECT_OUT : 0);

    drive(s->fetch, s->fd, mask);
}

static void on_time(void *user)
{
    drive(user, CURL_SOCKET_TIMEOUT, 0);
}

static void forget_socket(struct fetch_socket *s)
{
    watch_stop(&s->watch);
    list_remove(&s->node);
    free(s);
}

static struct fetch_socket *find_socket(struct fetch *f, curl_socket_t fd)
{
    list_each(s, &f->sockets, struct fetch_socket, node)
    {
        if (s->fd == fd)
            return s;
    }
    return NULL;
}

static struct fetch_socket *add_socket(struct fetch *f, curl_socket_t fd)
{
    struct fetch_socket *s = calloc(1, sizeof *s);
    struct error err;

    if (!s)
        return NULL;
    *s = (struct fetch_socket){.fetch = f, .fd = fd};
    list_append(&f->sockets, &s->node);
    if (watch_start(&s->watch, f->loop, fd, 0, on_ready, s, &err) == 0)
        return s;
    forget_socket(s);
    return NULL;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *socket_user)
{
    struct fetch *f = user;
    struct fetch_socket *s = find_socket(f, fd);

    (void)easy;
    (void)socket_user;
    if (what == CURL_POLL_REMOVE) {
        if (s)
            forget_socket(s);
        return 0;
    }
    s = s ? s : add_socket(f, fd);
    if (!s)
        return -1;
    watch_for(&s->watch,
              (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0));
    return 0;
}

static int on_timer(CURLM *multi, long ms, void *user)
{
    struct fetch *f = user;

    (void)multi;
    if (ms < 0)
        timer_stop(&f->timer);
    else
        return timer_start(&f->timer, f->loop, (uint64_t)ms, 0, on_time, f) < 0 ? -1 : 0;
    return 0;
}

/* A chunked answer tells no length beforehand; the bound holds for what has come. */
static size_t on_body(char *data, size_t one, size_t count, void *user)
{
    struct fetch *f = user;

    (void)one; /* always 1 */
    if (f->body.size + count > f->size_max) {
        f->too_large = true;
        return 0;
    }
    text_add(&f->body, data, count);
    return f->body.failed ? 0 : count;
}

/* --- the end --- */

static void destroy(struct fetch *f)
{
    if (f->easy) {
        (void)f->curl->multi_remove_handle(f->multi, f->easy);
        f->curl->easy_cleanup(f->easy);
    }
    if (f->multi)
        (void)f->curl->multi_cleanup(f->multi);
    list_each(s, &f->sockets, struct fetch_socket, node)
    {
        forget_socket(s);
    }
    timer_stop(&f->timer);
    text_deinit(&f->body);
    free(f->url);
    free(f);
}

static void destroy_fetch(struct fetch **f)
{
    if (*f)
        destroy(*f);
}

static const struct cause {
    CURLcode result;
    int code;
    const char *cure;
} causes[] = {
    {CURLE_OPERATION_TIMEDOUT, -ETIMEDOUT, "; no whole answer in time: check the network"},
    {CURLE_FILESIZE_EXCEEDED, -E2BIG, "; the answer is too large: check the address"},
    {CURLE_COULDNT_CONNECT, -ECONNREFUSED,
     "; check the network policy, or set https_proxy where a proxy is needed"},
    {CURLE_COULDNT_RESOLVE_HOST, -EHOSTUNREACH, "; check the name and DNS"},
    {CURLE_COULDNT_RESOLVE_PROXY, -EHOSTUNREACH, "; check https_proxy"},
    {CURLE_PEER_FAILED_VERIFICATION, -EKEYREJECTED,
     "; name the file of its authority with SSL_CERT_FILE"},
    {CURLE_SSL_CACERT_BADFILE, -EKEYREJECTED,
     "; install the package ca-certificates, or name the authorities with SSL_CERT_FILE"},
    {CURLE_SSL_CONNECT_ERROR, -EKEYREJECTED, ""},
    {CURLE_OUT_OF_MEMORY, -ENOMEM, ""},
};

static int explain(const struct fetch *f, CURLcode result, struct error *err)
{
    struct cause cause = {result, -EPROTO, ""};

    for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++) {
        if (causes[i].result == result)
            cause = causes[i];
    }
    if (f->too_large)
        return error_set(err, -E2BIG, "GET %s: the answer is larger than %zu bytes", f->url,
                         f->size_max);
    return error_set(err, cause.code, "GET %s: %s%s", f->url,
                     *f->reason ? f->reason : f->curl->easy_strerror(result), cause.cure);
}

static int judge(const struct fetch *f, CURLcode result, struct error *err)
{
    long status = 0;

    if (result != CURLE_OK)
        return explain(f, result, err);
    (void)f->curl->easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 300 && status < 400)
        return error_set(err, -EPROTO, "GET %s: status %ld; redirects are not followed", f->url,
                         status);
    if (status != 200)
        return error_set(err, -EPROTO, "GET %s: status %ld instead of 200", f->url, status);
    return 0;
}

static void finish(struct fetch *f, CURLcode result)
{
    void (*on_done)(void *user, const struct fetch_result *result) = f->on_done;
    void *user = f->user;
    struct error err = {0};
    struct text body = f->body;
    int code = judge(f, result, &err);

    f->body = (struct text){0};
    destroy(f);
    on_done(user, &(struct fetch_result){.code = code,
                                         .text = err.text,
                                         .body = code == 0 && body.data ? body.data : "",
                                         .size = code == 0 ? body.size : 0});
    text_deinit(&body);
}

static void drive(struct fetch *f, curl_socket_t fd, int events)
{
    CURLMsg *message;
    int left;

    CURLMcode r = f->curl->multi_socket_action(f->multi, fd, events, &left);
    if (r != CURLM_OK) {
        finish(f, CURLE_OUT_OF_MEMORY); /* add_socket() or a timer has failed */
        return;
    }
    while ((message = f->curl->multi_info_read(f->multi, &left))) {
        if (message->msg == CURLMSG_DONE) {
            finish(f, message->data.result);
            return;
        }
    }
}

/* --- the start --- */

static void set_number(const struct fetch *f, CURLoption option, long value)
{
    (void)f->curl->easy_setopt(f->easy, option, value);
}

static void set_text(const struct fetch *f, CURLoption option, const char *value)
{
    (void)f->curl->easy_setopt(f->easy, option, value);
}

static void set_bounds(const struct fetch *f, const struct fetch_request *request)
{
    set_number(f, CURLOPT_CONNECTTIMEOUT_MS, request->connect_ms);
    set_number(f, CURLOPT_TIMEOUT_MS, request->total_ms);
    set_number(f, CURLOPT_MAXFILESIZE, (long)request->size_max);
    set_number(f, CURLOPT_FOLLOWLOCATION, 0);
    set_number(f, CURLOPT_NOSIGNAL, 1);
    /* Without it the end of a fetch waits for its name to be resolved: seconds, on the loop. */
    set_number(f, CURLOPT_QUICK_EXIT, 1);
    set_number(f, CURLOPT_FORBID_REUSE, 1);
    set_number(f, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    set_text(f, CURLOPT_PROTOCOLS_STR, request->loopback ? "https,http" : "https");
    if (strncmp(request->url, "http:", 5) == 0)
        set_text(f, CURLOPT_PROXY, ""); /* this machine */
}

/* The curl program reads these variables, the library does not. */
static void set_authorities(const struct fetch *f)
{
    const char *file = getenv("SSL_CERT_FILE"), *folder = getenv("SSL_CERT_DIR");

    if (file && *file)
        set_text(f, CURLOPT_CAINFO, file);
    if (folder && *folder)
        set_text(f, CURLOPT_CAPATH, folder);
}

static void set_multi(struct fetch *f)
{
    int (*socket_function)(CURL *, curl_socket_t, int, void *, void *) = on_socket;
    int (*timer_function)(CURLM *, long, void *) = on_timer;

    (void)f->curl->multi_setopt(f->multi, CURLMOPT_SOCKETFUNCTION, socket_function);
    (void)f->curl->multi_setopt(f->multi, CURLMOPT_SOCKETDATA, f);
    (void)f->curl->multi_setopt(f->multi, CURLMOPT_TIMERFUNCTION, timer_function);
    (void)f->curl->multi_setopt(f->multi, CURLMOPT_TIMERDATA, f);
}

static void set_easy(struct fetch *f, const struct fetch_request *request)
{
    size_t (*body_function)(char *, size_t, size_t, void *) = on_body;

    set_text(f, CURLOPT_URL, f->url);
    set_text(f, CURLOPT_USERAGENT, "portside");
    set_bounds(f, request);
    set_authorities(f);
    (void)f->curl->easy_setopt(f->easy, CURLOPT_ERRORBUFFER, f->reason);
    (void)f->curl->easy_setopt(f->easy, CURLOPT_WRITEFUNCTION, body_function);
    (void)f->curl->easy_setopt(f->easy, CURLOPT_WRITEDATA, f);
}

int fetch_start(uv_loop_t *loop, const struct fetch_request *request,
                void (*on_done)(void *user, const struct fetch_result *result), void *user,
                struct fetch **ret, struct error *err)
{
    const struct curl_library *curl;
    int r = fetch_url_check(request->url, request->loopback, err);

    if (r == 0)
        r = curl_library_load(&curl, err);
    if (r < 0)
        return r;
    cleanup(destroy_fetch) struct fetch *f = calloc(1, sizeof *f);
    if (!f)
        return error_set(err, -ENOMEM, "fetch %.200s", request->url);
    *f = (struct fetch){.curl = curl, .loop = loop, .size_max = request->size_max};
    list_init(&f->sockets);
    f->on_done = on_done;
    f->user = user;
    f->url = strdup(request->url);
    f->multi = curl->multi_init();
    f->easy = f->multi ? curl->easy_init() : NULL;
    if (!f->url || !f->easy)
        return error_set(err, -ENOMEM, "fetch %.200s", request->url);
    set_multi(f);
    set_easy(f, request);
    if (curl->multi_add_handle(f->multi, f->easy) != CURLM_OK) /* asks for the timer at once */
        return error_set(err, -ENOMEM, "fetch %.200s", request->url);
    *ret = take_ptr(f);
    return 0;
}

void fetch_abandon(struct fetch *f)
{
    destroy(f);
}
