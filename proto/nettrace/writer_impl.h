/*
 * nettrace/writer_impl.h - what the files of the writer share; not for others.
 */
#pragma once

#include "proto/nettrace/format.h"
#include "proto/nettrace/writer.h"

/* Opens a block of that kind unless one is open. True: it is new. */
bool writer_open(struct nettrace_writer *w, unsigned kind);

/* An event or, in v4 and v5, a metadata definition in the open block. */
void writer_put_event(struct nettrace_writer *w, const struct nettrace_event *event);
