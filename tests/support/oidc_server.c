#include "tests/support/oidc_server.h"

#include <arpa/inet.h>
#include <cjson/cJSON.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/oidc_token.h"
#include "tests/support/world.h"

enum { HELD = 64, REQUEST_SIZE = 4096, TRICKLE_MS = 20, TURN_MS = 50 };

struct oidc_server {
    char url[64];
    unsigned short port;
    int listener;
    pthread_t thread;
    bool running;
    atomic_bool stop;
    atomic_int mode, requests;
    pthread_mutex_t lock; /* raw, key */
    char *raw;
    struct oidc_token_key *key;
    unsigned serial;
    atomic_bool only_v2;
    int held[HELD]; /* connections that get no answer */
    size_t held_count;
};

/* --- answers --- */

static char *with_head(const char *status, char *body)
{
    char *answer = NULL;

    REQUIRE(asprintf(&answer,
                     "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
                     "Connection: close\r\n\r\n%s",
                     status, strlen(body), body) > 0);
    free(body);
    return answer;
}

static bool multi_tenant(const char *tenant)
{
    return strcmp(tenant, "common") == 0 || strcmp(tenant, "organizations") == 0;
}

static char *document(const struct oidc_server *s, const char *tenant, bool v2)
{
    const char *issuer_tenant = multi_tenant(tenant) ? "{tenantid}" : tenant;
    char *body = NULL;

    if (v2)
        REQUIRE(asprintf(&body,
                         "{\"issuer\":\"%s/%s/v2.0\",\"jwks_uri\":\"%s/%s/discovery/v2.0/keys\","
                         "\"id_token_signing_alg_values_supported\":[\"RS256\"]}",
                         s->url, issuer_tenant, s->url, tenant) > 0);
    else
        REQUIRE(asprintf(&body, "{\"issuer\":\"https://sts.windows.net/%s/\"}", issuer_tenant) > 0);
    return body;
}

/* Keys that are of no use stand before and after the good one, as they may. */
static char *keys(struct oidc_server *s, const char *tenant)
{
    char *body = NULL;

    pthread_mutex_lock(&s->lock);
    REQUIRE(
        asprintf(&body,
                 "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"x\",\"x\":\"AA\"},"
                 "{\"kty\":\"RSA\",\"use\":\"sig\",\"kid\":\"%s\",\"x5t\":\"%s\",\"n\":\"%s\","
                 "\"e\":\"AQAB\",\"x5c\":[\"MIIC\"],\"issuer\":\"%s/%s/v2.0\"},"
                 "{\"kty\":\"RSA\",\"use\":\"enc\",\"kid\":\"enc\",\"n\":\"%s\",\"e\":\"AQAB\"}]}",
                 oidc_token_key_id(s->key), oidc_token_key_id(s->key),
                 oidc_token_key_modulus(s->key), s->url,
                 multi_tenant(tenant) ? "{tenantid}" : tenant, oidc_token_key_modulus(s->key)) > 0);
    pthread_mutex_unlock(&s->lock);
    return body;
}

static char *answer_for(struct oidc_server *s, const char *request)
{
    char tenant[100], rest[200];

    if (sscanf(request, "GET /%99[^/ ]/%199s HTTP/1.1", tenant, rest) != 2)
        return with_head("400 Bad Request", strdup("{}"));
    if (strcmp(rest, "v2.0/.well-known/openid-configuration") == 0)
        return with_head("200 OK", document(s, tenant, true));
    if (strcmp(rest, "discovery/v2.0/keys") == 0)
        return with_head("200 OK", keys(s, tenant));
    if (strcmp(rest, ".well-known/openid-configuration") == 0 && !atomic_load(&s->only_v2))
        return with_head("200 OK", document(s, tenant, false));
    return with_head("404 Not Found", strdup("{\"error\":\"not found\"}"));
}

static bool send_all(int fd, const char *data, size_t size)
{
    while (size) {
        ssize_t n = send(fd, data, size, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        data += n;
        size -= (size_t)n;
    }
    return true;
}

static void trickle(struct oidc_server *s, int fd, const char *answer)
{
    for (; *answer && !atomic_load(&s->stop) && send_all(fd, answer, 1); answer++)
        world_pause_ms(TRICKLE_MS);
}

static void flood(struct oidc_server *s, int fd)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
    char piece[4096];

    memset(piece, ' ', sizeof piece);
    if (!send_all(fd, head, sizeof head - 1))
        return;
    while (!atomic_load(&s->stop) && send_all(fd, piece, sizeof piece))
        ;
}

