#include "src/http/send_queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    PIECE_ROOM = 4096, /* smallest allocation, so that framing and short lines share one */
    SEND_PARTS = 16,
    SEND_BUDGET = 4 * 1024 * 1024,
};

/* A file range has fd >= 0 and no bytes. */
struct piece {
    struct list link;
    int fd;
    uint64_t at, end;     /* what is left: inside `bytes`, or of the file */
    const uint8_t *bytes; /* lent, or `data` */
    size_t room;          /* 0: lent */
    uint8_t data[];
};

static uint64_t left(const struct piece *p)
{
    return p->end - p->at;
}

static struct piece *first(const struct send_queue *q)
{
    return container_of(q->pieces.next, struct piece, link);
}

static struct piece *last(const struct send_queue *q)
{
    return container_of(q->pieces.prev, struct piece, link);
}

static void drop(struct piece *p)
{
    list_remove(&p->link);
    free(p);
}

void send_queue_init(struct send_queue *q)
{
    *q = (struct send_queue){0};
    list_init(&q->pieces);
}

void send_queue_deinit(struct send_queue *q)
{
    while (!list_empty(&q->pieces))
        drop(first(q));
    q->size = 0;
}

static struct piece *append(struct send_queue *q, size_t room)
{
    struct piece *p = q->failed ? NULL : malloc(sizeof *p + room);

    if (!p) {
        q->failed = true;
        return NULL;
    }
    *p = (struct piece){.fd = -1, .bytes = p->data, .room = room};
    list_append(&q->pieces, &p->link);
    return p;
}

void send_queue_add(struct send_queue *q, const void *data, size_t size)
{
    struct piece *p = list_empty(&q->pieces) ? NULL : last(q);

    if (size == 0)
        return;
    if (!p || p->room < size || p->room - p->end < size)
        p = append(q, size > PIECE_ROOM ? size : PIECE_ROOM);
    if (!p)
        return;
    memcpy(p->data + p->end, data, size);
    p->end += size;
    q->size += size;
}

void send_queue_lend(struct send_queue *q, const void *data, size_t size)
{
    struct piece *p = size ? append(q, 0) : NULL;

    if (!p)
        return;
    p->bytes = data;
    p->end = size;
    q->size += size;
}

void send_queue_add_file(struct send_queue *q, int fd, uint64_t offset, uint64_t size)
{
    struct piece *p = size ? append(q, 0) : NULL;

    if (!p)
        return;
    p->fd = fd;
    p->at = offset;
    p->end = offset + size;
    q->size += size;
}

/* Takes `n` sent bytes off the front. */
static void advance(struct send_queue *q, uint64_t n)
{
    q->size -= n;
    while (n) {
        struct piece *p = first(q);
        uint64_t part = n < left(p) ? n : left(p);
        p->at += part;
        n -= part;
        if (left(p) == 0)
            drop(p);
    }
}

static ssize_t send_bytes(const struct send_queue *q, struct http_transport *t)
{
    struct iovec parts[SEND_PARTS];
    size_t count = 0;
    bool more = false;

    list_each(p, &q->pieces, struct piece, link)
    {
        more = p->fd >= 0 || count == SEND_PARTS;
        if (more)
            break;
        parts[count++] =
            (struct iovec){(void *)(uintptr_t)(p->bytes + p->at), left(p)}; /* only read */
    }
    return t->ops->send(t, parts, count, more);
}

static ssize_t send_range(const struct piece *p, struct http_transport *t)
{
    uint64_t size = left(p) < SEND_BUDGET ? left(p) : SEND_BUDGET;
    ssize_t n = t->ops->sendfile(t, p->fd, p->at, (size_t)size);

    return n == 0 ? -ENODATA : n;
}

int send_queue_run(struct send_queue *q, struct http_transport *t)
{
    if (q->failed)
        return -ENOMEM;
    for (uint64_t sent = 0; q->size && sent < SEND_BUDGET;) {
        ssize_t n = first(q)->fd >= 0 ? send_range(first(q), t) : send_bytes(q, t);
        if (n == -EAGAIN)
            return 0;
        if (n == -EINTR)
            continue;
        if (n < 0)
            return (int)n;
        advance(q, (uint64_t)n);
        sent += (uint64_t)n;
    }
    return 0;
}
