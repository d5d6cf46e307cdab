/*
 * rules/artifact_settings.h - the settings of each action that collects, into what collect/ is
 * asked for. As action_type.start.
 */
#pragma once

#include "src/rules/action.h"

int collect_dump_start(const struct action_call *call, struct action **ret, struct error *err);
int collect_gcdump_start(const struct action_call *call, struct action **ret, struct error *err);
int collect_trace_start(const struct action_call *call, struct action **ret, struct error *err);
int collect_logs_start(const struct action_call *call, struct action **ret, struct error *err);
int collect_livemetrics_start(const struct action_call *call, struct action **ret,
                              struct error *err);
int collect_stacks_start(const struct action_call *call, struct action **ret, struct error *err);
int collect_exceptions_start(const struct action_call *call, struct action **ret,
                             struct error *err);

/* The member Duration in whole seconds, rounded up. */
int action_duration(const struct action_call *call, int64_t *ret, struct error *err);
