#include "tests/support/otlp_receiver.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include "tests/support/otlp_shape.h"
#include "tests/support/world.h"

enum { REQUESTS = 4096, CONNECTIONS = 16, TURN_MS = 20, BODY_MAX = 64 * 1024 * 1024 };

struct connection {
    int fd; /* -1: free */
    char *data;
    size_t size;
};

struct otlp_receiver {
    char url[64];
    unsigned short port;
    int listener;
    struct connection connections[CONNECTIONS];
    pthread_t thread;
    bool running;
    atomic_bool stop;
    pthread_mutex_t lock; /* what follows */
    struct otlp_answer script[OTLP_SCRIPT];
    int step;
    struct otlp_request requests[REQUESTS];
    cJSON *docs[REQUESTS]; /* of those that were taken */
    int count;
};

/* --- a request --- */

static char *inflate_all(const char *data, size_t size, size_t *ret_size)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)data, .avail_in = (uInt)size};
    char *out = malloc(BODY_MAX);

    if (!out || inflateInit2(&z, 15 + 16) != Z_OK)
        abort();
    z.next_out = (Bytef *)out;
    z.avail_out = BODY_MAX - 1;
    int r = inflate(&z, Z_FINISH);
    *ret_size = z.total_out;
    (void)inflateEnd(&z);
    out[*ret_size] = '\0';
    if (r == Z_STREAM_END)
        return out;
    free(out);
    return NULL;
}

static bool has(const char *head, const char *line)
{
    const char *at = strcasestr(head, line);

    return at && at > head && at[-1] == '\n';
}

static char *copy(const char *data, size_t size)
{
    char *s = malloc(size + 1);

    if (!s)
        abort();
    memcpy(s, data, size);
    s[size] = '\0';
    return s;
}

/* What a strict receiver says; keeps the document. */
static char *judge(struct otlp_receiver *r, const struct otlp_request *q)
{
    if (!has(q->head, "content-type: application/json\r\n"))
        return strdup("not application/json");
    cJSON *doc = q->body ? cJSON_ParseWithLengthOpts(q->body, q->size + 1, NULL, true) : NULL;
    if (!doc)
        return strdup("no JSON");
    r->docs[r->count] = doc;
    return otlp_shape_fault(q->path, doc);
}

static struct otlp_answer next_answer(struct otlp_receiver *r)
{
    static const struct otlp_answer fine = {.status = 200};

    if (r->step >= OTLP_SCRIPT || r->script[r->step].status < 0)
        return fine;
    return r->script[r->step++];
}

static struct otlp_answer take(struct otlp_receiver *r, const char *data, size_t head, size_t body)
{
    char path[200] = "";
    struct otlp_request q = {
        .head = copy(data, head), .wire_size = body, .at_ms = clock_monotonic_ms()};

    (void)sscanf(q.head, "POST %199s HTTP/1.1", path);
    q.path = strdup(path);
    q.body = has(q.head, "content-encoding: gzip\r\n") ? inflate_all(data + head, body, &q.size)
                                                       : copy(data + head, q.size = body);
    pthread_mutex_lock(&r->lock);
    struct otlp_answer answer = next_answer(r);
    q.status = answer.status;
    if (r->count < REQUESTS) {
        q.fault = answer.status == 200 ? judge(r, &q) : NULL;
        r->requests[r->count++] = q;
    }
    pthread_mutex_unlock(&r->lock);
    return answer;
}

/* --- connections --- */

static void drop(struct connection *c)
{
    close(c->fd);
    free(c->data);
    *c = (struct connection){.fd = -1};
}

static void reply(struct otlp_receiver *r, struct connection *c, const struct otlp_answer *a)
{
    const char *body = a->body ? a->body : "{}";
    char *text = NULL;

    for (int64_t end = clock_monotonic_ms() + a->delay_ms;
         clock_monotonic_ms() < end && !atomic_load(&r->stop);)
        world_pause_ms(5);
    if (a->status == 0) {
        drop(c);
        return;
    }
    int n = asprintf(&text,
                     "HTTP/1.1 %d X\r\nContent-Type: application/json\r\n%sContent-Length: "
                     "%zu\r\n\r\n%s",
                     a->status, a->headers ? a->headers : "", strlen(body), body);
    if (n < 0 || send(c->fd, text, (size_t)n, MSG_NOSIGNAL) != n)
        drop(c);
    free(text);
}

