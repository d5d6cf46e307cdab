/*
 * rules/counter_trigger.h - triggers that watch one EventCounter, or one instrument of a Meter:
 * satisfied when its value has been in range all the time of the window (CONTRACT 19.2).
 *
 * CPUUsage, GCHeapSize and ThreadpoolQueueLength are EventCounter triggers whose counter is given.
 * Of an instrument each set of tags is watched for itself.
 */
#pragma once

#include "src/rules/trigger.h"

/* As struct trigger_type has them. */
int counter_trigger_read_counter(const struct section *settings, const struct section *defaults,
                                 struct trigger_settings **ret, struct error *err);
int counter_trigger_read_meter(const struct section *settings, const struct section *defaults,
                               struct trigger_settings **ret, struct error *err);
int counter_trigger_read_cpu(const struct section *settings, const struct section *defaults,
                             struct trigger_settings **ret, struct error *err);
int counter_trigger_read_heap(const struct section *settings, const struct section *defaults,
                              struct trigger_settings **ret, struct error *err);
int counter_trigger_read_queue(const struct section *settings, const struct section *defaults,
                               struct trigger_settings **ret, struct error *err);
void counter_trigger_free_settings(struct trigger_settings *settings);
int counter_trigger_start(const struct trigger_context *context, struct target *target,
                          const struct trigger_settings *settings,
                          const struct trigger_events *events, struct trigger **ret,
                          struct error *err);
void counter_trigger_stop(struct trigger *t);
