#include "src/collect/trace_profiles.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/config/counter_interval.h"

#define RUNTIME "Microsoft-Windows-DotNETRuntime"
#define RUNTIME_PRIVATE "Microsoft-Windows-DotNETRuntimePrivate"
#define SAMPLE_PROFILER "Microsoft-DotNETCore-SampleProfiler"
#define DIAGNOSTIC_SOURCE "Microsoft-Diagnostics-DiagnosticSource"
#define TPL "System.Threading.Tasks.TplEventSource"

/* Keywords of the runtime's provider. */
#define GC 0x1
#define GC_HANDLE 0x2
#define EXCEPTION 0x8000

/* Messages and events of DiagnosticSource. */
#define DIAGNOSTIC_SOURCE_KEYWORDS 0x3

enum { LEVEL_ALWAYS = 0, LEVEL_INFORMATIONAL = 4, LEVEL_VERBOSE = 5 };

/* The default of the peer's client library. */
#define ALL_OF_EVENT_SOURCE UINT64_C(0xF00000000000)

/*
 * FilterAndPayloadSpecs, in quotes because of the semicolons in it. The runtime keeps only the
 * newest of several sessions, so every part of ours, and of the peer's, that watches HTTP requests
 * must ask in the very same words (CONTRACT section 14).
 */
#define ACTIVITY_IDS                                                                               \
    ";ActivityId=*Activity.Id;ActivitySpanId=*Activity.SpanId"                                     \
    ";ActivityTraceId=*Activity.TraceId;ActivityParentSpanId=*Activity.ParentSpanId"               \
    ";ActivityIdFormat=*Activity.IdFormat"
#define HOSTING "Microsoft.AspNetCore/Microsoft.AspNetCore.Hosting.HttpRequestIn"
#define HANDLER "HttpHandlerDiagnosticListener/System.Net.Http.HttpRequestOut"

static const char http_filter[] =
    "FilterAndPayloadSpecs=\"" HOSTING
    ".Start@Activity1Start:-Request.Scheme;Request.Host;Request.PathBase;Request.QueryString"
    ";Request.Path;Request.Method;ActivityStartTime=*Activity.StartTimeUtc.Ticks"
    ";ActivityParentId=*Activity.ParentId" ACTIVITY_IDS "\r\n" HOSTING
    ".Stop@Activity1Stop:-ActivityId=*Activity.Id;Request.Path;Response.StatusCode"
    ";ActivityDuration=*Activity.Duration.Ticks\r\n" HANDLER "@Event:-\r\n" HANDLER
    ".Start@Activity2Start:-Request.RequestUri;Request.Method;Request.RequestUri.Host"
    ";Request.RequestUri.Port;ActivityStartTime=*Activity.StartTimeUtc.Ticks" ACTIVITY_IDS
    ";ActivityId=*Activity.Id\r\n" HANDLER
    ".Stop@Activity2Stop:-;ActivityDuration=*Activity.Duration.Ticks;ActivityId=*Activity.Id\r\n\"";

const struct ipc_trace_provider trace_http_provider = {.name = DIAGNOSTIC_SOURCE,
                                                       .keywords = DIAGNOSTIC_SOURCE_KEYWORDS,
                                                       .level = LEVEL_VERBOSE,
                                                       .arguments = http_filter};

#define CONNECTION                                                                                 \
    "Command.Connection.ServerVersion;Command.CommandTimeout;Command.CommandType"                  \
    ";Command.Connection.ConnectionString;Command.Connection.Database"                             \
    ";Command.Connection.DataSource;Command.Connection.PacketSize"
#define SQL_CLIENT "SqlClientDiagnosticListener/System.Data.SqlClient.WriteCommand"
#define EF_CORE                                                                                    \
    "Microsoft.EntityFrameworkCore/Microsoft.EntityFrameworkCore.Database.Command.Command"

static const char database_filter[] =
    "FilterAndPayloadSpecs=\"" SQL_CLIENT
    "Before@Activity1Start:-Command;Command.CommandText;ConnectionId;Operation;" CONNECTION
    "\r\n" SQL_CLIENT "After@Activity1Stop:\r\n" EF_CORE
    "Executing@Activity2Start:-Command.CommandText;Command;ConnectionId;IsAsync"
    ";Command.Connection.ClientConnectionId;" CONNECTION "\r\n" EF_CORE "Executed@Activity2Stop:\"";

#define GC_COLLECT (TRACE_PROFILE_GC_COLLECT | TRACE_PROFILE_GC_COLLECT_TOO)

/* Stands for EventCounterIntervalSec=<interval>. */
static const char counter_interval[] = "";

struct row {
    uint32_t profile;
    const char *provider;
    uint32_t level;
    uint64_t keywords;
    const char *arguments;
};

