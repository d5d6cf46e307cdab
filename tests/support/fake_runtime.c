#include "tests/support/fake_runtime.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "tests/support/fake_session.h"
#include "tests/support/fake_wire.h"
#include "tests/support/world.h"

enum { RECORDS_MAX = 4096, RECONNECT_MS = 10, SILENT_POLL_MS = 10 };

struct fake_runtime {
    struct fake_options options;
    char uid[40];
    pthread_t thread;
    int stop_fd; /* readable once it is to stop */
    int listen_fd;
    bool stopped;

    pthread_mutex_t lock; /* guards what is below, and options.rules and .dump */
    pthread_cond_t changed;
    bool gate_open, stopping, silent;
    int connections;
    unsigned records[RECORDS_MAX];
    size_t record_count;
    int rule_used[FAKE_RULES];
    unsigned generation; /* of the rules */
    struct fake_dump_request dump;
    struct fake_sessions *sessions; /* has a lock of its own */
};

static bool matches(unsigned pattern, unsigned command)
{
    if (pattern == FAKE_ANY_INFO)
        return command == FAKE_INFO1 || command == FAKE_INFO2 || command == FAKE_INFO3;
    if (pattern == FAKE_ANY_DUMP)
        return command >> 8 == 1;
    if (pattern == FAKE_ANY_COLLECT)
        return command >> 8 == 2 && command != FAKE_STOP;
    return pattern == FAKE_ANY || pattern == command;
}

/* Waits for bytes or for the end; false at the end. */
static bool wait_readable(struct fake_runtime *r, int fd, int ms)
{
    struct pollfd fds[] = {{.fd = fd, .events = POLLIN}, {.fd = r->stop_fd, .events = POLLIN}};

    (void)poll(fds, 2, ms);
    return fds[1].revents == 0;
}

static bool read_all(struct fake_runtime *r, int fd, uint8_t *out, size_t size)
{
    for (size_t got = 0; got < size;) {
        if (!wait_readable(r, fd, -1))
            return false;
        ssize_t n = recv(fd, out + got, size - got, 0);
        if (n <= 0)
            return false;
        got += (size_t)n;
    }
    return true;
}

/* False: the runtime ends instead. */
static bool wait_gate(struct fake_runtime *r)
{
    pthread_mutex_lock(&r->lock);
    while (!r->gate_open && !r->stopping)
        pthread_cond_wait(&r->changed, &r->lock);
    bool open = !r->stopping;
    pthread_mutex_unlock(&r->lock);
    return open;
}

/* `generation`: of the rules that it chose from. */
static struct fake_rule record_and_choose(struct fake_runtime *r, unsigned command,
                                          unsigned *generation)
{
    struct fake_rule chosen = {.act = FAKE_ACT_ANSWER};

    pthread_mutex_lock(&r->lock);
    if (r->record_count < RECORDS_MAX)
        r->records[r->record_count++] = command;
    for (size_t i = 0; i < FAKE_RULES && r->options.rules[i].command; i++) {
        const struct fake_rule *rule = &r->options.rules[i];

        if (!matches(rule->command, command) || (rule->times && r->rule_used[i] >= rule->times))
            continue;
        r->rule_used[i]++;
        chosen = *rule;
        break;
    }
    *generation = r->generation;
    pthread_mutex_unlock(&r->lock);
    return chosen;
}

static void on_dump_gate(void *user)
{
    (void)wait_gate(user);
}

/* The answer of a healthy runtime. False: it dies instead. */
static bool healthy_answer(struct fake_runtime *r, unsigned command, const uint8_t *payload,
                           size_t size, struct fake_bytes *out)
{
    if (command == FAKE_STOP) {
        fake_sessions_stop(r->sessions, payload, size, out);
        return true;
    }
    if (command >> 8 != 1) {
        fake_wire_answer(&r->options, command, out);
        return true;
    }
    struct fake_dump_request request = {0};

    if (!fake_wire_parse_dump(payload, size, &request)) {
        fake_wire_error(out, FAKE_E_FAIL, NULL);
        return true;
    }
    pthread_mutex_lock(&r->lock);
    r->dump = request;
    struct fake_dump dump = r->options.dump;
    pthread_mutex_unlock(&r->lock);
    uint32_t hresult = fake_wire_write_dump(request.path, &dump, on_dump_gate, r);
    if (dump.die)
        return false;
    if (hresult)
        fake_wire_error(out, hresult, command == FAKE_DUMP3 ? dump.text : NULL);
    else
        fake_wire_ok(out, (const uint8_t[4]){0}, 4);
    return true;
}

