/*
 * collect/createdump.h - the target's own createdump program: is it usable, and running it from
 * outside.
 *
 * It lies beside libcoreclr.so. All of this needs a visible /proc of the target; where it is not,
 * we cannot tell, and the runtime is asked without further ado.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>
#include <uv.h>

#include "src/base/error.h"
#include "src/collect/dump.h"
#include "src/collect/dump_folder.h"
#include "src/io/child.h"
#include "src/target/target.h"

/* Path of createdump as we see it (through /proc/PID/root); malloc'ed. -ENOENT: no such file beside
 * libcoreclr.so; -ENODATA: no libcoreclr.so mapped (single file or NativeAOT); -EACCES and others:
 * cannot be told. */
int createdump_find(const struct target *t, char **ret, struct error *err);

/*
 * Refuses (-ENOENT, -EACCES with cause and cure) when the runtime would fail to start createdump:
 * such a failure cuts its default port off for ever (FACTS section 3). 0 also when it cannot be
 * told.
 */
int createdump_check(const struct target *t, struct error *err);

/*
 * Runs it against the target, writing to the file of `place`. The program comes from the target's
 * image and is not to be trusted, so it must not get more than the target has: as root we run it as
 * the target's user, and inside its namespaces when it has a mount namespace of its own
 * (collect/enter.h); else only when we run as that user. -EPERM otherwise.
 */
int createdump_run(uv_loop_t *loop, const struct target *t, enum dump_type type,
                   const struct dump_place *place,
                   void (*on_exit)(void *user, const struct child_result *result), void *user,
                   struct child **ret, struct error *err);

/* What its failure means. */
void createdump_explain(const struct child_result *result, struct error *err);