/* clang-format off */
static const struct row rows[] = {
    {TRACE_PROFILE_CPU,         SAMPLE_PROFILER,   LEVEL_INFORMATIONAL, ALL_OF_EVENT_SOURCE, NULL},
    {TRACE_PROFILE_CPU,         RUNTIME,           LEVEL_INFORMATIONAL, 0x14C14FCCBD, NULL},
    {TRACE_PROFILE_HTTP,        DIAGNOSTIC_SOURCE, LEVEL_VERBOSE,       DIAGNOSTIC_SOURCE_KEYWORDS, http_filter},
    {TRACE_PROFILE_LOGS,        "Microsoft-Extensions-Logging", LEVEL_ALWAYS, 0xC, "FilterSpecs=UseAppFilters"},
    {TRACE_PROFILE_LOGS,        TPL,               LEVEL_INFORMATIONAL, 0x80, NULL},
    {TRACE_PROFILE_METRICS,     "System.Runtime",  LEVEL_INFORMATIONAL, 0, counter_interval},
    {TRACE_PROFILE_METRICS,     "Microsoft.AspNetCore.Hosting", LEVEL_INFORMATIONAL, 0, counter_interval},
    {TRACE_PROFILE_METRICS,     "Grpc.AspNetCore.Server", LEVEL_INFORMATIONAL, 0, counter_interval},
    {GC_COLLECT,                RUNTIME,           LEVEL_INFORMATIONAL, GC, NULL},
    {GC_COLLECT,                RUNTIME_PRIVATE,   LEVEL_INFORMATIONAL, GC, NULL},
    {TRACE_PROFILE_DOTNET_COMMON, RUNTIME,         LEVEL_INFORMATIONAL, 0x100003801D, NULL},
    {TRACE_PROFILE_DOTNET_SAMPLED_THREAD_TIME, SAMPLE_PROFILER, LEVEL_INFORMATIONAL, ALL_OF_EVENT_SOURCE, NULL},
    {TRACE_PROFILE_CPU_SAMPLING, SAMPLE_PROFILER,  LEVEL_INFORMATIONAL, ALL_OF_EVENT_SOURCE, NULL},
    {TRACE_PROFILE_CPU_SAMPLING, RUNTIME,          LEVEL_INFORMATIONAL, 0x14C14FCCBD, NULL},
    {TRACE_PROFILE_GC_VERBOSE,  RUNTIME,           LEVEL_VERBOSE,       GC | GC_HANDLE | EXCEPTION, NULL},
    {TRACE_PROFILE_DATABASE,    TPL,               LEVEL_INFORMATIONAL, 0x80, NULL},
    {TRACE_PROFILE_DATABASE,    DIAGNOSTIC_SOURCE, LEVEL_VERBOSE,       DIAGNOSTIC_SOURCE_KEYWORDS, database_filter},
};

/* clang-format on */

/* Profiles that need no method names; all others ask for the whole rundown. */
static uint64_t rundown_of(uint32_t profiles)
{
    const uint32_t without = TRACE_PROFILE_LOGS | TRACE_PROFILE_METRICS;
    uint64_t keyword = profiles & GC_COLLECT ? GC : 0;

    if (profiles & ~(without | (uint32_t)GC_COLLECT))
        keyword |= IPC_TRACE_RUNDOWN_DEFAULT;
    return keyword;
}

static void add_provider(struct trace_profile_session *s, const struct row *row,
                         const struct config_keys *keys)
{
    struct ipc_trace_request *request = &s->config.request;
    const char *arguments = row->arguments;

    if (arguments == counter_interval) {
        char *text = s->intervals[request->provider_count];
        (void)snprintf(text, sizeof s->intervals[0], "EventCounterIntervalSec=%.9g",
                       counter_interval_of(keys, row->provider));
        arguments = text;
    }
    s->providers[request->provider_count++] = (struct ipc_trace_provider){
        .name = row->provider,
        .keywords = row->keywords,
        .level = row->level,
        .arguments = arguments,
    };
}

int trace_profiles_session(uint32_t profiles, const struct config_keys *keys,
                           struct trace_profile_session *ret, struct error *err)
{
    struct ipc_trace_request *request = &ret->config.request;

    *ret = (struct trace_profile_session){0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].profile & profiles)
            add_provider(ret, &rows[i], keys);
    }
    if (request->provider_count == 0)
        return error_set(err, -EINVAL, "No trace profile is named.");
    request->providers = ret->providers;
    request->buffer_mb = TRACE_BUFFER_MB;
    request->format = IPC_TRACE_NET_TRACE;
    request->stackwalk = true;
    request->rundown_keyword = rundown_of(profiles);
    ret->config.rundown_fallback =
        request->rundown_keyword & ~(uint64_t)GC ? IPC_TRACE_RUNDOWN_DEFAULT : 0;
    return 0;
}
