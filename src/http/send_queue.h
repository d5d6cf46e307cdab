/*
 * http/send_queue.h - bytes and file ranges that wait until the kernel takes them, in order.
 *
 * Bytes are copied, small pieces share one allocation. File ranges and lent bytes are borrowed: the
 * descriptor must stay open and the bytes readable until the queue is empty or freed. Running out
 * of memory marks the queue `failed`; adding is then a no-op and the next run reports it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/list.h"
#include "src/http/transport.h"

struct send_queue {
    struct list pieces;
    uint64_t size; /* bytes not yet handed to the kernel */
    bool failed;
};

void send_queue_init(struct send_queue *q);
void send_queue_deinit(struct send_queue *q);

void send_queue_add(struct send_queue *q, const void *data, size_t size);
void send_queue_lend(struct send_queue *q, const void *data, size_t size);
void send_queue_add_file(struct send_queue *q, int fd, uint64_t offset, uint64_t size);

/* Sends as much as the kernel takes, but at most about 4 MiB, so that one fast client does not keep
 * the loop from others. Returns 0 (look at `size` for what is left) or a negative errno: -ENODATA
 * when a file ended before its range. */
int send_queue_run(struct send_queue *q, struct http_transport *t);
