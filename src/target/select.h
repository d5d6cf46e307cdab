/*
 * target/select.h - the one process that a request means (CONTRACT section 3).
 */
#pragma once

#include "proto/wire/guid.h"
#include "src/base/error.h"
#include "src/base/list.h"
#include "src/config/process_filter.h"
#include "src/target/target.h"

/* What a request names; fields that are not set match everything. */
struct process_query {
    const char *pid; /* decimal text, checked by the caller */
    const struct guid *uid;
    const char *name;
};

/* Does the configured default process mean this one? None configured: any; a faulty one: none. */
bool process_is_default(const struct target *t, const struct process_filters *filters);

/*
 * The one process that is meant. Without any key: the default process of the configuration, or,
 * when none is configured, the only process there is. -ESRCH none, -ENOTUNIQ several, -EINVAL no
 * default, or a faulty one; the peer's words. `ret` is borrowed.
 */
int process_select(struct list *targets, const struct process_filters *defaults,
                   const struct process_query *query, struct target **ret, struct error *err);
