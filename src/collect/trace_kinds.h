/*
 * collect/trace_kinds.h - which events tell of each kind of profile (profile/profile.h): what to
 * ask a runtime for, and what somebody's own list of providers will bring.
 */
#pragma once

#include "src/profile/profile.h"
#include "src/session/session.h"

/* Points to static text and into itself: do not copy. */
struct trace_kind_session {
    struct session_config config;
    struct ipc_trace_provider providers[2];
};

/* The least that a profile of `kind` with names needs. False for PROFILE_EVENTS: no events in
 * particular belong to it. */
bool trace_kind_session(enum profile_kind kind, struct trace_kind_session *ret);

/* The kinds that `request` brings, as bits 1 << enum profile_kind. */
unsigned trace_kinds_of(const struct ipc_trace_request *request);
