/*
 * profile/writers.h - one function per format, see format.h; for its table and for tests.
 */
#pragma once

#include "src/profile/format.h"

/* speedscope.app: what each thread did when ("evented"), as dotnet-trace writes it; kinds without
 * times as weighted stacks ("sampled"). */
bool write_speedscope(const struct profile *p, const struct format_options *options,
                      struct output *o);
/* Chromium's trace viewer, Perfetto. */
bool write_chromium(const struct profile *p, const struct format_options *options,
                    struct output *o);
/* Brendan Gregg's "a;b;c 42" lines. Times in microseconds. */
bool write_collapsed(const struct profile *p, const struct format_options *options,
                     struct output *o);
/* gzip'ed profile.proto of pprof. */
bool write_pprof(const struct profile *p, const struct format_options *options, struct output *o);
/* A page in HTML that needs nothing else. */
bool write_flamegraph(const struct profile *p, const struct format_options *options,
                      struct output *o);
/* The heaviest methods, as text like that of `dotnet-trace report topN`. */
bool write_topn(const struct profile *p, const struct format_options *options, struct output *o);
bool write_topn_json(const struct profile *p, const struct format_options *options,
                     struct output *o);
