/*
 * http/transport.h - how the bytes of one connection travel: plain (transport_plain.c) or TLS
 * (transport_tls.c), which have the same five functions.
 *
 * A transport owns its non-blocking socket. Nothing here blocks or calls back; the connection polls
 * the socket (`fd`) and tries again after -EAGAIN. What it sends after that starts with the bytes
 * that were not taken.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

/* A recv with so much room leaves nothing behind that a poll of the socket would not see. */
enum { HTTP_TRANSPORT_UNIT = 16 * 1024 };

struct http_transport;

struct http_transport_ops {
    const char *scheme; /* "http" or "https" */
    /* Bytes read, 0 at the end of the stream, or a negative errno. */
    ssize_t (*recv)(struct http_transport *t, void *data, size_t size);
    /* Bytes taken or a negative errno. `more`: further bytes follow at once. */
    ssize_t (*send)(struct http_transport *t, const struct iovec *parts, size_t count, bool more);
    /* Sends from an open file. Bytes taken, 0 when the file has ended, or a negative errno. */
    ssize_t (*sendfile)(struct http_transport *t, int fd, uint64_t offset, size_t size);
    /* Tells the client that no more bytes come; recv goes on. */
    void (*shutdown)(struct http_transport *t);
    /* Closes the socket and frees `t`. `reset`: the client must see a broken connection. */
    void (*close)(struct http_transport *t, bool reset);
};

struct http_transport {
    const struct http_transport_ops *ops;
    int fd;
    bool greeting;         /* the handshake is not over; recv carries it on */
    bool recv_wants_write; /* the last recv waits for room to write */
    /* Of a client certificate that was verified, else NULL; see http/exchange.h. */
    const char *client_subject, *client_fingerprint;
};

/* Owns `fd` on success. NULL when out of memory. */
struct http_transport *http_transport_plain(int fd);

/* For transports: options that every connection's socket has. */
void http_transport_tune(int fd);
/* For transports: the close() that follows resets the connection. */
void http_transport_reset(int fd);
