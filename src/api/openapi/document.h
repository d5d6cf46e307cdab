/*
 * api/openapi/document.h - the OpenAPI document of a route table.
 */
#pragma once

#include "src/api/openapi/security.h"
#include "src/base/error.h"
#include "src/base/text.h"
#include "src/http/router.h"

/*
 * Everything but what depends on the request: "paths":... up to the last brace. Made once and kept,
 * see document_write(). -ENOMEM. Every route's `details` are a struct endpoint.
 */
int document_build(const struct http_router *router, const struct api_security *security,
                   struct text *ret_rest, struct error *err);

/* The whole document for a client that came by `scheme` and `host` ("" when it named none). `rest`
 * is what document_build() made. Running out of memory marks `ret` as failed. */
void document_write(const struct text *rest, const char *scheme, const char *host,
                    struct text *ret);
