#include "src/http/bind.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "src/io/unix_socket.h"

enum {
    ACCESS_BITS = 0777,
    PORT_TRIES = 16, /* for a port that is free on both loopbacks */
};

#define SOCKET_CURE                                                                                \
    " (Http:SocketMode and Http:SocketGroup could not be applied; use a folder that only trusted " \
    "users can write to, without default ACL, and a group that this user is in)"

union address {
    struct sockaddr any;
    struct sockaddr_in ipv4;
    struct sockaddr_in6 ipv6;
    struct sockaddr_un local;
};

static socklen_t address_size(const union address *a)
{
    return a->any.sa_family == AF_INET    ? sizeof a->ipv4
           : a->any.sa_family == AF_INET6 ? sizeof a->ipv6
                                          : sizeof a->local;
}

static union address ipv4_address(struct in_addr host, uint16_t port)
{
    return (union address){
        .ipv4 = {.sin_family = AF_INET, .sin_addr = host, .sin_port = htons(port)}};
}

static union address ipv6_address(struct in6_addr host, uint16_t port)
{
    return (union address){
        .ipv6 = {.sin6_family = AF_INET6, .sin6_addr = host, .sin6_port = htons(port)}};
}

/* Sets what the kernel should know before the address is taken. */
static void prepare(int fd, const union address *a)
{
    int on = 1, only = !IN6_IS_ADDR_UNSPECIFIED(&a->ipv6.sin6_addr);

    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (a->any.sa_family == AF_INET6)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);
}

/* A listening socket on an internet address, or a negative errno. */
static int listen_on(const union address *a)
{
    cleanup(close_fd) int fd =
        socket(a->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -errno;
    prepare(fd, a);
    if (bind(fd, &a->any, address_size(a)) < 0 || listen(fd, SOMAXCONN) < 0)
        return -errno;
    return take_fd(&fd);
}

static uint16_t bound_port(int fd)
{
    union address a = {0};
    socklen_t size = sizeof a;

    (void)getsockname(fd, &a.any, &size);
    return ntohs(a.any.sa_family == AF_INET6 ? a.ipv6.sin6_port : a.ipv4.sin_port);
}

static bool is_missing(int code)
{
    return code == -EADDRNOTAVAIL || code == -EAFNOSUPPORT;
}

/* True when nothing listens behind the socket file any more. */
static bool is_stale(const char *path)
{
    struct stat st;

    if (lstat(path, &st) < 0 || !S_ISSOCK(st.st_mode))
        return false;
    cleanup(close_fd) int fd = unix_socket_connect(path);
    return fd == -ECONNREFUSED;
}

/* Looks at the file just bound, gives it its group. Whoever may write to the folder may have put
 * something else at the path by now: it is opened without following, and must be ours. */
static int own_file(const char *path, const struct http_socket_file *file)
{
    struct stat st;
    cleanup(close_fd) int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISSOCK(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & ACCESS_BITS) != file->mode)
        return -EPERM;
    if (file->group == (gid_t)-1 || fchownat(fd, "", (uid_t)-1, file->group, AT_EMPTY_PATH) == 0)
        return 0;
    int code = -errno;
    (void)unlink(path);
    return code;
}

/* On Linux the mode of the socket, narrowed by the umask, becomes that of its file: no chmod() by
 * path is needed, which would follow a symlink. Nobody can connect before listen(). */
static int listen_at_path(const union address *a, const struct http_socket_file *file)
{
    cleanup(close_fd) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0 || fchmod(fd, file->mode) < 0)
        return -errno;
    if (bind(fd, &a->any, sizeof a->local) < 0)
        return -errno;
    int r = own_file(a->local.sun_path, file);
    if (r == 0 && listen(fd, SOMAXCONN) < 0)
        r = -errno;
    return r < 0 ? r : take_fd(&fd);
}

static int bind_unix(const struct http_url *url, const struct http_socket_file *file, int *ret_fds)
{
    union address a = {.local.sun_family = AF_UNIX};

    memcpy(a.local.sun_path, url->path, sizeof url->path);
    mode_t mask = umask(0);
    int fd = listen_at_path(&a, file);
    if (fd == -EADDRINUSE && is_stale(url->path) && unlink(url->path) == 0)
        fd = listen_at_path(&a, file);
    (void)umask(mask);
    if (fd < 0)
        return fd;
    ret_fds[0] = fd;
    return 1;
}

