/*
 * http/conn_impl.h - what conn.c (states, sending, the end) and conn_read.c (receiving, asking the
 * handler, refusing) need of each other. Nobody else includes it.
 */
#pragma once

#include "src/http/conn.h"

/* The one place where `state` changes; asserts that the table allows it. */
void http_conn_move(struct http_conn *c, enum http_conn_state next);

/* Ends the connection; an answer that was not ended is lost. Afterwards `c` only waits for its
 * memory to be freed. */
void http_conn_close(struct http_conn *c, bool reset);

/* A state in which input belongs to a request. */
bool http_conn_is_reading(const struct http_conn *c);

/* One recv, and what follows from it. */
void http_conn_receive(struct http_conn *c);

/* Goes through buffered input until it is used up or a request is complete. */
void http_conn_consume(struct http_conn *c);

/* Answers the unfinished request with `status` and closes after that. */
void http_conn_refuse(struct http_conn *c, int status);
