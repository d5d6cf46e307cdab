/*
 * ipc/trace.h - EventPipe sessions: CollectTracing 1 to 6 and StopTracing.
 *
 * CollectTracing's payload, [n] = from that revision on:
 *   [5] u32 session type (0 = streaming), u32 buffer MB, u32 format, [2..3] u8 rundown, [4] u64
 *   rundown keyword, [3] u8 stackwalk, u32 count, providers, [6] u32 buffer mode
 * provider: u64 keywords, u32 level, string name, string arguments, [5] event filter
 * event filter: u8 enable, u32 count, u32 event ids
 *
 * Sessions that write to user_events (session type 1) need a file descriptor passed along and root;
 * they are not covered.
 *
 * Known to: .NET 8 1 and 2; 9 1 to 4; 10 1 to 5; 11 also 6. Others get UNKNOWN_COMMAND.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/wire/arena.h"
#include "proto/wire/cursor.h"
#include "proto/wire/writer.h"

enum ipc_trace_format {
    IPC_TRACE_NET_PERF = 0, /* legacy; never sent */
    IPC_TRACE_NET_TRACE = 1,
};

enum ipc_trace_buffer_mode {
    IPC_TRACE_BUFFER_DROP = 0,  /* events that find the buffer full are lost */
    IPC_TRACE_BUFFER_BLOCK = 1, /* their threads wait */
};

enum {
    IPC_TRACE_REVISION_MAX = 6,
    IPC_TRACE_LEVEL_VERBOSE = 5,
};

/* What "with rundown" means in revisions 1 to 3. */
#define IPC_TRACE_RUNDOWN_DEFAULT UINT64_C(0x80020139)

/* Enable only / disable only these events, after keywords and level. {false, none} = all. */
struct ipc_event_filter {
    bool enable;
    const uint32_t *event_ids;
    size_t count;
};

struct ipc_trace_provider {
    const char *name;
    uint64_t keywords;
    uint32_t level;        /* 0 LogAlways, 1 Critical ... 5 Verbose */
    const char *arguments; /* "Key=value;Key=value", or NULL */
    struct ipc_event_filter filter;
};

/* One request for all revisions: what a revision cannot say must have the value it implies. */
struct ipc_trace_request {
    uint32_t buffer_mb;
    uint32_t format;          /* enum ipc_trace_format */
    uint64_t rundown_keyword; /* 0 = no rundown. Revision 1: DEFAULT; 2, 3: 0 or DEFAULT */
    bool stackwalk;           /* revisions 1, 2: true */
    uint32_t buffer_mode;     /* enum ipc_trace_buffer_mode. Below revision 6: DROP */
    const struct ipc_trace_provider *providers; /* filters need revision 5 */
    size_t provider_count;
    struct arena memory; /* of the providers when decoded */
};

/* The lowest revision (1..6) that can say all of `request`. */
unsigned ipc_trace_revision(const struct ipc_trace_request *request);

/*
 * WIRE_BAD: a revision out of 1..6 or below ipc_trace_revision(); buffer_mb 0, a format other than
 * NET_TRACE, no providers (each kills or is refused by some runtime; NET_PERF is not refused by
 * them, but its stream has no reader here); a provider without name; an unknown buffer mode.
 */
enum wire_status ipc_trace_encode(struct writer *out, unsigned revision,
                                  const struct ipc_trace_request *request);

/* Fills what the revision implies. WIRE_BAD: an unknown revision or a session type other than 0. */
enum wire_status ipc_trace_decode(struct cursor *payload, unsigned revision,
                                  struct ipc_trace_request *ret_request);
void ipc_trace_request_deinit(struct ipc_trace_request *request);

/*
 * StopTracing: u64 session id. The runtime answers when the stream with its rundown is written: go
 * on reading the stream meanwhile. It answers OK to any id, and a new session can get the id of an
 * old one: never send an id twice.
 */
enum wire_status ipc_stop_tracing_encode(struct writer *out, uint64_t session_id);
enum wire_status ipc_stop_tracing_decode(struct cursor *payload, uint64_t *ret_session_id);

/* Payload of the OK reply to CollectTracing and StopTracing: u64 session id. */
enum wire_status ipc_session_reply_decode(struct cursor *payload, uint64_t *ret_session_id);
enum wire_status ipc_session_reply_encode(struct writer *out, uint64_t session_id);
