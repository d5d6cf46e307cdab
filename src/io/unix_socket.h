/*
 * io/unix_socket.h - connecting to a Unix socket, which succeeds or fails at once.
 */
#pragma once

/* A connected, non-blocking descriptor, or a negative errno: -ECONNREFUSED nobody listens there,
 * -EAGAIN its backlog is full, -ENOENT there is no such file, -ENAMETOOLONG the path is longer than
 * a socket's can be. */
int unix_socket_connect(const char *path);
