/*
 * profile/format.h - the ways in which a profile is written.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "src/base/error.h"
#include "src/profile/output.h"
#include "src/profile/profile.h"

struct format_options {
    enum profile_kind kind; /* one that the profile has */
    bool threads;           /* collapsed: a thread is the root of its stacks */
    bool inclusive;         /* topn: by inclusive value */
    bool verbose;           /* topn: names in full */
    size_t count;           /* topn: lines; 0: 5, as dotnet-trace */
    const char *name;       /* of the trace, for titles; may be NULL */
    bool empty_ok;          /* nothing of `kind` is an empty document, not an error */
};

struct format {
    const char *name;        /* "speedscope" */
    const char *media_type;  /* "application/json" */
    const char *extension;   /* "speedscope.json" */
    const char *sentence;    /* what it is for */
    unsigned kinds;          /* bits 1 << enum profile_kind that make sense in it */
    bool events_end_samples; /* for recorder_options, so that figures are dotnet-trace\'s */
    /* Writes in pieces; memory in proportion to the profile's different frames and stacks at most.
     * False: out of memory. Failures to write stay in `o`. */
    bool (*write)(const struct profile *p, const struct format_options *options, struct output *o);
};

/* All formats; the last has no name. */
extern const struct format formats[];

/* NULL: no format of that name, case ignored. */
const struct format *format_find(const char *name);

/* -EINVAL: the format cannot hold the kind. */
int format_check_kind(const struct format *f, enum profile_kind kind, struct error *err);

/*
 * Writes the profile. 0, or: -ENODATA the profile has no samples of that kind (or of any); -EINVAL
 * the format cannot hold the kind; -ENOMEM; what `write` returned. Nothing is written before the
 * first two. `options->kind` PROFILE_KINDS: the first that is there and that the format can hold.
 */
int format_write(const struct format *f, const struct profile *p,
                 const struct format_options *options,
                 int (*write)(void *user, const void *data, size_t size), void *user,
                 struct error *err);
