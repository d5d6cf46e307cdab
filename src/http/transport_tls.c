/*
 * Every call may meet the other direction's trouble. A recv that waits for room to write (during
 * the handshake) says so in `recv_wants_write`. A send never waits for input: it comes after a
 * request, so after the handshake, and renegotiation is off.
 */
#include "src/http/transport_tls.h"

#include <assert.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "src/http/certificate.h"
#include "src/http/tls_input.h"

enum {
    RECORD = SSL3_RT_MAX_PLAIN_LENGTH, /* one write is one record at the most */
    DRAIN_PARTS = 8,
};

static_assert((int)HTTP_TRANSPORT_UNIT >= (int)RECORD, "recv must empty a record");

struct tls_transport {
    struct http_transport base;
    SSL *ssl;
    bool broken;   /* OpenSSL must not be asked again */
    bool refused;  /* the handshake failed, an alert is on its way */
    bool goodbye;  /* close_notify is due */
    char *subject; /* base.client_subject */
    char fingerprint[CERTIFICATE_FINGERPRINT_SIZE];
};

static struct tls_transport *of(struct http_transport *t)
{
    return container_of(t, struct tls_transport, base);
}

/* What a failed call means. 0 is the end of the stream. */
static ssize_t failure(struct tls_transport *t, int result)
{
    int code = errno;

    switch (SSL_get_error(t->ssl, result)) {
    case SSL_ERROR_WANT_WRITE:
    case SSL_ERROR_WANT_READ:
        return -EAGAIN;
    case SSL_ERROR_ZERO_RETURN:
        return 0;
    case SSL_ERROR_SYSCALL:
        t->broken = true;
        return code ? -code : -ECONNRESET;
    default:
        t->broken = true;
        return -EPROTO;
    }
}

static void prepare(void)
{
    ERR_clear_error(); /* SSL_get_error() looks at the thread's queue, which other code fills too */
    errno = 0;
}

/* --- the client's certificate --- */

static void read_client(struct tls_transport *t)
{
    const X509 *x = SSL_get0_peer_certificate(t->ssl);
    struct text subject = {0};

    if (!x || SSL_get_verify_result(t->ssl) != X509_V_OK)
        return;
    certificate_fingerprint(x, t->fingerprint);
    certificate_subject(x, &subject);
    t->subject = text_take(&subject);
    if (!t->subject || t->fingerprint[0] == '\0')
        return; /* nobody in particular, rather than somebody else */
    t->base.client_subject = t->subject;
    t->base.client_fingerprint = t->fingerprint;
}

/* --- the five functions --- */

static void say_goodbye(struct tls_transport *t)
{
    prepare();
    int r = SSL_shutdown(t->ssl);
    if (r < 0 && SSL_get_error(t->ssl, r) == SSL_ERROR_WANT_WRITE) {
        t->base.recv_wants_write = true;
        return;
    }
    t->goodbye = false;
    (void)shutdown(t->base.fd, SHUT_WR);
}

static ssize_t tls_recv(struct http_transport *base, void *data, size_t size)
{
    struct tls_transport *t = of(base);

    base->recv_wants_write = false;
    if (t->broken)
        return -EPROTO;
    if (t->goodbye)
        say_goodbye(t);
    tls_input_open(SSL_get_rbio(t->ssl));
    prepare();
    int n = SSL_read(t->ssl, data, (int)(size < INT_MAX ? size : INT_MAX));
    if (base->greeting && SSL_is_init_finished(t->ssl)) {
        base->greeting = false;
        read_client(t);
    }
    if (n > 0)
        return n;
    base->recv_wants_write |= SSL_want_write(t->ssl);
    ssize_t r = failure(t, n);
    t->refused = base->greeting && r == -EPROTO;
    return r;
}

static ssize_t write_record(struct tls_transport *t, const void *data, size_t size)
{
    if (t->broken)
        return -EPROTO;
    prepare();
    int n = SSL_write(t->ssl, data, (int)size);
    if (n > 0)
        return n;
    ssize_t r = failure(t, n);
    return r == 0 ? -EPIPE : r;
}

