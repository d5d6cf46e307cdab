#include "tests/support/trace_file.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "proto/ipc/header.h"
#include "proto/ipc/trace.h"
#include "proto/nettrace/parser.h"
#include "src/base/cleanup.h"
#include "tests/support/fake_runtime.h"
#include "tests/support/world.h"

enum { PROBES = 70, REPLY = IPC_HEADER_SIZE + 8, ANSWER_S = 10 };

static int on_trace(void *user, const struct nettrace_trace *trace)
{
    struct trace_file *t = user;

    t->process_id = trace->process_id;
    return 0;
}

static int on_event(void *user, const struct nettrace_event *e)
{
    struct trace_file *t = user;
    const char *name = e->metadata->provider;
    size_t i = 0;

    t->requests += strcmp(e->metadata->name, "Activity1Stop") == 0;
    while (i < t->provider_count && strcmp(t->providers[i].name, name) != 0)
        i++;
    if (i == TRACE_PROVIDERS)
        return 0;
    if (i == t->provider_count) {
        (void)snprintf(t->providers[i].name, TRACE_NAME, "%s", name);
        t->provider_count++;
    }
    t->providers[i].events++;
    return 0;
}

const struct trace_file *trace_file_of(const void *data, size_t size)
{
    struct trace_file *t = world_alloc(sizeof *t);
    const struct nettrace_callbacks callbacks = {
        .user = t, .on_trace = on_trace, .on_event = on_event};
    struct nettrace *n = nettrace_new(&callbacks, NULL);

    REQUIRE(n != NULL);
    (void)nettrace_feed(n, data, size);
    t->result = nettrace_finish(n);
    t->events = nettrace_stats(n)->events;
    t->lost = nettrace_stats(n)->loss.events;
    (void)snprintf(t->error, sizeof t->error, "%s", nettrace_error(n)->text);
    nettrace_free(n);
    return t;
}

uint64_t trace_file_count(const struct trace_file *t, const char *provider)
{
    for (size_t i = 0; i < t->provider_count; i++) {
        if (strcmp(t->providers[i].name, provider) == 0)
            return t->providers[i].events;
    }
    return 0;
}

const char *trace_file_text(const struct trace_file *t)
{
    const char *text = world_text("result %d (%s), %llu events, %llu lost", t->result, t->error,
                                  (unsigned long long)t->events, (unsigned long long)t->lost);

    for (size_t i = 0; i < t->provider_count; i++)
        text = world_text("%s; %s %llu", text, t->providers[i].name,
                          (unsigned long long)t->providers[i].events);
    return text;
}

/* Sends one message and reads the reply; the connection, or -1 when it is not OK. */
static int ask(const char *socket, const struct writer *message, uint64_t *ret_id)
{
    const struct timeval patience = {.tv_sec = ANSWER_S};
    uint8_t reply[REPLY];
    int fd = fake_connect(socket);

    if (fd < 0)
        return -1;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    struct cursor in = {reply + IPC_HEADER_SIZE, 8, false};
    if (send(fd, message->data, message->size, MSG_NOSIGNAL) == (ssize_t)message->size &&
        recv(fd, reply, sizeof reply, MSG_WAITALL) == (ssize_t)sizeof reply &&
        reply[17] == IPC_SERVER_OK && ipc_session_reply_decode(&in, ret_id) == WIRE_OK)
        return fd;
    close_fd(&fd);
    return -1;
}

static int start_one(const char *socket, uint64_t *ret_id)
{
    static const struct ipc_trace_provider provider = {.name = "System.Runtime", .level = 4};
    const struct ipc_trace_request request = {.buffer_mb = 1,
                                              .format = IPC_TRACE_NET_TRACE,
                                              .stackwalk = true,
                                              .providers = &provider,
                                              .provider_count = 1};
    uint8_t message[256];
    struct writer out = writer_of(message, sizeof message);

    REQUIRE(ipc_trace_encode(&out, 2, &request) == WIRE_OK);
    return ask(socket, &out, ret_id);
}

static void stop_one(const char *socket, int stream, uint64_t id)
{
    uint8_t message[64], bytes[4096];
    struct writer out = writer_of(message, sizeof message);
    cleanup(close_fd) int fd = fake_connect(socket);

    REQUIRE(ipc_stop_tracing_encode(&out, id) == WIRE_OK);
    if (fd >= 0)
        (void)send(fd, message, out.size, MSG_NOSIGNAL);
    while (recv(stream, bytes, sizeof bytes, 0) > 0)
        continue;
    if (fd >= 0)
        (void)recv(fd, bytes, sizeof bytes, 0);
}

struct trace_taken {
    const char *socket;
    int fds[PROBES], count;
    uint64_t ids[PROBES];
};

struct trace_taken *trace_take_sessions(const char *socket)
{
    struct trace_taken *t = world_alloc(sizeof *t);

    t->socket = socket;
    while (t->count < PROBES && (t->fds[t->count] = start_one(socket, &t->ids[t->count])) >= 0)
        t->count++;
    return t;
}

int trace_give_back(struct trace_taken *t)
{
    int count = t->count;

    while (t->count > 0) {
        t->count--;
        stop_one(t->socket, t->fds[t->count], t->ids[t->count]);
        close_fd(&t->fds[t->count]);
    }
    return count;
}

int trace_free_sessions(const char *socket)
{
    return trace_give_back(trace_take_sessions(socket));
}
