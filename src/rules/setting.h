/*
 * rules/setting.h - members of a trigger's settings: their own value, else that of
 * CollectionRuleDefaults:Triggers, else the built-in one.
 *
 * Ranges and missing members are found by config/validate before; here what cannot be used is
 * refused. An empty text counts as missing.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "src/base/error.h"
#include "src/config/section.h"

struct setting_source {
    const struct section *settings, *defaults;
};

/* At least 1. -EINVAL: it is missing, or none. */
int setting_count(const struct setting_source *from, const char *name, uint64_t *ret,
                  struct error *err);

/* In ns. `fallback` in ns. */
int setting_duration(const struct setting_source *from, const char *name, int64_t fallback,
                     int64_t *ret, struct error *err);

/* Of its own only. `*ret_has`: is it there? */
int setting_real(const struct setting_source *from, const char *name, bool *ret_has, double *ret,
                 struct error *err);

/* A copy; -EINVAL: it is missing. */
int setting_text(const struct setting_source *from, const char *name, char **ret,
                 struct error *err);

/* Calls `add` with each item of a list that is not empty, until it fails. Returns the number. */
int setting_list(const struct setting_source *from, const char *name,
                 int (*add)(void *user, const char *item, struct error *err), void *user,
                 struct error *err);
