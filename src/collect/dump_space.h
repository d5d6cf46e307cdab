/*
 * collect/dump_space.h - is there room for this dump? Asked before the app is touched.
 */
#pragma once

#include "src/collect/dump.h"

/*
 * -ENOSPC, with figures and cure, when the dump would not fit and leave Storage:ReserveMegabytes.
 * The expected size comes from the process's memory where its /proc is visible. `ret_early`:
 * whether there is room beyond doubt, so that bytes may go to the client while the file is written;
 * otherwise a volume that fills up must still become a clean error.
 */
int dump_space_check(const struct collect_context *context, const struct target *t,
                     enum dump_type type, bool *ret_early, struct error *err);