/* Whole requests in what has come. */
static void serve(struct otlp_receiver *r, struct connection *c)
{
    while (c->fd >= 0 && c->size) {
        const char *end = memmem(c->data, c->size, "\r\n\r\n", 4);
        if (!end)
            return;
        size_t head = (size_t)(end - c->data) + 4;
        const char *length = strcasestr(c->data, "\ncontent-length:");
        size_t body = length && length < end ? strtoul(length + 16, NULL, 10) : 0;
        if (c->size < head + body)
            return;
        struct otlp_answer answer = take(r, c->data, head, body);
        memmove(c->data, c->data + head + body, c->size - head - body);
        c->size -= head + body;
        c->data[c->size] = '\0';
        reply(r, c, &answer);
    }
}

static void receive(struct otlp_receiver *r, struct connection *c)
{
    char piece[65536];
    ssize_t n = recv(c->fd, piece, sizeof piece, 0);

    if (n <= 0) {
        drop(c);
        return;
    }
    c->data = realloc(c->data, c->size + (size_t)n + 1);
    if (!c->data)
        abort();
    memcpy(c->data + c->size, piece, (size_t)n);
    c->size += (size_t)n;
    c->data[c->size] = '\0';
    serve(r, c);
}

static void take_connection(struct otlp_receiver *r)
{
    int fd = accept4(r->listener, NULL, NULL, SOCK_CLOEXEC);

    for (int i = 0; i < CONNECTIONS && fd >= 0; i++) {
        if (r->connections[i].fd < 0) {
            r->connections[i].fd = fd;
            return;
        }
    }
    if (fd >= 0)
        close(fd);
}

static void *run(void *arg)
{
    struct otlp_receiver *r = arg;

    while (!atomic_load(&r->stop)) {
        struct pollfd fds[CONNECTIONS + 1];
        for (int i = 0; i < CONNECTIONS; i++)
            fds[i] = (struct pollfd){.fd = r->connections[i].fd, .events = POLLIN};
        fds[CONNECTIONS] = (struct pollfd){.fd = r->listener, .events = POLLIN};
        (void)poll(fds, CONNECTIONS + 1, TURN_MS);
        if (fds[CONNECTIONS].revents)
            take_connection(r);
        for (int i = 0; i < CONNECTIONS; i++) {
            if (fds[i].fd >= 0 && fds[i].revents)
                receive(r, &r->connections[i]);
        }
    }
    return NULL;
}

/* --- life --- */

void otlp_receiver_resume(struct otlp_receiver *r)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(r->port)};
    socklen_t size = sizeof a;
    int one = 1;

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    r->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)setsockopt(r->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    REQUIRE(bind(r->listener, (struct sockaddr *)&a, sizeof a) == 0 &&
            listen(r->listener, 16) == 0);
    REQUIRE(getsockname(r->listener, (struct sockaddr *)&a, &size) == 0);
    r->port = ntohs(a.sin_port);
    (void)snprintf(r->url, sizeof r->url, "http://127.0.0.1:%u", r->port);
    atomic_store(&r->stop, false);
    r->running = pthread_create(&r->thread, NULL, run, r) == 0;
    REQUIRE(r->running);
}

void otlp_receiver_stop(struct otlp_receiver *r)
{
    if (!r->running)
        return;
    atomic_store(&r->stop, true);
    pthread_join(r->thread, NULL);
    r->running = false;
    close(r->listener);
    for (int i = 0; i < CONNECTIONS; i++) {
        if (r->connections[i].fd >= 0)
            drop(&r->connections[i]);
    }
}

static void end(void *arg)
{
    struct otlp_receiver *r = arg;

    otlp_receiver_stop(r);
    for (int i = 0; i < r->count; i++) {
        free(r->requests[i].path);
        free(r->requests[i].head);
        free(r->requests[i].body);
        free(r->requests[i].fault);
        cJSON_Delete(r->docs[i]);
    }
    pthread_mutex_destroy(&r->lock);
    free(r);
}

struct otlp_receiver *otlp_receiver_start(void)
{
    struct otlp_receiver *r = calloc(1, sizeof *r);

    REQUIRE(r != NULL);
    pthread_mutex_init(&r->lock, NULL);
    for (int i = 0; i < CONNECTIONS; i++)
        r->connections[i].fd = -1;
    r->script[0].status = -1;
    world_at_end(end, r);
    otlp_receiver_resume(r);
    return r;
}

const char *otlp_receiver_url(const struct otlp_receiver *r)
{
    return r->url;
}

void otlp_receiver_script(struct otlp_receiver *r,
                          const struct otlp_answer script[static OTLP_SCRIPT])
{
    pthread_mutex_lock(&r->lock);
    memcpy(r->script, script, sizeof r->script);
    r->step = 0;
    pthread_mutex_unlock(&r->lock);
}

int otlp_receiver_count(struct otlp_receiver *r)
{
    pthread_mutex_lock(&r->lock);
    int count = r->count;
    pthread_mutex_unlock(&r->lock);
    return count;
}

