#include "src/http/tls_input.h"

#include <errno.h>
#include <openssl/bio.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>

struct input {
    int fd;
    int left; /* reads */
    bool ended;
};

static int input_read(BIO *b, char *data, int size)
{
    struct input *in = BIO_get_data(b);

    BIO_clear_retry_flags(b);
    if (in->left == 0) {
        errno = EAGAIN;
        BIO_set_retry_read(b);
        return -1;
    }
    in->left--;
    ssize_t n = recv(in->fd, data, (size_t)size, 0);
    in->ended = n == 0;
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        BIO_set_retry_read(b);
    return (int)n;
}

/* Everything else that may be asked (kernel TLS, timeouts) is answered "no". */
static long input_control(BIO *b, int command, long number, void *pointer)
{
    const struct input *in = BIO_get_data(b);

    (void)number;
    (void)pointer;
    return command == BIO_CTRL_EOF && in->ended;
}

static int input_destroy(BIO *b)
{
    free(BIO_get_data(b));
    BIO_set_data(b, NULL);
    return 1;
}

/* Made once, for the life of the process. */
static const BIO_METHOD *input_method(void)
{
    static BIO_METHOD *method;

    if (method)
        return method;
    BIO_METHOD *made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "input");
    if (made && BIO_meth_set_read(made, input_read) && BIO_meth_set_ctrl(made, input_control) &&
        BIO_meth_set_destroy(made, input_destroy))
        method = made;
    else
        BIO_meth_free(made);
    return method;
}

BIO *tls_input_new(int fd)
{
    const BIO_METHOD *method = input_method();
    struct input *in = calloc(1, sizeof *in);
    BIO *b = method && in ? BIO_new(method) : NULL;

    if (!b) {
        free(in);
        return NULL;
    }
    *in = (struct input){.fd = fd, .left = TLS_INPUT_READS};
    BIO_set_data(b, in);
    BIO_set_init(b, 1);
    return b;
}

void tls_input_open(BIO *input)
{
    struct input *in = BIO_get_data(input);

    in->left = TLS_INPUT_READS;
}
