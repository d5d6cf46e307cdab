#include "tests/support/fake_session.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SLOTS = 64, PIECE = 16 * 1024, NANOSECONDS = 1000000 };

#define FIRST_ID UINT64_C(0x7f00c0de1000)

struct slot {
    struct fake_sessions *all;
    pthread_t thread;
    struct fake_trace trace;
    uint64_t id;
    int fd;
    bool used, live, stop; /* used: the thread is to be joined */
};

struct fake_sessions {
    pthread_mutex_t lock; /* guards all but slot.trace and slot.fd while live */
    pthread_cond_t changed;
    struct fake_trace trace;
    struct fake_collect asked;
    struct slot slots[SLOTS];
    bool gate_open, ending;
    int strays;
    size_t written;
};

struct fake_sessions *fake_sessions_new(const struct fake_trace *trace)
{
    struct fake_sessions *all = calloc(1, sizeof *all);

    if (!all)
        abort();
    pthread_mutex_init(&all->lock, NULL);
    pthread_cond_init(&all->changed, NULL);
    all->trace = *trace;
    for (size_t i = 0; i < SLOTS; i++) {
        all->slots[i].all = all;
        all->slots[i].id = FIRST_ID + i * 0x100;
    }
    return all;
}

static void join(struct slot *s)
{
    if (s->used)
        pthread_join(s->thread, NULL);
    s->used = false;
}

void fake_sessions_end(struct fake_sessions *all)
{
    pthread_mutex_lock(&all->lock);
    all->ending = true;
    for (size_t i = 0; i < SLOTS; i++) {
        if (all->slots[i].live)
            (void)shutdown(all->slots[i].fd, SHUT_RDWR);
    }
    pthread_cond_broadcast(&all->changed);
    pthread_mutex_unlock(&all->lock);
    for (size_t i = 0; i < SLOTS; i++)
        join(&all->slots[i]);
}

void fake_sessions_free(struct fake_sessions *all)
{
    fake_sessions_end(all);
    pthread_mutex_destroy(&all->lock);
    pthread_cond_destroy(&all->changed);
    free(all);
}

void fake_sessions_set_trace(struct fake_sessions *all, const struct fake_trace *trace)
{
    pthread_mutex_lock(&all->lock);
    all->trace = *trace;
    all->gate_open = false;
    pthread_mutex_unlock(&all->lock);
}

void fake_sessions_open_gate(struct fake_sessions *all)
{
    pthread_mutex_lock(&all->lock);
    all->gate_open = true;
    pthread_cond_broadcast(&all->changed);
    pthread_mutex_unlock(&all->lock);
}

static void wait_gate(struct slot *s)
{
    struct fake_sessions *all = s->all;

    pthread_mutex_lock(&all->lock);
    while (!all->gate_open && !all->ending && !s->stop)
        pthread_cond_wait(&all->changed, &all->lock);
    pthread_mutex_unlock(&all->lock);
}

static bool is_stopped(struct slot *s)
{
    pthread_mutex_lock(&s->all->lock);
    bool stopped = s->stop || s->all->ending;
    pthread_mutex_unlock(&s->all->lock);
    return stopped;
}

/* False: the reader is gone. */
static bool put(struct slot *s, const uint8_t *data, size_t size)
{
    for (size_t at = 0; at < size;) {
        ssize_t n = send(s->fd, data + at, size - at, MSG_NOSIGNAL);

        if (n <= 0)
            return false;
        at += (size_t)n;
        pthread_mutex_lock(&s->all->lock);
        s->all->written += (size_t)n;
        pthread_mutex_unlock(&s->all->lock);
    }
    return true;
}

/* The script once, in its pieces. */
static bool play(struct slot *s)
{
    const struct fake_trace *t = &s->trace;
    struct timespec pause = {.tv_nsec = (long)t->pace_ms * NANOSECONDS};
    size_t piece = t->piece ? t->piece : PIECE;

    for (size_t at = 0; at < t->size;) {
        size_t n = t->size - at < piece ? t->size - at : piece;
        bool held = t->hold_after && at < t->hold_after;

        if (held && at + n > t->hold_after)
            n = t->hold_after - at;
        if (!put(s, (const uint8_t *)t->bytes + at, n))
            return false;
        at += n;
        if (held && at == t->hold_after)
            wait_gate(s);
        if (t->pace_ms)
            (void)nanosleep(&pause, NULL);
    }
    return true;
}

