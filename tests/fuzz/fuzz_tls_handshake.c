/* What a stranger sends to an https address: the transport must end in an error, an end or a wait,
 * and close. Bytes come in two pieces, split where the first byte says. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "src/http/transport_tls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void tell(void *user, bool trouble, const char *text)
{
    (void)user;
    (void)trouble;
    (void)text;
}

static struct tls_context *context(void)
{
    static struct tls_context *made;
    static uv_loop_t loop;
    const struct tls_config config = {.files = {.path = "", .key_path = "", .password = ""},
                                      .self_signed = true,
                                      .client_ca = ""};
    struct error err;

    if (!made &&
        (uv_loop_init(&loop) < 0 ||
         tls_context_new(&loop, &config, &(struct tls_events){NULL, tell}, &made, &err) < 0))
        abort();
    return made;
}

/* False at the end. */
static bool feed(struct http_transport *t, int fd, const uint8_t *data, size_t size)
{
    uint8_t got[HTTP_TRANSPORT_UNIT];
    ssize_t n;

    if (size && send(fd, data, size, MSG_NOSIGNAL) != (ssize_t)size)
        abort();
    while ((n = t->ops->recv(t, got, sizeof got)) > 0)
        ;
    if (t->client_subject)
        abort();
    return n == -EAGAIN;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fds[2];

    if (size < 1 || size > 32 * 1024)
        return 0;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) < 0)
        abort();
    struct http_transport *t = http_transport_tls(context(), fds[0]);
    if (!t)
        abort();
    size_t cut = data[0] % size;
    if (feed(t, fds[1], data + 1, cut) && feed(t, fds[1], data + 1 + cut, size - 1 - cut))
        t->ops->shutdown(t);
    t->ops->close(t, data[0] & 1);
    (void)close(fds[1]);
    return 0;
}
