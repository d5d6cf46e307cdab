/*
 * api/process_request.h - the first part of every route that is about a process: which one?
 */
#pragma once

#include "src/api/api.h"
#include "src/target/target.h"

/* The keys of a query, checked. */
struct process_keys {
    char pid[24]; /* normalised decimal; "" absent */
    struct guid uid;
    bool has_uid;
    const char *name; /* NULL absent; belongs to the exchange */
};

/* False when a value cannot be read: the answer (400 without body, as the peer) has been sent. */
bool process_keys_read(struct http_exchange *x, struct process_keys *ret);

/* As the registry wants it; borrows from `keys`. */
struct process_query process_keys_query(const struct process_keys *keys);

/*
 * Waits until all known processes have told who they are, selects the one that the query means and
 * calls `run` with it; on failure the problem has been answered. The client may go away meanwhile:
 * then nothing is called.
 */
void process_request_start(struct api *api, struct http_exchange *x,
                           void (*run)(struct api *api, struct http_exchange *x, struct target *t));

/* The same without a selection. */
void process_request_settle(struct api *api, struct http_exchange *x,
                            void (*run)(struct api *api, struct http_exchange *x));
