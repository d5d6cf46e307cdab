/*
 * egress/sink.h - where the bytes of an artifact go: an HTTP response, a file, later a bucket.
 *
 * A sink takes one piece at a time and says when it has room for the next. `open` is called with
 * the first piece, never before: a collection that fails without a byte leaves nothing behind. A
 * new destination is a new file with one of these tables.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/error.h"
#include "src/base/fact.h"

struct sink;
struct log_scope;

/* Set by ops before the first call. */
struct sink_events {
    void *user;
    void (*on_room)(void *user); /* the last piece is taken; its memory is no longer looked at */
    /* The destination is lost (client gone, upload refused). Only close() follows. */
    void (*on_lost)(void *user, const struct error *err);
    /* The answer to close(), once, perhaps from inside it; the sink frees itself afterwards.
     * `location` says where the artifact is now (NULL: nowhere to ask for it, as with HTTP); `err`:
     * it could not be put there, and nothing was left. Both only for the call. */
    void (*on_closed)(void *user, const char *location, const struct error *err);
};

struct artifact {
    const char *name; /* file name, "core_20261122_043405_541" */
    const char *content_type;
    bool nameless; /* HTTP does not tell the file name: clients show it rather than save it */
    const char *operation_id;      /* GUID text; NULL when the operation was refused */
    const struct log_scope *scope; /* for lines about it; NULL when it was refused */
    bool room_at_once;             /* on_room may come from inside write() */
    const struct fact *facts;      /* known, if at all, at close(); perhaps at open() already */
    size_t fact_count;
    bool shown; /* a page for people: a browser shows it, not saves it */
};

struct sink_type {
    const char *name; /* for the log */
    /* First piece is there. On failure only close() follows. */
    int (*open)(struct sink *s, struct error *err);
    void (*write)(struct sink *s, const void *data, size_t size);
    void (*write_file)(struct sink *s, int fd, uint64_t offset, uint64_t size);
    /* The end, exactly once, opened or not: NULL commits, an error undoes and, where somebody
     * waits, is told. A piece that the sink still has is not looked at any more. on_closed
     * follows, and nothing else. */
    void (*close)(struct sink *s, const struct error *err);
    /* Between close(NULL) and on_closed: nobody wants it any longer. What cannot be taken back is
     * finished. NULL: closing takes no time. */
    void (*give_up)(struct sink *s);
};

/* First member of each destination's own struct. */
struct sink {
    const struct sink_type *type;
    struct sink_events events;
    struct artifact artifact; /* strings owned by the operation */
};
