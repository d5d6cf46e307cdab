/*
 * api/trace_format.h - what a client wants of a trace beyond the raw stream: `format` or Accept,
 * and `kind`.
 */
#pragma once

#include "src/api/api.h"
#include "src/collect/trace_kinds.h"
#include "src/profile/format.h"
#include "src/target/target.h"

struct trace_wish {
    const struct format *format; /* NULL: the raw stream */
    const char *content_type;    /* of the format */
    enum profile_kind kind;      /* PROFILE_KINDS: not said */
    size_t number;               /* lines of topn */
};

/*
 * Reads the bound request. `format` comes before Accept. An Accept that the raw stream fits gets
 * it, and so does one that nothing fits, as in the peer, which does not look at it at all. -EINVAL
 * with the names that there are.
 */
int trace_wish_read(const struct http_exchange *x, struct trace_wish *ret, struct error *err);

/* True when the wish says which events it needs and the request does not: `ret` asks for them. */
bool trace_wish_session(const struct trace_wish *wish, struct trace_kind_session *ret);

/*
 * Starts `config`, which the client has named or trace_wish_session() has made, into the answer in
 * the wish's format, which is not NULL; or says why it would come to nothing. `duration_seconds`
 * as in collect/profiling.h.
 */
void trace_format_start(struct api *api, struct http_exchange *x, struct target *t,
                        const struct trace_wish *wish, const struct session_config *config,
                        int64_t duration_seconds);
