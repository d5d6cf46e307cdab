/*
 * egress/egress.h - the configured destinations of artifacts, by name: the section Egress of the
 * settings (CONTRACT 20.1).
 */
#pragma once

#include <stdbool.h>
#include <uv.h>

#include "src/base/error.h"
#include "src/config/keys.h"
#include "src/egress/sink.h"

struct egress;

/* Reads and checks all; what is wrong with one is logged (events 2, 6, 24, 96) and takes only that
 * one away. */
int egress_new(uv_loop_t *loop, const struct config_keys *keys, struct egress **ret,
               struct error *err);

/* The settings have changed; nothing is done, or logged, when this section has not. Sinks that are
 * open keep what they began with. On failure (-ENOMEM) all stays as it is. */
int egress_reload(struct egress *all, const struct config_keys *keys, struct error *err);
void egress_free(struct egress *all);

/* Is there a destination of that name that can be used? Without regard to case. -ENOENT: there is
 * none, in the peer's words; -EINVAL: why it cannot be used. */
int egress_check(const struct egress *all, const char *provider, struct error *err);

/* A sink to that provider; fails as egress_check() does. */
int egress_sink_new(struct egress *all, const char *provider, struct sink **ret, struct error *err);