static void answer(struct oidc_server *s, int fd, const char *request)
{
    char *text = answer_for(s, request);
    int mode = atomic_load(&s->mode);

    if (mode == OIDC_RAW) {
        pthread_mutex_lock(&s->lock);
        (void)send_all(fd, s->raw, strlen(s->raw));
        pthread_mutex_unlock(&s->lock);
    } else if (mode == OIDC_TRICKLE) {
        trickle(s, fd, text);
    } else if (mode == OIDC_ENDLESS) {
        flood(s, fd);
    } else {
        (void)send_all(fd, text, strlen(text));
    }
    free(text);
}

/* --- the thread --- */

static bool read_request(int fd, char request[static REQUEST_SIZE])
{
    struct timeval patience = {.tv_sec = 2};
    size_t size = 0;

    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    while (size < REQUEST_SIZE - 1) {
        ssize_t n = recv(fd, request + size, REQUEST_SIZE - 1 - size, 0);
        if (n <= 0)
            return false;
        size += (size_t)n;
        request[size] = '\0';
        if (strstr(request, "\r\n\r\n"))
            return true;
    }
    return false;
}

static void serve(struct oidc_server *s, int fd)
{
    char request[REQUEST_SIZE];

    if (read_request(fd, request)) {
        (void)atomic_fetch_add(&s->requests, 1);
        if (atomic_load(&s->mode) == OIDC_SILENT && s->held_count < HELD) {
            s->held[s->held_count++] = fd;
            return;
        }
        answer(s, fd, request);
    }
    (void)close(fd);
}

static void *run(void *user)
{
    struct oidc_server *s = user;

    while (!atomic_load(&s->stop)) {
        struct pollfd p = {.fd = s->listener, .events = POLLIN};
        if (poll(&p, 1, TURN_MS) <= 0)
            continue;
        int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0)
            serve(s, fd);
    }
    return NULL;
}

/* --- the test's side --- */

void oidc_server_resume(struct oidc_server *s)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(s->port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    socklen_t size = sizeof address;
    int one = 1;

    s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(s->listener >= 0);
    (void)setsockopt(s->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    REQUIRE(bind(s->listener, (struct sockaddr *)&address, size) == 0);
    REQUIRE(listen(s->listener, 64) == 0);
    REQUIRE(getsockname(s->listener, (struct sockaddr *)&address, &size) == 0);
    s->port = ntohs(address.sin_port);
    (void)snprintf(s->url, sizeof s->url, "http://127.0.0.1:%u", s->port);
    atomic_store(&s->stop, false);
    REQUIRE(pthread_create(&s->thread, NULL, run, s) == 0);
    s->running = true;
}

void oidc_server_stop(struct oidc_server *s)
{
    if (!s->running)
        return;
    atomic_store(&s->stop, true);
    (void)pthread_join(s->thread, NULL);
    s->running = false;
    (void)close(s->listener);
    while (s->held_count)
        (void)close(s->held[--s->held_count]);
}

static void end_server(void *arg)
{
    struct oidc_server *s = arg;

    oidc_server_stop(s);
    oidc_token_key_free(s->key);
    free(s->raw);
}

struct oidc_server *oidc_server_start(void)
{
    struct oidc_server *s = world_alloc(sizeof *s);

    (void)pthread_mutex_init(&s->lock, NULL);
    world_at_end(end_server, s);
    oidc_server_rotate(s);
    oidc_server_resume(s);
    return s;
}

const char *oidc_server_url(const struct oidc_server *s)
{
    return s->url;
}

void oidc_server_set_mode(struct oidc_server *s, enum oidc_mode mode)
{
    atomic_store(&s->mode, (int)mode);
}

void oidc_server_raw(struct oidc_server *s, const char *bytes)
{
    pthread_mutex_lock(&s->lock);
    free(s->raw);
    s->raw = strdup(bytes);
    pthread_mutex_unlock(&s->lock);
    oidc_server_set_mode(s, OIDC_RAW);
}

void oidc_server_only_v2(struct oidc_server *s)
{
    atomic_store(&s->only_v2, true);
}

void oidc_server_rotate(struct oidc_server *s)
{
    struct oidc_token_key *key = oidc_token_key_new(world_text("key-%u", ++s->serial));

    pthread_mutex_lock(&s->lock);
    oidc_token_key_free(s->key);
    s->key = key;
    pthread_mutex_unlock(&s->lock);
}

int oidc_server_requests(const struct oidc_server *s)
{
    return atomic_load(&s->requests);
}

const char *oidc_server_token(const struct oidc_server *s, const struct oidc_claims *claims)
{
    struct oidc_claims c = *claims;

    if (!c.issuer)
        c.issuer = world_text("%s/%s/v2.0", s->url, c.tenant && *c.tenant ? c.tenant : OIDC_TENANT);
    return oidc_token_make(s->key, &c);
}
