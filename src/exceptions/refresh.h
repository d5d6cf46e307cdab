/*
 * exceptions/refresh.h - asks a process for the names of code that threw: a short session whose
 * rundown tells them. The stream is read on the pool.
 */
#pragma once

#include "src/base/error.h"
#include "src/exceptions/names.h"
#include "src/session/session.h"

struct name_refresh;

/*
 * `names` is the refresh's until `on_done`, which comes once, never from inside, frees the refresh
 * and gives `names` back, also when nothing more is known (`err`). `records` is a list of struct
 * exception_record; what is wanted is copied. On failure `names` stays the caller's.
 */
int name_refresh_start(struct sessions *sessions, struct target *target,
                       struct exception_names *names, const struct list *records,
                       void (*on_done)(void *user, struct exception_names *names,
                                       const struct error *err),
                       void *user, struct name_refresh **ret, struct error *err);

/* Leaves; `names` is freed with it. */
void name_refresh_abandon(struct name_refresh *r);
