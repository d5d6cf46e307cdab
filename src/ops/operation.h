/*
 * ops/operation.h - one collection joined to one destination, from request to end, and what is
 * remembered of it.
 *
 * The one place that starts collections. HTTP requests and rules come here alike, so that both live
 * under the same limits and show up in the same list. States and their moves are those of CONTRACT
 * section 5.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/wire/guid.h"
#include "src/base/error.h"
#include "src/base/list.h"
#include "src/collect/collection.h"
#include "src/egress/sink.h"
#include "src/ops/artifact_scope.h"

enum operation_state {
    OPERATION_STARTING,
    OPERATION_RUNNING,
    OPERATION_STOPPING,
    OPERATION_SUCCEEDED,
    OPERATION_FAILED,
    OPERATION_CANCELLED,
};

struct operations;

struct operation {
    struct list link; /* in the list of all, oldest first */
    struct operations *all;
    char id[GUID_TEXT_SIZE];
    enum operation_state state;
    int64_t created; /* ticks */
    /* The process, as it was: it may be gone when somebody asks. */
    uint64_t pid;
    struct guid uid;
    char *process_name;
    char **tags;
    size_t tag_count;
    char *artifact_name;
    char *subject;           /* who asked for it, for the audit */
    char *egress_provider;   /* NULL: HTTP */
    char *resource_location; /* NULL until an egress has succeeded */
    char *error;             /* why it failed */
    const struct collection_type *type;
    struct collection *collection; /* while it runs */
    struct sink *sink;             /* until closed */
    bool opened;                   /* the sink has had its first piece */
    struct fact facts[COLLECTION_FACTS];
    size_t fact_count;
    struct artifact_scope scope; /* its outer scope is only there while it is active */
};

const char *operation_state_name(enum operation_state state);
bool operation_is_active(const struct operation *op);
bool operation_is_stoppable(const struct operation *op);

/* What to start. Strings are copied; `params` is borrowed for the call. */
struct operation_request {
    const struct collection_type *type;
    struct target *target;
    const void *params;
    const char *tags;          /* "a,b": split at commas, empty ones dropped; NULL: none */
    const char *artifact_name; /* "core_<stamp>" */
    const char *content_type;  /* static; NULL: the kind's own */
    bool shown;                /* see struct artifact */
    bool nameless;             /* see struct artifact */
    const char *subject;       /* who asks, for the audit; NULL: anonymous */
    /* Of the request that waits for the artifact; it must live until the sink is closed. NULL when
     * nobody waits. */
    const struct log_scope *scope;
};

int operations_new(const struct collect_context *context, struct operations **ret,
                   struct error *err);

/* Cancels what runs (each sink is closed with an error) and forgets all. */
void operations_free(struct operations *all);

/*
 * Registers an operation and starts its collection into `sink`, which ops owns from here on, on
 * every outcome. -EBUSY: the limit of the kind is reached ("Rate limit reached."); nothing was
 * registered. All later failures are the sink's to tell: the operation is registered, and 0 is
 * returned, also when the collection could not even be started.
 */
int operations_start(struct operations *all, const struct operation_request *request,
                     struct sink *sink, struct error *err);

/* NULL when unknown. */
struct operation *operations_find(struct operations *all, const struct guid *id);

/* Head of the list of struct operation (member `link`), oldest first. */
struct list *operations_list(struct operations *all);

/* -EINVAL with the peer's words when it is not running (or, for stop, cannot be stopped). */
int operation_cancel(struct operation *op, struct error *err);
int operation_stop(struct operation *op, struct error *err);

/* Running ones, for shutdown and self metrics. */
unsigned operations_active(const struct operations *all);
