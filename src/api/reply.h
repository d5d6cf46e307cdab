/*
 * api/reply.h - the shapes in which handlers answer: JSON, problem details, nothing.
 */
#pragma once

#include <cJSON.h>

#include "src/base/error.h"
#include "src/http/exchange.h"

/* Both log what the peer logs about such an answer (api/request_log.h). */

/* Sends and deletes `json`; NULL (out of memory while it was built) becomes 500. */
void reply_json(struct http_exchange *x, int status, cJSON *json);

/* application/problem+json (RFC 9457) with the status that err->code stands for: 429 for -EBUSY,
 * 501 for -ENOSYS, else 400, as the peer answers everything that it handles. */
void reply_problem(struct http_exchange *x, const struct error *err);

/* The same with further headers, and without a line in the log. */
void reply_problem_with(struct http_exchange *x, const struct error *err,
                        const struct http_pair *headers, size_t count);

/* A status without a body: what the peer says to a query value it cannot read. */
void reply_empty(struct http_exchange *x, int status);
