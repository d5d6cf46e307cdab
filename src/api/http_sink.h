/*
 * api/http_sink.h - the destination of an artifact that the client asked for in its own request.
 */
#pragma once

#include "src/egress/sink.h"
#include "src/http/exchange.h"

/*
 * Headers go out with the first piece (Location, Content-Disposition); a failure before it is a
 * problem document, one after it breaks the chunked body. NULL: out of memory, and the exchange is
 * answered. ops owns it from operations_start() on. What is known of the artifact at its end
 * ("Events") follows a chunked body as trailers ("X-Events").
 */
struct sink *http_sink_new(struct http_exchange *x);

/* The address at which an operation can be asked for, as seen by this client; the caller frees.
 * NULL: out of memory. */
char *operation_location(const struct http_request *request, const char *id);
