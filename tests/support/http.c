#include "tests/support/http.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>

#include "tests/support/world.h"

enum { DEFAULT_TIMEOUT_MS = 120000, LEAVE_MS = 5000 };

static const char *trusted;

static void wait_released(struct http *h)
{
    pthread_mutex_lock(&h->lock);
    while (!h->released)
        pthread_cond_wait(&h->changed, &h->lock);
    pthread_mutex_unlock(&h->lock);
}

static bool keep(char **data, size_t *size, size_t *capacity, const void *more, size_t n)
{
    if (*size + n + 1 > *capacity) {
        size_t want = (*size + n + 1) * 2;
        char *grown = realloc(*data, want);

        if (!grown)
            return false;
        *data = grown;
        *capacity = want;
    }
    memcpy(*data + *size, more, n);
    *size += n;
    (*data)[*size] = '\0';
    return true;
}

static size_t on_body(char *data, size_t one, size_t n, void *user)
{
    struct http *h = user;
    size_t got = atomic_load(&h->received) + n;

    (void)one;
    if (atomic_load(&h->first_ms) == 0)
        atomic_store(&h->first_ms, clock_monotonic_ms());
    if (h->file ? fwrite(data, 1, n, h->file) != n
                : !keep(&h->body, &h->body_size, &h->body_capacity, data, n))
        return 0;
    atomic_store(&h->received, got);
    if (h->request.abort_after && got >= h->request.abort_after)
        return 0;
    if (h->request.hold_after && got >= h->request.hold_after)
        wait_released(h);
    return n;
}

static size_t on_head(char *data, size_t one, size_t n, void *user)
{
    struct http *h = user;
    size_t capacity = h->head ? h->head_size + 1 : 0;

    (void)one;
    return keep(&h->head, &h->head_size, &capacity, data, n) ? n : 0;
}

/* libcurl calls it once a second also when nothing comes. */
static int on_progress(void *user, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const struct http *h = user;

    (void)a, (void)b, (void)c, (void)d;
    return atomic_load(&h->leaving);
}

static struct curl_slist *header_list(const struct http_request *r)
{
    struct curl_slist *list = NULL;

    for (size_t i = 0; i < sizeof r->headers / sizeof r->headers[0] && r->headers[i]; i++)
        list = curl_slist_append(list, r->headers[i]);
    return list;
}

static void set_options(CURL *c, struct http *h, struct curl_slist *headers)
{
    const struct http_request *r = &h->request;
    long timeout = r->timeout_ms ? r->timeout_ms : DEFAULT_TIMEOUT_MS;

    curl_easy_setopt(c, CURLOPT_URL, r->url);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, timeout);
    curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(c, CURLOPT_XFERINFODATA, h);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, h);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_head);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, h);
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(c, CURLOPT_MAX_RECV_SPEED_LARGE, (curl_off_t)r->bytes_per_second);
    if (trusted)
        curl_easy_setopt(c, CURLOPT_CAINFO, trusted);
    if (r->client)
        curl_easy_setopt(c, CURLOPT_SSLCERT, r->client);
    if (r->body)
        curl_easy_setopt(c, CURLOPT_POSTFIELDS, r->body);
    if (r->method && strcmp(r->method, "HEAD") == 0)
        curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
    else if (r->method)
        curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, r->method);
}

static void perform(struct http *h)
{
    struct curl_slist *headers = header_list(&h->request);
    CURL *c = curl_easy_init();

    if (h->request.save_to)
        h->file = fopen(h->request.save_to, "we");
    set_options(c, h, headers);
    h->result = curl_easy_perform(c);
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &h->status);
    curl_easy_cleanup(c);
    curl_slist_free_all(headers);
    if (h->file)
        (void)fclose(h->file);
    h->file = NULL;
    atomic_store(&h->ended, true);
}

static void *perform_thread(void *user)
{
    perform(user);
    return NULL;
}

static void end_http(void *user)
{
    struct http *h = user;

    http_release(h);
    if (h->threaded && !h->joined)
        pthread_join(h->thread, NULL);
    pthread_mutex_destroy(&h->lock);
    pthread_cond_destroy(&h->changed);
    free(h->head);
    free(h->body);
    free(h);
}

static struct http *http_new(const struct http_request *request)
{
    static bool ready;
    struct http *h = calloc(1, sizeof *h);

    if (!ready)
        curl_global_init(CURL_GLOBAL_DEFAULT);
    ready = true;
    if (!h)
        abort();
    h->request = *request;
    h->request.url = world_text("%s", request->url);
    h->body_capacity = 1;
    h->body = calloc(1, 1);
    pthread_mutex_init(&h->lock, NULL);
    pthread_cond_init(&h->changed, NULL);
    world_at_end(end_http, h);
    return h;
}

static void trust_nobody(void *arg)
{
    (void)arg;
    trusted = NULL;
}

void http_trust(const char *path)
{
    trusted = path;
    world_at_end(trust_nobody, NULL);
}

struct http *http_run(const struct http_request *request)
{
    struct http *h = http_new(request);

    perform(h);
    return h;
}

struct http *http_start(const struct http_request *request)
{
    struct http *h = http_new(request);

    h->threaded = pthread_create(&h->thread, NULL, perform_thread, h) == 0;
    REQUIRE(h->threaded);
    return h;
}

bool http_wait(struct http *h, int ms)
{
    if (!WAIT_UNTIL(ms, atomic_load(&h->ended)))
        return false;
    if (h->threaded && !h->joined)
        pthread_join(h->thread, NULL);
    h->joined = true;
    return true;
}

void http_leave(struct http *h)
{
    atomic_store(&h->leaving, true);
    http_release(h);
    CHECK_AT("the client leaves", http_wait(h, LEAVE_MS));
}

void http_release(struct http *h)
{
    pthread_mutex_lock(&h->lock);
    h->released = true;
    pthread_cond_broadcast(&h->changed);
    pthread_mutex_unlock(&h->lock);
}

__attribute__((format(printf, 2, 0))) static struct http *run_method(const char *method,
                                                                     const char *fmt, va_list ap)
{
    char url[2048];

    (void)vsnprintf(url, sizeof url, fmt, ap);
    return http_run(&(struct http_request){.method = method, .url = url});
}

struct http *http_get(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    struct http *h = run_method(NULL, fmt, ap);
    va_end(ap);
    return h;
}

struct http *http_delete(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    struct http *h = run_method("DELETE", fmt, ap);
    va_end(ap);
    return h;
}

const char *http_header(const struct http *h, const char *name)
{
    size_t n = strlen(name);

    for (const char *line = h->head; line && *line;) {
        size_t length = strcspn(line, "\r\n");

        if (strncasecmp(line, name, n) == 0 && line[n] == ':') {
            const char *value = line + n + 1 + strspn(line + n + 1, " ");
            return world_text("%.*s", (int)(length - (size_t)(value - line)), value);
        }
        line += length;
        line += strspn(line, "\r\n");
    }
    return NULL;
}
