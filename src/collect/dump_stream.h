/*
 * collect/dump_stream.h - follows a dump while it is written: hands out its pieces, and says
 * whether it is whole.
 *
 * createdump writes from the first byte to the last without seeking (FACTS section 4), so what is
 * there is final. A file is followed by inotify, with a short pause to let pieces grow, and by a
 * slow tick where inotify sees nothing; a pipe is read as bytes come. The end is checked against
 * the ELF headers, whatever the writer says.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "proto/elf/core_extent.h"
#include "src/base/error.h"
#include "src/collect/dump_folder.h"
#include "src/io/file_watch.h"
#include "src/io/timer.h"
#include "src/io/watch.h"

struct dump_stream_events {
    void *user;
    /* A piece; none follows before dump_stream_proceed(). */
    void (*on_data)(void *user, const void *data, size_t size);
    void (*on_file)(void *user, int fd, uint64_t offset, uint64_t size);
    /* The last word: NULL when the whole dump was handed out. */
    void (*on_end)(void *user, const struct error *err);
};

struct dump_stream {
    uv_loop_t *loop;
    struct dump_place *place; /* borrowed */
    bool pipe;
    bool early; /* pieces may go out before the writer is done */
    struct dump_stream_events events;
    struct file_watch growth;
    struct watch readable; /* pipe */
    struct timer tick;
    bool writer_done, piece_out, looked_whole;
    uint64_t seen, sent, total;
    int64_t grown_at; /* monotonic ms of the last new byte */
    struct core_extent extent;
    uint8_t *buffer; /* pipe */
};

/* Starts following; the writer is about to begin. On failure it must still be stopped. */
int dump_stream_start(struct dump_stream *s, uv_loop_t *loop, struct dump_place *place, bool pipe,
                      bool early, const struct dump_stream_events *events, struct error *err);

/* The piece was taken. */
void dump_stream_proceed(struct dump_stream *s);

/* The writer says that all is written. */
void dump_stream_writer_done(struct dump_stream *s);

/* Safe on a zeroed stream. No event comes any more. */
void dump_stream_stop(struct dump_stream *s);