/* Tells that it is silent now, or no longer; the generation of the rules. */
static unsigned note_silence(struct fake_runtime *r, bool silent)
{
    pthread_mutex_lock(&r->lock);
    unsigned generation = r->generation;
    r->silent = silent;
    pthread_mutex_unlock(&r->lock);
    return generation;
}

/* Silent until the rules change (true: it answers now) or the peer closes (false). */
static bool stay_silent(struct fake_runtime *r, int fd, unsigned generation)
{
    bool changed = false, open = true;
    uint8_t byte;

    while (open && !changed && wait_readable(r, fd, SILENT_POLL_MS)) {
        ssize_t n = recv(fd, &byte, 1, MSG_DONTWAIT);

        open = n > 0 || (n < 0 && errno == EAGAIN);
        changed = note_silence(r, true) != generation;
    }
    (void)note_silence(r, false);
    return open && changed;
}

/* Answers one command; `fd` becomes -1 when a session keeps it. False: the runtime is to stay away
 * from now on. */
static bool act(struct fake_runtime *r, int *fd, unsigned command, const uint8_t *payload,
                size_t size)
{
    unsigned generation;
    struct fake_rule rule = record_and_choose(r, command, &generation);
    struct fake_bytes answer = {0};
    bool alive = true;

    if (rule.gate && !wait_gate(r))
        return false;
    if (rule.act == FAKE_ACT_SILENT && !stay_silent(r, *fd, generation))
        return true;
    if (rule.act == FAKE_ACT_ERROR)
        fake_wire_error(&answer, rule.hresult, rule.text);
    else if (rule.act == FAKE_ACT_RAW)
        fake_wire_raw(&answer, rule.bytes, rule.size);
    else if (rule.act != FAKE_ACT_HANG_UP && command >= FAKE_COLLECT1 && command <= FAKE_COLLECT5)
        *fd = fake_sessions_collect(r->sessions, *fd, command, payload, size, &answer) ? -1 : *fd;
    else
        alive = healthy_answer(r, command, payload, size, &answer);
    if (rule.act == FAKE_ACT_HANG_UP && rule.size < answer.size)
        answer.size = rule.size;
    if (alive && answer.size)
        (void)send(*fd, answer.data, answer.size, MSG_NOSIGNAL);
    free(answer.data);
    return alive && !r->options.stay_away;
}

static bool serve_one(struct fake_runtime *r, int *fd)
{
    uint8_t head[FAKE_WIRE_HEAD];
    uint8_t payload[UINT16_MAX];

    if (!read_all(r, *fd, head, sizeof head))
        return true;
    size_t size = (size_t)(head[14] | head[15] << 8);
    if (size < FAKE_WIRE_HEAD || !read_all(r, *fd, payload, size - FAKE_WIRE_HEAD))
        return true;
    return act(r, fd, (unsigned)(head[16] << 8 | head[17]), payload, size - FAKE_WIRE_HEAD);
}

static int open_connection(struct fake_runtime *r)
{
    uint8_t advertise[FAKE_ADVERTISE_SIZE];

    if (r->listen_fd >= 0)
        return accept4(r->listen_fd, NULL, NULL, SOCK_CLOEXEC);
    int fd = fake_connect(r->options.port);
    if (fd < 0)
        return -1;
    fake_advertise(advertise, r->options.cookie, r->options.pid);
    (void)send(fd, advertise, sizeof advertise, MSG_NOSIGNAL);
    return fd;
}

static void *run(void *user)
{
    struct fake_runtime *r = user;
    bool alive = true;

    while (alive && wait_readable(r, r->listen_fd, r->listen_fd >= 0 ? -1 : 0)) {
        cleanup(close_fd) int fd = open_connection(r);

        if (fd < 0) {
            (void)wait_readable(r, -1, RECONNECT_MS);
            continue;
        }
        pthread_mutex_lock(&r->lock);
        r->connections++;
        pthread_mutex_unlock(&r->lock);
        alive = serve_one(r, &fd);
    }
    return NULL;
}

static void open_listener(struct fake_runtime *r)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};

    (void)snprintf(a.sun_path, sizeof a.sun_path, "%s/dotnet-diagnostic-%llu-%llu-socket",
                   r->options.folder, (unsigned long long)r->options.pid,
                   fake_start_time((int)r->options.pid));
    r->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(r->listen_fd >= 0);
    REQUIRE(bind(r->listen_fd, (const struct sockaddr *)&a, sizeof a) == 0);
    REQUIRE(listen(r->listen_fd, 255) == 0);
}

static void end_runtime(void *user)
{
    struct fake_runtime *r = user;

    fake_runtime_stop(r);
    fake_sessions_free(r->sessions);
    close_fd(&r->stop_fd);
    pthread_mutex_destroy(&r->lock);
    pthread_cond_destroy(&r->changed);
    free(r);
}

