/*
 * collect/profiling.h - a trace of one process that is turned into a profile while it comes, and
 * delivered as a document in one of the formats of profile/format.h.
 */
#pragma once

#include "src/collect/collection.h"
#include "src/profile/format.h"
#include "src/session/session.h"

struct profiling_params {
    struct session_config session; /* its providers are borrowed for the call of start() */
    int64_t duration_seconds;      /* from the moment the session runs; negative: until stopped */
    const struct format *format;
    struct format_options options; /* its name is copied */
    unsigned kinds;                /* that the profile may have, bits 1 << enum profile_kind */
};

/*
 * Ends by duration, stop, or with the process, which ends its streams when it ends in order; of a
 * stream that is cut, what there was is delivered, and an error follows. No samples are an error
 * too, unless options.empty_ok. A reader that leaves takes the session with it. Memory: that of
 * profile/recorder, whatever the length; the document beyond LIMIT_PROFILE_RESULT_MEMORY lies in a
 * file.
 */
extern const struct collection_type collection_profiling;
