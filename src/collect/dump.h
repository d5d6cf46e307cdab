/*
 * collect/dump.h - a core dump of a process, streamed while createdump still writes it.
 *
 * Two writers: the runtime (GenerateCoreDump over the diagnostic port) or, when the runtime does
 * not answer and we see its /proc, the target's own createdump run by us. Two transports: a file in
 * the dump folder (default: the app is free as soon as the dump is on disk) or a pipe (no disk, but
 * the app stands still while the client reads).
 */
#pragma once

#include "src/collect/collection.h"

/* Numbers as the peer's query parameter has them; createdump's own numbers are in proto/ipc/dump.h.
 */
enum dump_type { DUMP_FULL = 1, DUMP_MINI = 2, DUMP_WITH_HEAP = 3, DUMP_TRIAGE = 4 };

struct dump_params {
    enum dump_type type;
};

extern const struct collection_type collection_dump;
