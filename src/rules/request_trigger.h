/*
 * rules/request_trigger.h - triggers that count the requests of ASP.NET Core apps in a window:
 * their starts, those that last long, or their statuses (CONTRACT 19.2).
 *
 * All of them on one process share one session (session/feed). What the app pays is in
 * docs/ARCHITECTURE.md.
 */
#pragma once

#include "src/rules/trigger.h"

/* As struct trigger_type has them. */
int request_trigger_read_count(const struct section *settings, const struct section *defaults,
                               struct trigger_settings **ret, struct error *err);
int request_trigger_read_duration(const struct section *settings, const struct section *defaults,
                                  struct trigger_settings **ret, struct error *err);
int request_trigger_read_status(const struct section *settings, const struct section *defaults,
                                struct trigger_settings **ret, struct error *err);
void request_trigger_free_settings(struct trigger_settings *settings);
int request_trigger_start(const struct trigger_context *context, struct target *target,
                          const struct trigger_settings *settings,
                          const struct trigger_events *events, struct trigger **ret,
                          struct error *err);
void request_trigger_stop(struct trigger *t);