/* After -EAGAIN the next call starts with the same bytes, as OpenSSL wants it: the queue only grows
 * at its end. */
static ssize_t tls_send(struct http_transport *base, const struct iovec *parts, size_t count,
                        bool more)
{
    uint8_t record[RECORD];
    size_t size = 0;

    (void)more;
    for (size_t i = 0; i < count && size < sizeof record; i++) {
        size_t room = sizeof record - size;
        size_t n = parts[i].iov_len < room ? parts[i].iov_len : room;
        memcpy(record + size, parts[i].iov_base, n);
        size += n;
    }
    return write_record(of(base), record, size);
}

/* The kernel encrypts: the file's bytes do not pass through us. */
static ssize_t send_by_kernel(struct tls_transport *t, int fd, uint64_t offset, size_t size)
{
    prepare();
    ssize_t n = SSL_sendfile(t->ssl, fd, (off_t)offset, size, 0);
    if (n >= 0)
        return n;
    ssize_t r = failure(t, (int)n);
    return r == 0 ? -EPIPE : r;
}

static ssize_t tls_sendfile(struct http_transport *base, int fd, uint64_t offset, size_t size)
{
    struct tls_transport *t = of(base);
    uint8_t record[RECORD];

    if (t->broken)
        return -EPROTO;
    if (BIO_get_ktls_send(SSL_get_wbio(t->ssl)))
        return send_by_kernel(t, fd, offset, size);
    ssize_t n = pread(fd, record, size < sizeof record ? size : sizeof record, (off_t)offset);
    if (n <= 0)
        return n < 0 ? -errno : 0;
    return write_record(t, record, (size_t)n);
}

static void tls_shutdown(struct http_transport *base)
{
    struct tls_transport *t = of(base);

    if (t->broken)
        return;
    t->goodbye = true;
    say_goodbye(t);
}

/* A socket that is closed with unread input resets the connection, and the client would lose the
 * alert that says why. */
static void drain(int fd)
{
    uint8_t ignored[8 * 1024];

    (void)shutdown(fd, SHUT_WR);
    for (int i = 0; i < DRAIN_PARTS && recv(fd, ignored, sizeof ignored, 0) > 0; i++)
        ;
}

static void tls_close(struct http_transport *base, bool reset)
{
    struct tls_transport *t = of(base);

    if (t->refused)
        drain(base->fd);
    else if (reset)
        http_transport_reset(base->fd);
    else if (!t->broken && SSL_is_init_finished(t->ssl))
        (void)SSL_shutdown(t->ssl); /* when it has been told already, this does nothing */
    SSL_free(t->ssl);
    ERR_clear_error();
    (void)close(base->fd);
    free(t->subject);
    free(t);
}

static const struct http_transport_ops tls_ops = {
    .scheme = "https",
    .recv = tls_recv,
    .send = tls_send,
    .sendfile = tls_sendfile,
    .shutdown = tls_shutdown,
    .close = tls_close,
};

static bool set_socket(SSL *ssl, int fd)
{
    BIO *input = tls_input_new(fd);

    if (!input || SSL_set_wfd(ssl, fd) != 1) {
        BIO_free(input);
        return false;
    }
    SSL_set0_rbio(ssl, input); /* takes it over */
    return true;
}

struct http_transport *http_transport_tls(struct tls_context *context, int fd)
{
    struct tls_transport *t = calloc(1, sizeof *t);

    if (!t)
        return NULL;
    t->ssl = tls_context_session(context);
    if (!t->ssl || !set_socket(t->ssl, fd)) {
        SSL_free(t->ssl);
        ERR_clear_error();
        free(t);
        return NULL;
    }
    SSL_set_accept_state(t->ssl);
    http_transport_tune(fd);
    t->base = (struct http_transport){.ops = &tls_ops, .fd = fd, .greeting = true};
    return &t->base;
}
