/*
 * rules/action_request.h - actions that are one question to the runtime: LoadProfiler,
 * SetEnvironmentVariable, GetEnvironmentVariable.
 *
 * A profiler can be set as long as the runtime is suspended: by a rule with the trigger Startup.
 */
#pragma once

#include "src/rules/action.h"

int action_load_profiler_start(const struct action_call *call, struct action **ret,
                               struct error *err);

/* The protocol has no way to remove a variable that every runtime survives: -EINVAL without a
 * value. */
int action_set_variable_start(const struct action_call *call, struct action **ret,
                              struct error *err);
int action_get_variable_start(const struct action_call *call, struct action **ret,
                              struct error *err);
void action_request_end(struct action *a, enum action_end how);
