/*
 * support/nettrace_sample.h - a small NetTrace stream with one of everything that its version has.
 *
 * Events: SAMPLE_EVENTS of them, numbered i from 0, on two capture threads in turn; sample_event()
 * says what the i-th is. Loss: capture thread 11 skips 3 numbers, and the last sequence point knows
 * 2 more of thread 12: SAMPLE_LOST in all.
 */
#pragma once

#include <stdbool.h>

#include "proto/nettrace/writer.h"

enum {
    SAMPLE_EVENTS = 40,
    SAMPLE_STACKS = 3,
    SAMPLE_LOST = 5,
    SAMPLE_POINTS = 2,
    SAMPLE_METADATA_SIMPLE = 1,
    SAMPLE_METADATA_RICH = 2,
};

/* Definitions: SIMPLE = number and text; RICH = every type that the version has. */
struct nettrace_metadata sample_metadata(unsigned id, unsigned version);

/* The payload lives until the next call. */
struct nettrace_event sample_event(unsigned i, unsigned version);

/* The whole stream; `w` is initialised here. */
void sample_write(struct nettrace_writer *w, unsigned version, bool compressed);
