/*
 * http/tls_input.h - what OpenSSL reads a connection from: its socket, a few records at a time.
 *
 * SSL_read() goes on until it has bytes for its caller. Messages that carry none (KeyUpdate, an
 * attempt at renegotiation, empty records) can keep it there for as long as a client likes, and the
 * whole loop with it. So the input looks empty after TLS_INPUT_READS reads, until it is opened
 * anew; what is left stays in the socket, where a poll sees it.
 */
#pragma once

#include <openssl/types.h>

/* A record takes two: its head, its body. */
enum { TLS_INPUT_READS = 16 };

/* A new source for SSL_set0_rbio(); `fd` is borrowed. NULL when out of memory. */
BIO *tls_input_new(int fd);

/* So many reads again. */
void tls_input_open(BIO *input);
