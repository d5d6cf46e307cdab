/*
 * target/registry.h - all .NET processes we know: runtimes that connected to our port, or that a
 * scan has found.
 *
 * Owns the diagnostic port and one reference to each target. Which mode runs is the configuration's
 * choice.
 */
#pragma once

#include <stdbool.h>
#include <uv.h>

#include "proto/wire/guid.h"
#include "src/base/error.h"
#include "src/base/list.h"
#include "src/config/options.h"
#include "src/target/select.h"
#include "src/target/target.h"

struct registry;

/* Opens the port (Listen) or starts scanning (Connect). `options` is borrowed until
 * registry_free(). */
int registry_new(uv_loop_t *loop, const struct options *options, struct registry **ret,
                 struct error *err);

/* Forgets all targets (their requests end with -ESRCH) and closes the port. */
void registry_free(struct registry *r);

/* False while the diagnostic port's socket file is lost and cannot be made anew (Listen mode). */
bool registry_is_reachable(const struct registry *r);

/* Head of the list of struct target (member `link`), in order of arrival. Includes those not yet
 * settled. */
struct list *registry_targets(struct registry *r);

/* One that waits for registry_settle(); embedded in its owner. */
struct registry_wait {
    struct list link;
    uint64_t before; /* targets with a smaller number are waited for */
    void (*on_settled)(void *user);
    void *user;
};

/*
 * Looks for new processes (Connect mode) and calls back when each known one has told who it is, or
 * had its time (TARGET_SETTLE_MS). Calls back at once when nothing is open.
 */
void registry_settle(struct registry *r, struct registry_wait *w, void (*on_settled)(void *user),
                     void *user);

/* For an owner that goes away first; also fine after the callback. */
void registry_wait_cancel(struct registry_wait *w);

/* One that wants to know of processes as they come and go; embedded in its owner, who calls
 * registry_unwatch() before registry_free(). */
struct registry_watcher {
    struct list link;
    /* `t` is listed by now, or no longer (`listed`, `gone`), or has told anew who it is. Not to be
     * answered with registry_unwatch() of another watcher. */
    void (*on_change)(void *user, struct target *t);
    /* `t` is here; nothing is known of it, and nothing was asked of it: who holds its resume
     * (attach.h) does so now. Listen mode only. May be NULL. */
    void (*on_arrived)(void *user, struct target *t);
    void *user;
};

void registry_watch(struct registry *r, struct registry_watcher *w);
void registry_unwatch(struct registry_watcher *w);

/* Is it listed, and one of those that the configured default process means? Without one all are. */
bool registry_is_matched(const struct registry *r, const struct target *t);

/* select.h over all targets and the configured default process. */
int registry_select(struct registry *r, const struct process_query *query, struct target **ret,
                    struct error *err);
