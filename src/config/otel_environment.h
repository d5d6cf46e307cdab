/*
 * config/otel_environment.h - the variables of the OpenTelemetry specification (OTEL_*) as keys
 * below `Otlp`.
 *
 * They are the plain environment, and lose to what goes before that: settings files, DotnetMonitor_
 * variables. As the specification has it, an empty variable is one that is not set.
 */
#pragma once

#include "src/config/keys.h"

/* Adds those that are set, as a source of their own on top of `keys`. */
int otel_environment_add(struct config_keys *keys, char *const *environment, struct error *err);