static void wait_stop(struct slot *s)
{
    pthread_mutex_lock(&s->all->lock);
    while (!s->stop && !s->all->ending)
        pthread_cond_wait(&s->all->changed, &s->all->lock);
    pthread_mutex_unlock(&s->all->lock);
}

static void *run(void *user)
{
    struct slot *s = user;
    uint8_t id[8];
    struct fake_bytes reply = {0};

    for (int i = 0; i < 8; i++)
        id[i] = (uint8_t)(s->id >> (8 * i));
    fake_wire_ok(&reply, id, sizeof id);
    bool ok = send(s->fd, reply.data, reply.size, MSG_NOSIGNAL) == (ssize_t)reply.size && play(s);
    free(reply.data);
    while (ok && s->trace.repeat && !is_stopped(s))
        ok = play(s);
    if (ok && !s->trace.ends)
        wait_stop(s);
    pthread_mutex_lock(&s->all->lock);
    bool ending = s->all->ending;
    pthread_mutex_unlock(&s->all->lock);
    if (ok && !ending)
        (void)put(s, s->trace.rundown, s->trace.rundown_size);
    pthread_mutex_lock(&s->all->lock);
    (void)close(s->fd);
    s->live = false;
    pthread_cond_broadcast(&s->all->changed);
    pthread_mutex_unlock(&s->all->lock);
    return NULL;
}

static struct slot *free_slot(struct fake_sessions *all)
{
    for (size_t i = 0; i < SLOTS; i++) {
        if (!all->slots[i].live)
            return &all->slots[i];
    }
    return NULL;
}

bool fake_sessions_collect(struct fake_sessions *all, int fd, unsigned command,
                           const uint8_t *payload, size_t size, struct fake_bytes *out)
{
    struct fake_collect asked;

    if (!fake_wire_parse_collect(command, payload, size, &asked)) {
        fake_wire_error(out, FAKE_BAD_ENCODING, NULL);
        return false;
    }
    pthread_mutex_lock(&all->lock);
    all->asked = asked;
    struct slot *s = free_slot(all);
    if (s) {
        join(s);
        s->trace = all->trace;
        s->fd = fd;
        s->stop = false;
        s->live = s->used = pthread_create(&s->thread, NULL, run, s) == 0;
    }
    bool taken = s && s->live;
    pthread_mutex_unlock(&all->lock);
    if (!taken)
        fake_wire_error(out, FAKE_E_FAIL, NULL);
    return taken;
}

void fake_sessions_stop(struct fake_sessions *all, const uint8_t *payload, size_t size,
                        struct fake_bytes *out)
{
    struct slot *found = NULL;
    uint64_t id = 0;

    for (size_t i = 0; i < 8 && i < size; i++)
        id |= (uint64_t)payload[i] << (8 * i);
    pthread_mutex_lock(&all->lock);
    for (size_t i = 0; i < SLOTS; i++) {
        if (all->slots[i].live && !all->slots[i].stop && all->slots[i].id == id)
            found = &all->slots[i];
    }
    all->strays += !found || size != 8;
    if (found)
        found->stop = true;
    pthread_cond_broadcast(&all->changed);
    while (found && found->live && !all->ending)
        pthread_cond_wait(&all->changed, &all->lock);
    pthread_mutex_unlock(&all->lock);
    fake_wire_ok(out, payload, size);
}

int fake_runtime_sessions(struct fake_runtime *r)
{
    struct fake_sessions *all = fake_runtime_sessions_of(r);
    int count = 0;

    pthread_mutex_lock(&all->lock);
    for (size_t i = 0; i < SLOTS; i++)
        count += all->slots[i].live;
    pthread_mutex_unlock(&all->lock);
    return count;
}

int fake_runtime_stray_stops(struct fake_runtime *r)
{
    struct fake_sessions *all = fake_runtime_sessions_of(r);

    pthread_mutex_lock(&all->lock);
    int strays = all->strays;
    pthread_mutex_unlock(&all->lock);
    return strays;
}

size_t fake_runtime_streamed(struct fake_runtime *r)
{
    struct fake_sessions *all = fake_runtime_sessions_of(r);

    pthread_mutex_lock(&all->lock);
    size_t written = all->written;
    pthread_mutex_unlock(&all->lock);
    return written;
}

void fake_runtime_collect(struct fake_runtime *r, struct fake_collect *ret)
{
    struct fake_sessions *all = fake_runtime_sessions_of(r);

    pthread_mutex_lock(&all->lock);
    *ret = all->asked;
    pthread_mutex_unlock(&all->lock);
}
