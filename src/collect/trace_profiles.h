/*
 * collect/trace_profiles.h - named sets of providers: those of the peer's `profile` parameter
 * (CONTRACT section 14) and those of dotnet-trace.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/error.h"
#include "src/config/keys.h"
#include "src/session/session.h"

/* The peer's, which combine; the numbers are its enum's. */
enum trace_profile {
    TRACE_PROFILE_CPU = 0x1,
    TRACE_PROFILE_HTTP = 0x2,
    TRACE_PROFILE_LOGS = 0x4,
    TRACE_PROFILE_METRICS = 0x8,
    TRACE_PROFILE_GC_COLLECT = 0x10,
    TRACE_PROFILE_DEFAULT =
        TRACE_PROFILE_CPU | TRACE_PROFILE_HTTP | TRACE_PROFILE_METRICS | TRACE_PROFILE_GC_COLLECT,
    TRACE_PROFILE_DOTNET_COMMON = 0x20,
    TRACE_PROFILE_DOTNET_SAMPLED_THREAD_TIME = 0x40,
    TRACE_PROFILE_CPU_SAMPLING = 0x80, /* dotnet-trace's name for the two together, up to 9 */
    TRACE_PROFILE_GC_VERBOSE = 0x100,
    TRACE_PROFILE_DATABASE = 0x200,
    TRACE_PROFILE_GC_COLLECT_TOO = 0x400, /* dotnet-trace's spelling */
    TRACE_PROFILE_ALL = 0x7ff,
};

enum {
    TRACE_PROFILE_PROVIDERS_MAX = 24,
    TRACE_BUFFER_MB = 256, /* the peer's */
};

/* What a set of profiles asks for. Points to static text and into itself: do not copy. */
struct trace_profile_session {
    struct session_config config;
    struct ipc_trace_provider providers[TRACE_PROFILE_PROVIDERS_MAX];
    char intervals[TRACE_PROFILE_PROVIDERS_MAX][64]; /* arguments of EventCounters */
};

/* Of the profile Http. Whoever watches requests asks in the very same words: of several sessions
 * the runtime follows the newest one's. */
extern const struct ipc_trace_provider trace_http_provider;

/* `profiles`: a non-empty set. `keys`: for the intervals of EventCounters. Rundown keywords are
 * joined. -EINVAL for an empty set. */
int trace_profiles_session(uint32_t profiles, const struct config_keys *keys,
                           struct trace_profile_session *ret, struct error *err);
