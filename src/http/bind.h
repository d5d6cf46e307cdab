/*
 * http/bind.h - from a listener's URL to its listening sockets. Plain socket calls, no loop.
 */
#pragma once

#include <sys/types.h>

#include "src/base/error.h"
#include "src/http/server.h"
#include "src/http/url.h"

/* Of an http://unix: address. */
struct http_socket_file {
    mode_t mode;
    gid_t group; /* (gid_t)-1: as it comes */
};

/*
 * Opens the one or two (localhost) non-blocking listening sockets of `url`, which was written as
 * `text`. A loopback that the machine lacks is left out; when it has no IPv6 at all, "all
 * addresses" means IPv4. A socket file without a listener behind it is replaced; the file has its
 * mode and group before anybody can connect. Writes the bound address as in http_server_listen().
 * Returns the number of descriptors, which the caller then owns, or a negative errno with a text
 * that names the address.
 */
int http_bind(const struct http_url *url, const char *text, const struct http_socket_file *file,
              int ret_fds[static 2], char ret_address[static HTTP_ADDRESS_SIZE], struct error *err);