static void make_identity(struct fake_runtime *r)
{
    static const uint8_t none[FAKE_COOKIE_SIZE];
    static uint32_t serial;
    uint8_t *c = r->options.cookie;

    if (r->options.pid == 0)
        r->options.pid = (uint64_t)getpid();
    if (memcmp(c, none, sizeof none) == 0) {
        serial++;
        memcpy(c, &serial, sizeof serial);
        memcpy(c + 8, &(uint64_t){(uint64_t)getpid() << 32 | 0xfa4e}, 8);
    }
    (void)snprintf(r->uid, sizeof r->uid,
                   "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", c[3],
                   c[2], c[1], c[0], c[5], c[4], c[7], c[6], c[8], c[9], c[10], c[11], c[12], c[13],
                   c[14], c[15]);
}

struct fake_runtime *fake_runtime_start(const struct fake_options *o)
{
    struct fake_runtime *r = calloc(1, sizeof *r);

    REQUIRE(r != NULL);
    r->options = *o;
    r->sessions = fake_sessions_new(&o->trace);
    r->listen_fd = -1;
    r->stop_fd = eventfd(0, EFD_CLOEXEC);
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->changed, NULL);
    make_identity(r);
    if (o->folder)
        open_listener(r);
    bool started = pthread_create(&r->thread, NULL, run, r) == 0;
    r->stopped = !started;
    world_at_end(end_runtime, r);
    REQUIRE(started);
    return r;
}

void fake_runtime_stop(struct fake_runtime *r)
{
    if (r->stopped)
        return;
    r->stopped = true;
    (void)eventfd_write(r->stop_fd, 1);
    pthread_mutex_lock(&r->lock);
    r->stopping = true;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
    fake_sessions_end(r->sessions);
    pthread_join(r->thread, NULL);
    close_fd(&r->listen_fd);
    r->listen_fd = -1;
}

void fake_runtime_open_gate(struct fake_runtime *r)
{
    pthread_mutex_lock(&r->lock);
    r->gate_open = true;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
    fake_sessions_open_gate(r->sessions);
}

void fake_runtime_set_rules(struct fake_runtime *r, const struct fake_rule rules[FAKE_RULES])
{
    pthread_mutex_lock(&r->lock);
    memcpy(r->options.rules, rules, sizeof r->options.rules);
    memset(r->rule_used, 0, sizeof r->rule_used);
    r->generation++;
    pthread_mutex_unlock(&r->lock);
}

void fake_runtime_set_dump(struct fake_runtime *r, const struct fake_dump *dump)
{
    pthread_mutex_lock(&r->lock);
    r->options.dump = *dump;
    r->gate_open = false;
    pthread_mutex_unlock(&r->lock);
}

void fake_runtime_set_trace(struct fake_runtime *r, const struct fake_trace *trace)
{
    pthread_mutex_lock(&r->lock);
    r->gate_open = false;
    pthread_mutex_unlock(&r->lock);
    fake_sessions_set_trace(r->sessions, trace);
}

int fake_runtime_received(struct fake_runtime *r, unsigned command)
{
    int count = 0;
    pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < r->record_count; i++)
        count += matches(command, r->records[i]);
    pthread_mutex_unlock(&r->lock);
    return count;
}

int fake_runtime_connections(struct fake_runtime *r)
{
    pthread_mutex_lock(&r->lock);
    int count = r->connections;
    pthread_mutex_unlock(&r->lock);
    return count;
}

bool fake_runtime_wait(struct fake_runtime *r, unsigned command, int count, int ms)
{
    return WAIT_UNTIL(ms, fake_runtime_received(r, command) >= count);
}

static bool is_silent(struct fake_runtime *r)
{
    pthread_mutex_lock(&r->lock);
    bool silent = r->silent;
    pthread_mutex_unlock(&r->lock);
    return silent;
}

bool fake_runtime_wait_silent(struct fake_runtime *r, int ms)
{
    return WAIT_UNTIL(ms, is_silent(r));
}

const char *fake_runtime_uid(const struct fake_runtime *r)
{
    return r->uid;
}

const char *fake_runtime_dump_path(struct fake_runtime *r)
{
    pthread_mutex_lock(&r->lock);
    const char *path = world_text("%s", r->dump.path);
    pthread_mutex_unlock(&r->lock);
    return path;
}

uint32_t fake_runtime_dump_type(struct fake_runtime *r)
{
    pthread_mutex_lock(&r->lock);
    uint32_t type = r->dump.type;
    pthread_mutex_unlock(&r->lock);
    return type;
}

struct fake_sessions *fake_runtime_sessions_of(struct fake_runtime *r)
{
    return r->sessions;
}
