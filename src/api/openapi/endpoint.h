/*
 * api/openapi/endpoint.h - what a row of the route table says beyond method and path: enough to
 * bind a request, to serve it and to document it.
 */
#pragma once

#include "src/api/openapi/params.h"
#include "src/http/exchange.h"

/* Statuses that an endpoint may answer with; their texts and contents are in document.c. */
enum {
    REPLY_200 = 1 << 0, /* content: `media`, `content` */
    REPLY_201 = 1 << 1, /* the same */
    REPLY_202 = 1 << 2,
    REPLY_400 = 1 << 3,
    REPLY_401 = 1 << 4,
    REPLY_429 = 1 << 5,
    REPLY_503 = 1 << 6, /* as 200 */
};

enum { ENDPOINT_PARAMS = 16, ENDPOINT_MEDIA = 4 };

struct endpoint {
    const char *id; /* operationId; NULL: not in the document */
    const char *tag, *summary;
    void (*handle)(void *user, struct http_exchange *x); /* of a bound request, see call.h */
    enum param params[ENDPOINT_PARAMS];                  /* up to PARAM_NONE */
    const struct schema *body;                           /* of the request; NULL: none is read */
    unsigned replies;
    const struct schema *content;      /* of the answer; NULL: without */
    const char *media[ENDPOINT_MEDIA]; /* types of the answer, up to NULL */
};
