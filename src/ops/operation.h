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
struct operation;

/* Somebody who waits for the end of an operation; embedded in what belongs to him. */
struct operation_watch {
    struct list link;
    void *user;
    /* It has ended for good: state, error and resource_location are final, the destination is
     * closed. Once; the watch is free by then. `op` may be forgotten afterwards. Operations may be
     * started from here, not freed all. */
    void (*on_end)(void *user, const struct operation *op);
    /* Its state is Running now. NULL: nobody asks; may be set after operation_watch(). */
    void (*on_running)(void *user);
};

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
    char *error;             /* why it failed; to be told in state Failed only */
    const struct collection_type *type;
    struct collection *collection; /* while it runs */
    struct sink *sink;             /* until closed */
    bool unlimited;                /* does not count for the limit of its kind */
    bool opened;                   /* the sink has had its first piece */
    bool closing;                  /* the sink was told the end; its answer is awaited */
    bool given_up;                 /* cancelled while it was closing */
    enum operation_state outcome;  /* once `closing`: the state that follows, if closing works */
    struct list watches;           /* of struct operation_watch */
    bool telling;                  /* them: not to be forgotten */
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
    const char *tags;            /* "a,b": split at commas, empty ones dropped; NULL: none */
    const char *artifact_name;   /* "core_<stamp>" */
    const char *content_type;    /* static; NULL: the kind's own */
    bool shown;                  /* see struct artifact */
    bool nameless;               /* see struct artifact */
    const char *subject;         /* who asks, for the audit; NULL: anonymous */
    const char *egress_provider; /* name of the sink's destination; NULL: HTTP */
    bool unlimited;              /* a rule's: the limit of the kind does not count */
    /* Of the request that waits for the artifact; it must live until the sink is closed. NULL when
     * nobody waits. */
    const struct log_scope *scope;
};

int operations_new(const struct collect_context *context, struct operations **ret,
                   struct error *err);

/* Cancels what runs (each sink is closed with an error) and forgets all. Sinks that close in the
 * loop's time keep what they need until then. Nobody watches any longer. */
void operations_free(struct operations *all);

/*
 * Registers an operation and starts its collection into `sink`, which ops owns from here on, on
 * every outcome. -EBUSY: the limit of the kind, or that of all egress, is reached; nothing was
 * registered. All later failures are the sink's to tell: the operation is registered, and 0 is
 * returned, also when the collection could not even be started.
 *
 * `*ret` (NULL: not wanted) is there while it is active or watched, or until the next start.
 */
int operations_start(struct operations *all, const struct operation_request *request,
                     struct sink *sink, struct operation **ret, struct error *err);

/* Waits for the end. An operation that has ended already is told at once, from inside. */
void operation_watch(struct operation *op, struct operation_watch *w,
                     void (*on_end)(void *user, const struct operation *op), void *user);

/* Nothing is told any more. Safe on a zeroed watch, and on one that was told. */
void operation_unwatch(struct operation_watch *w);

/* It goes on for nobody in particular: the scope of its request is not looked at any more. */
void operation_leave(struct operation *op);

/* NULL when unknown. */
struct operation *operations_find(struct operations *all, const struct guid *id);

/* Head of the list of struct operation (member `link`), oldest first. */
struct list *operations_list(struct operations *all);

/* -EINVAL with the peer's words when it is not running (or, for stop, cannot be stopped). One that
 * is cancelled while its destination closes may still succeed. */
int operation_cancel(struct operation *op, struct error *err);
int operation_stop(struct operation *op, struct error *err);

/* The state that it will be in when its sink, at the end, answers `err`. */
enum operation_state operation_state_after(const struct operation *op, const struct error *err);

/* Running ones, for shutdown and self metrics. */
unsigned operations_active(const struct operations *all);
