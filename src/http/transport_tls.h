/*
 * http/transport_tls.h - a transport that speaks TLS on the server's side.
 */
#pragma once

#include "src/http/tls_context.h"
#include "src/http/transport.h"

/* Owns `fd` on success. The handshake is part of recv. NULL when out of memory. */
struct http_transport *http_transport_tls(struct tls_context *context, int fd);
