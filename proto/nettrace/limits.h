/*
 * nettrace/limits.h - bounds on what a stream may ask of us, with the origin of each number.
 *
 * A stream comes from a process that we do not trust: counts and sizes in it are claims.
 */
#pragma once

enum {
    NETTRACE_BLOCK_MAX = 16 * 1024 * 1024, /* v6 sizes have 24 bits; a runtime ends blocks at 100
                                              KiB plus one event */
    NETTRACE_METADATA_IDS = 1 << 17,       /* ids count up from 1; a large app has some thousand */
    NETTRACE_METADATA_BYTES = 16 * 1024 * 1024, /* all definitions together, decoded */
    NETTRACE_STACKS = 1 << 20,                  /* between two sequence points; so the next two */
    NETTRACE_STACK_BYTES = 64 * 1024 * 1024,    /* a runtime sets a point every 10 MB of events */
    NETTRACE_STACK_RUNS = 4096,                 /* ranges of ids that do not continue each other */
    NETTRACE_THREADS = 1 << 16,                 /* twice the default pid_max */
    NETTRACE_PROBES = 256,                      /* slots that one look-up of a thread may visit */
    NETTRACE_TYPE_DEPTH = 16,   /* types in types; the runtime's own events need 3 */
    NETTRACE_OBJECT_NAME = 64,  /* longest known: MetadataBlock */
    NETTRACE_KEY_VALUES = 4096, /* of a v6 trace */
};
