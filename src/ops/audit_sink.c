/*
 * One piece at a time: write -> (hash on the pool, inner sink) -> both done: on_room. What the pool
 * reads is its own: a copy of the bytes, or a descriptor of its own. So a close in between has to
 * wait for nothing; only the memory stays until the pool is done with it. The line is written when
 * the inner sink has closed: only then it is known how it ended.
 */
#include "src/ops/audit_sink.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "src/base/events.h"
#include "src/ops/operation.h"

enum { READ_SIZE = 64 * 1024 };

struct audit_sink {
    struct sink base;
    struct sink *inner;
    uv_loop_t *loop;
    const struct operation *op;
    uint64_t taken; /* bytes that the inner sink has taken */
    uint64_t given; /* of the piece it has now */
    bool sending, hashing;
    bool closing;       /* nothing is passed on any more */
    bool failed_before; /* closed with an error: the artifact is not whole */
    bool closed;        /* the inner sink has gone */
    EVP_MD_CTX *hash;
    bool unknown; /* some piece could not be hashed */
    /* What the pool works on. */
    uv_work_t work;
    uint8_t *data; /* a copy, or NULL: the range of fd */
    int fd;
    uint64_t offset, size;
    bool failed;
};

static void audit_sink_free(struct audit_sink *a)
{
    EVP_MD_CTX_free(a->hash);
    free(a->data);
    close_fd(&a->fd);
    free(a);
}

/* --- the pool's side --- */

static bool hash_file(struct audit_sink *a)
{
    uint8_t block[READ_SIZE];
    uint64_t left = a->size, at = a->offset;

    while (left) {
        ssize_t n = pread(a->fd, block, left < sizeof block ? left : sizeof block, (off_t)at);
        if (n <= 0 || EVP_DigestUpdate(a->hash, block, (size_t)n) != 1)
            return false;
        left -= (uint64_t)n;
        at += (uint64_t)n;
    }
    return true;
}

static void on_work(uv_work_t *work)
{
    struct audit_sink *a = work->data;

    a->failed = a->data ? EVP_DigestUpdate(a->hash, a->data, a->size) != 1 : !hash_file(a);
}

/* --- the loop's side --- */

static void give_room(struct audit_sink *a)
{
    if (!a->sending && !a->hashing)
        a->base.events.on_room(a->base.events.user);
}

static void on_hashed(uv_work_t *work, int status)
{
    struct audit_sink *a = work->data;

    a->hashing = false;
    a->unknown |= status < 0 || a->failed;
    free(take_ptr(a->data));
    close_fd(&a->fd);
    a->fd = -1;
    if (a->closed)
        audit_sink_free(a);
    else if (!a->closing)
        give_room(a);
}

static void start_hash(struct audit_sink *a)
{
    if (!a->unknown && uv_queue_work(a->loop, &a->work, on_work, on_hashed) == 0)
        a->hashing = true;
    else
        a->unknown = true;
}

static int audit_open(struct sink *s, struct error *err)
{
    struct audit_sink *a = (struct audit_sink *)s;

    return a->inner->type->open(a->inner, err);
}

static void audit_write(struct sink *s, const void *data, size_t size)
{
    struct audit_sink *a = (struct audit_sink *)s;

    a->data = size && !a->unknown ? malloc(size) : NULL;
    a->unknown |= size && !a->data;
    a->given = a->size = size;
    if (a->data) {
        memcpy(a->data, data, size);
        start_hash(a);
    }
    a->sending = true;
    a->inner->type->write(a->inner, data, size);
}

static void audit_write_file(struct sink *s, int fd, uint64_t offset, uint64_t size)
{
    struct audit_sink *a = (struct audit_sink *)s;

    a->fd = a->unknown ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
    a->unknown |= a->fd < 0;
    a->offset = offset;
    a->given = a->size = size;
    start_hash(a);
    a->sending = true;
    a->inner->type->write_file(a->inner, fd, offset, size);
}

/* Lower-case hex of the hash; NULL when the artifact is not whole, or it is not known. */
static const char *hash_text(struct audit_sink *a, char text[static EVP_MAX_MD_SIZE * 2 + 1])
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned size = 0;

    if (a->unknown || a->hashing || EVP_DigestFinal_ex(a->hash, bytes, &size) != 1)
        return NULL;
    for (unsigned i = 0; i < size; i++)
        (void)snprintf(text + 2 * (size_t)i, 3, "%02x", bytes[i]);
    return text;
}

static void log_line(struct audit_sink *a, const struct error *err)
{
    const struct operation *op = a->op;
    char uid[GUID_TEXT_SIZE], hash[EVP_MAX_MD_SIZE * 2 + 1];

    log_event_in(op->scope.scope.outer, &event_audit, {"subject", op->subject},
                 {"artifactType", op->type->name}, LOG_NUMBER("pid", (int64_t)op->pid),
                 {"processName", op->process_name}, {"uid", guid_format(&op->uid, uid)},
                 {"artifact", op->artifact_name},
                 {"destination", op->egress_provider ? op->egress_provider : a->inner->type->name},
                 {"status", operation_state_name(operation_state_after(op, err))},
                 LOG_NUMBER("bytes", (int64_t)a->taken),
                 {"sha256", err || a->failed_before ? NULL : hash_text(a, hash)},
                 {"operationId", op->id});
}

static void audit_close(struct sink *s, const struct error *err)
{
    struct audit_sink *a = (struct audit_sink *)s;

    a->closing = true;
    a->failed_before = err != NULL;
    a->inner->type->close(a->inner, err);
}

static void audit_give_up(struct sink *s)
{
    struct audit_sink *a = (struct audit_sink *)s;

    if (a->inner->type->give_up)
        a->inner->type->give_up(a->inner);
}

static const struct sink_type audit_sink_type = {
    .name = "audit",
    .open = audit_open,
    .write = audit_write,
    .write_file = audit_write_file,
    .close = audit_close,
    .give_up = audit_give_up,
};

/* --- what the inner sink says --- */

static void on_inner_room(void *user)
{
    struct audit_sink *a = user;

    a->sending = false;
    a->taken += a->given;
    a->given = 0;
    give_room(a);
}

static void on_inner_lost(void *user, const struct error *err)
{
    struct audit_sink *a = user;

    a->base.events.on_lost(a->base.events.user, err);
}

static void on_inner_closed(void *user, const char *location, const struct error *err)
{
    struct audit_sink *a = user;

    log_line(a, err);
    a->closed = true;
    a->base.events.on_closed(a->base.events.user, location, err);
    if (!a->hashing)
        audit_sink_free(a);
}

struct sink *audit_sink_new(uv_loop_t *loop, struct sink *inner, const struct operation *op)
{
    struct audit_sink *a = calloc(1, sizeof *a);

    if (!a)
        return NULL;
    a->base.type = &audit_sink_type;
    a->inner = inner;
    a->loop = loop;
    a->op = op;
    a->fd = -1;
    a->work.data = a;
    a->hash = EVP_MD_CTX_new();
    if (!a->hash || EVP_DigestInit_ex(a->hash, EVP_sha256(), NULL) != 1) {
        audit_sink_free(a);
        return NULL;
    }
    inner->events = (struct sink_events){a, on_inner_room, on_inner_lost, on_inner_closed};
    return &a->base;
}

void audit_sink_join(struct sink *s)
{
    struct audit_sink *a = (struct audit_sink *)s;

    a->inner->artifact = a->base.artifact;
}
