/*
 * api/process_request.h - the first part of every route that is about a process: which one?
 */
#pragma once

#include "src/api/api.h"
#include "src/api/call.h"
#include "src/target/target.h"

/* The process keys of a call, as the registry wants them. */
struct process_keys {
    char pid[12]; /* decimal */
    struct process_query query;
};

/* Borrows from `c`; `ret` must not move. */
void process_keys_init(struct process_keys *ret, const struct call *c);

/*
 * Waits until all known processes have told who they are, selects the one that the call means and
 * calls `run` with it; on failure the problem has been answered. The client may go away meanwhile:
 * then nothing is called.
 */
void process_request_start(struct api *api, struct http_exchange *x,
                           void (*run)(struct api *api, struct http_exchange *x, struct target *t));

/* The same without a selection. */
void process_request_settle(struct api *api, struct http_exchange *x,
                            void (*run)(struct api *api, struct http_exchange *x));