static int bind_one(const union address *a, int *ret_fds)
{
    ret_fds[0] = listen_on(a);
    return ret_fds[0] < 0 ? ret_fds[0] : 1;
}

static int bind_any(uint16_t port, int *ret_fds)
{
    union address ipv6 = ipv6_address(in6addr_any, port);
    int r = bind_one(&ipv6, ret_fds);

    if (!is_missing(r))
        return r;
    union address ipv4 = ipv4_address((struct in_addr){htonl(INADDR_ANY)}, port);
    return bind_one(&ipv4, ret_fds);
}

static int bind_loopbacks(uint16_t port, int *ret_fds)
{
    union address ipv4 = ipv4_address((struct in_addr){htonl(INADDR_LOOPBACK)}, port);
    cleanup(close_fd) int fd4 = listen_on(&ipv4);

    if (fd4 < 0 && !is_missing(fd4))
        return fd4;
    union address ipv6 = ipv6_address(in6addr_loopback, fd4 < 0 ? port : bound_port(fd4));
    int fd6 = listen_on(&ipv6), n = 0;
    if (fd6 < 0 && (fd4 < 0 || !is_missing(fd6)))
        return fd6;
    if (fd4 >= 0)
        ret_fds[n++] = take_fd(&fd4);
    if (fd6 >= 0)
        ret_fds[n++] = fd6;
    return n;
}

static int bind_localhost(uint16_t port, int *ret_fds)
{
    int r = bind_loopbacks(port, ret_fds);

    for (int i = 1; i < PORT_TRIES && r == -EADDRINUSE && port == 0; i++)
        r = bind_loopbacks(port, ret_fds);
    return r;
}

static int bind_kind(const struct http_url *url, const struct http_socket_file *file, int *ret_fds)
{
    union address a;

    switch (url->kind) {
    case HTTP_URL_ANY:
        return bind_any(url->port, ret_fds);
    case HTTP_URL_LOCALHOST:
        return bind_localhost(url->port, ret_fds);
    case HTTP_URL_IPV4:
        a = ipv4_address(url->ipv4, url->port);
        return bind_one(&a, ret_fds);
    case HTTP_URL_IPV6:
        a = ipv6_address(url->ipv6, url->port);
        return bind_one(&a, ret_fds);
    case HTTP_URL_UNIX:
        return bind_unix(url, file, ret_fds);
    }
    return -EINVAL;
}

static const char *host_text(const struct http_url *url, int fd, char text[static INET6_ADDRSTRLEN])
{
    int domain = AF_INET6;
    socklen_t size = sizeof domain;

    if (url->kind == HTTP_URL_LOCALHOST)
        return "localhost";
    if (url->kind == HTTP_URL_IPV4)
        return inet_ntop(AF_INET, &url->ipv4, text, INET6_ADDRSTRLEN);
    if (url->kind == HTTP_URL_IPV6)
        return inet_ntop(AF_INET6, &url->ipv6, text, INET6_ADDRSTRLEN);
    (void)getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size);
    return domain == AF_INET6 ? "::" : "0.0.0.0";
}

static void write_address(const struct http_url *url, int fd,
                          char ret_address[static HTTP_ADDRESS_SIZE])
{
    const char *scheme = url->tls ? "https" : "http";
    char text[INET6_ADDRSTRLEN];

    if (url->kind == HTTP_URL_UNIX) {
        (void)snprintf(ret_address, HTTP_ADDRESS_SIZE, "%s://unix:%s", scheme, url->path);
        return;
    }
    const char *host = host_text(url, fd, text);
    (void)snprintf(ret_address, HTTP_ADDRESS_SIZE,
                   strchr(host, ':') ? "%s://[%s]:%u" : "%s://%s:%u", scheme, host,
                   (unsigned)bound_port(fd));
}

int http_bind(const struct http_url *url, const char *text, const struct http_socket_file *file,
              int ret_fds[static 2], char ret_address[static HTTP_ADDRESS_SIZE], struct error *err)
{
    int n = bind_kind(url, file, ret_fds);

    if (n < 0)
        return error_set(err, n, "cannot listen on %s: %s%s", text, strerror(-n),
                         url->kind == HTTP_URL_UNIX && n == -EPERM ? SOCKET_CURE : "");
    write_address(url, ret_fds[0], ret_address);
    return n;
}
