/*
 * api/request_log.h - what the log says about one HTTP request, in the peer's words.
 *
 * Each exchange has one from its beginning to its end. It knows the scopes that lines of the
 * request are written in (trace and span, connection, path, then artifact and process), and who
 * asked. All functions also take an exchange without one (out of memory, tests): then lines are
 * written without scopes.
 */
#pragma once

#include "src/base/error.h"
#include "src/base/log.h"
#include "src/http/exchange.h"
#include "src/target/target.h"

/* Before any handler: attaches the log, which then logs the request's start and end (category
 * Microsoft.AspNetCore.Hosting.Diagnostics, not shown at its default level). */
void request_log_begin(struct http_exchange *x);

/* The request's scopes; what api passes to ops as the outer scope. NULL without a log. Lives as
 * long as the exchange. */
const struct log_scope *request_log_scope(struct http_exchange *x);

/* The request is about this kind of artifact ("dump"; static). */
void request_log_artifact(struct http_exchange *x, const char *type);

/* The process is chosen: event 3. */
void request_log_target(struct http_exchange *x, const struct target *t);

/* An answer is about to be sent: event 5, or event 1 with the error as an exception of .NET. */
void request_log_written(struct http_exchange *x);
void request_log_failed(struct http_exchange *x, const struct error *err);

/* The client went away before there was an answer: event 2. */
void request_log_canceled(struct http_exchange *x);

/* "System.ArgumentException: text": an error as the peer's exceptions look in its log. */
enum { REQUEST_LOG_EXCEPTION_SIZE = ERROR_TEXT_SIZE + 128 };
const char *request_log_exception(const struct error *err,
                                  char text[static REQUEST_LOG_EXCEPTION_SIZE]);

/* Who asks, as authentication has found out; "anonymous" without. */
const char *request_log_subject(const struct http_exchange *x);
