/*
 * api/cors.h - which pages of other origins may read answers (CorsConfiguration:AllowedOrigins).
 *
 * As ASP.NET's middleware with listed origins, any header, any method, no credentials (CONTRACT
 * section 9.4; measured on ASP.NET 10):
 * - a preflight is answered 204 on any path and without a credential; with the Access-Control
 *   headers only for a listed origin;
 * - other answers to a listed origin name it, but not 401 and 403;
 * - `Vary: Origin` only when more than one origin is listed; `*` alone is every origin.
 */
#pragma once

#include <stdbool.h>

#include "src/http/exchange.h"

/* True when `x` was a preflight and is answered. `origins` is the option's value. */
bool cors_answer_preflight(const char *origins, struct http_exchange *x);

/* Adds the headers to the answer that will come. `origins` must outlive the exchange. */
void cors_add_headers(const char *origins, struct http_exchange *x);
