/*
 * collect/collection.h - one artifact being collected from one process, of whatever kind.
 *
 * A collection pushes its bytes to its owner (ops), a piece at a time: after each piece it waits
 * for collection_proceed(). It ends with on_done, or is abandoned; either way it then holds
 * nothing: no file, no session in the target, no descriptor. A new kind of artifact is a new file
 * with one of these tables.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "src/base/error.h"
#include "src/base/fact.h"
#include "src/base/log_format.h"
#include "src/config/options.h"
#include "src/target/target.h"

struct collection;

struct collection_events {
    void *user;
    /* The target is at work (state Running). At most once, before any data. */
    void (*on_started)(void *user);
    /* A piece of the artifact. Borrowed until collection_proceed(); none follows before that. */
    void (*on_data)(void *user, const void *data, size_t size);
    /* The same, as a range of an open file. */
    void (*on_file)(void *user, int fd, uint64_t offset, uint64_t size);
    /* The end: NULL when the artifact is complete. Frees the collection; never from inside start().
     */
    void (*on_done)(void *user, const struct error *err);
    /* What is known of the artifact at its end, before on_done, or better before its first piece:
     * the value of type->facts[i]. */
    void (*on_fact)(void *user, size_t i, uint64_t value);
    /* Something to tell in the log, in the scope of the artifact. */
    void (*on_notice)(void *user, const struct log_event *event, const struct log_field *fields,
                      size_t count);
};

/* What every collection needs; borrowed. */
struct collect_context {
    uv_loop_t *loop;
    const struct options *options;
    struct dump_folder *dump_folder;       /* collect/dump_folder.h */
    struct sessions *sessions;             /* session/session.h */
    struct feeds *feeds;                   /* session/feed.h */
    struct exceptions_service *exceptions; /* exceptions/service.h */
};

enum { COLLECTION_FACTS = 4 };

struct collection_type {
    const char *name; /* of the limit and in the log: "dump" */
    unsigned limit;   /* at one time in the whole server; CONTRACT section 1 */
    bool stoppable;
    const char *content_type;
    /* Starts. `params` are the kind's own (collect/dump.h). */
    int (*start)(const struct collect_context *context, struct target *target, const void *params,
                 const struct collection_events *events, struct collection **ret,
                 struct error *err);
    void (*proceed)(struct collection *c);
    void (*stop)(struct collection
                     *c); /* graceful: what is there is delivered, then on_done. NULL: cannot */
    /* Undoes everything at once and frees; no event comes any more. */
    void (*abandon)(struct collection *c);
    /* Category of the line that it has started (event 79), as the peer names its class:
     * "Microsoft.Diagnostics.Tools.Monitor.LogsOperation". NULL: no line. */
    const char *log_category;
    bool proceeds_at_once; /* proceed() may come from inside on_data() */
    /* What on_fact() may tell. Up to one without a name. */
    struct fact_kind facts[COLLECTION_FACTS];
};

/* First member of each kind's own struct. */
struct collection {
    const struct collection_type *type;
};