const struct otlp_request *otlp_receiver_request(struct otlp_receiver *r, int i)
{
    REQUIRE(i < otlp_receiver_count(r));
    return &r->requests[i];
}

/* --- finding --- */

const char *otlp_attribute(const cJSON *attributes, const char *key)
{
    const cJSON *a;

    cJSON_ArrayForEach(a, attributes)
    {
        const char *name = cJSON_GetStringValue(cJSON_GetObjectItem(a, "key"));
        const cJSON *value = cJSON_GetObjectItem(a, "value");
        if (!name || strcmp(name, key) != 0)
            continue;
        const cJSON *inner = value ? value->child : NULL;
        if (cJSON_IsString(inner))
            return inner->valuestring;
        if (cJSON_IsBool(inner))
            return cJSON_IsTrue(inner) ? "true" : "false";
        return inner ? world_text("%.17g", inner->valuedouble) : "";
    }
    return "";
}

static bool is_named(const cJSON *object, const char *name)
{
    const char *s = cJSON_GetStringValue(cJSON_GetObjectItem(object, "name"));

    return s && strcmp(s, name) == 0;
}

static bool has_labels(const cJSON *point, const char *labels)
{
    const cJSON *attributes = cJSON_GetObjectItem(point, "attributes"), *a;
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);

    cJSON_ArrayForEach(a, attributes)
    {
        const char *key = cJSON_GetStringValue(cJSON_GetObjectItem(a, "key"));
        fprintf(f, "%s%s=%s", ftell(f) ? "," : "", key, otlp_attribute(attributes, key));
    }
    fclose(f);
    bool same = strcmp(text, labels) == 0;
    free(text);
    return same;
}

static const cJSON *point_in(const cJSON *metrics, const char *name, const char *kind,
                             const char *labels, const cJSON **ret_metric)
{
    const cJSON *m, *p, *found = NULL;

    cJSON_ArrayForEach(m, metrics)
    {
        const cJSON *points = cJSON_GetObjectItem(cJSON_GetObjectItem(m, kind), "dataPoints");
        if (!is_named(m, name))
            continue;
        cJSON_ArrayForEach(p, points)
        {
            if (!has_labels(p, labels))
                continue;
            found = p;
            if (ret_metric)
                *ret_metric = m;
        }
    }
    return found;
}

static const cJSON *point_of(const cJSON *doc, const char *service, const char *scope,
                             const char *name, const char *kind, const char *labels,
                             const cJSON **ret_metric)
{
    const cJSON *rm, *sm, *found = NULL;

    cJSON_ArrayForEach(rm, cJSON_GetObjectItem(doc, "resourceMetrics"))
    {
        const cJSON *attributes =
            cJSON_GetObjectItem(cJSON_GetObjectItem(rm, "resource"), "attributes");
        if (strcmp(otlp_attribute(attributes, "service.name"), service) != 0)
            continue;
        cJSON_ArrayForEach(sm, cJSON_GetObjectItem(rm, "scopeMetrics"))
        {
            const cJSON *p =
                is_named(cJSON_GetObjectItem(sm, "scope"), scope)
                    ? point_in(cJSON_GetObjectItem(sm, "metrics"), name, kind, labels, ret_metric)
                    : NULL;
            found = p ? p : found;
        }
    }
    return found;
}

const cJSON *otlp_receiver_point(struct otlp_receiver *r, const char *service, const char *scope,
                                 const char *name, const char *kind, const char *labels,
                                 const cJSON **ret_metric)
{
    const cJSON *p = NULL;

    for (int i = otlp_receiver_count(r); !p && i-- > 0;)
        p = point_of(r->docs[i], service, scope, name, kind, labels, ret_metric);
    return p;
}

static const cJSON *record_of(const cJSON *doc, const char *body)
{
    const cJSON *rl, *sl, *record;

    cJSON_ArrayForEach(rl, cJSON_GetObjectItem(doc, "resourceLogs"))
        cJSON_ArrayForEach(sl, cJSON_GetObjectItem(rl, "scopeLogs"))
            cJSON_ArrayForEach(record, cJSON_GetObjectItem(sl, "logRecords"))
    {
        const char *s = cJSON_GetStringValue(
            cJSON_GetObjectItem(cJSON_GetObjectItem(record, "body"), "stringValue"));
        if (s && strcmp(s, body) == 0)
            return record;
    }
    return NULL;
}

const cJSON *otlp_receiver_record(struct otlp_receiver *r, const char *body)
{
    const cJSON *record = NULL;

    for (int i = 0; !record && i < otlp_receiver_count(r); i++)
        record = record_of(r->docs[i], body);
    return record;
}
