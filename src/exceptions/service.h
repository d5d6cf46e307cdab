/*
 * exceptions/service.h - keeps the exceptions of all processes, unless it is switched off.
 *
 * Follows the registry without polling. Settings: InProcessFeatures:Exceptions.
 */
#pragma once

#include "src/config/keys.h"
#include "src/exceptions/process.h"
#include "src/target/registry.h"

struct exceptions_service;

/* Borrowed until exceptions_service_free(), which comes before feeds_free() and registry_free(). Of
 * `keys` what is needed is copied. */
int exceptions_service_new(struct registry *registry, struct sessions *sessions,
                           struct feeds *feeds, const struct config_keys *keys,
                           struct exceptions_service **ret, struct error *err);

/* Leaves all sessions; NULL is fine. */
void exceptions_service_free(struct exceptions_service *s);

/* The settings have changed. Histories stay, but for what a smaller limit leaves out; filters count
 * for what comes. Switched off, all are forgotten. */
void exceptions_service_reload(struct exceptions_service *s, const struct config_keys *keys);

/* The process's, with a reference for the caller; it begins now where it has not. NULL: switched
 * off, or no memory. */
struct exception_process *exceptions_service_take(struct exceptions_service *s, struct target *t);
