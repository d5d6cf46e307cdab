/*
 * auth/scope.h - what a credential may do.
 *
 * Each protected route needs one scope (its row in api/routes.c); each credential has a set. The
 * peer knows none of this: its one key has all.
 */
#pragma once

#include "src/base/error.h"

enum auth_scope {
    SCOPE_METRICS = 1 << 0, /* /metrics (when it is protected), /livemetrics */
    SCOPE_READ = 1 << 1,    /* what is there: /processes, /process, /info, /operations */
    SCOPE_TRACE = 1 << 2,   /* /trace, /logs, /stacks, /diagnose, /exceptions, /parameters */
    SCOPE_GCDUMP = 1 << 3,  /* /gcdump */
    SCOPE_DUMP = 1 << 4,    /* /dump: everything in the memory of the app */
    SCOPE_ENV = 1 << 5,     /* /env: secrets, mostly */
    SCOPE_CONFIG = 1 << 6,  /* /collectionrules; cancelling what others started */
    SCOPE_ALL = (1 << 7) - 1,
};

/* Reads `metrics`, `read`, `trace`, `gcdump`, `dump`, `env`, `config` with ',', ';' or blanks
 * between them, in any case, or `*` for all. Adds to `*ret`, a set of enum auth_scope. -EINVAL with
 * the names that there are when one is unknown. */
int scope_parse(const char *names, unsigned *ret, struct error *err);
