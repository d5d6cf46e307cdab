/*
 * config/group_option.h - an option that names a group of the system.
 */
#pragma once

#include <sys/types.h>

#include "src/base/error.h"

/* Reads a group's name or number; "" is (gid_t)-1, no group. -EINVAL, with `key` in the text, when
 * the system does not know the name. */
int group_option_read(const char *key, const char *text, gid_t *ret, struct error *err);
