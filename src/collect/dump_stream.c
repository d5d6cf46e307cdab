#include "src/collect/dump_stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/clock.h"

enum {
    PIECE_MAX = 16 * 1024 * 1024,
    PIECE_WORTHWHILE = 256 * 1024, /* less than this waits TICK_MS for more */
    TICK_MS = 2,
    SLOW_TICK_MS = 250, /* for file systems without inotify */
    QUIET_MS =
        5 *
        1000, /* whole by its headers and no longer growing: done, though the writer says nothing */
    STALL_MS = 10 * 60 * 1000, /* no new byte for so long: given up */
    PIPE_BUFFER = 64 * 1024,
};

static void advance(struct dump_stream *s);

static void end(struct dump_stream *s, const struct error *err)
{
    struct dump_stream_events events = s->events;

    dump_stream_stop(s);
    events.on_end(events.user, err);
}

static void on_tick(void *user)
{
    advance(user);
}

static void pause_for_more(struct dump_stream *s)
{
    (void)timer_start(&s->tick, s->loop, TICK_MS, 0, on_tick, s);
}

static void on_growth(void *user)
{
    struct dump_stream *s = user;

    file_watch_pause(&s->growth, true);
    pause_for_more(s);
}

static void wait_for_growth(struct dump_stream *s)
{
    file_watch_pause(&s->growth, false);
    (void)timer_start(&s->tick, s->loop, SLOW_TICK_MS, 0, on_tick, s);
}

/* Reads the headers of the file as it is. WIRE_OK: `extent` tells how long it must be. */
static enum wire_status read_extent(int fd, struct core_extent *ret)
{
    uint8_t block[4096];
    uint64_t at = 0;
    enum wire_status status = WIRE_MORE;

    *ret = (struct core_extent){0};
    while (status == WIRE_MORE) {
        ssize_t n = pread(fd, block, sizeof block, (off_t)at);
        if (n <= 0)
            break;
        status = core_extent_feed(ret, block, (size_t)n);
        at += (uint64_t)n;
    }
    return status;
}

/* The writer is done with `size` bytes: is that all of it? */
static int verify(struct dump_stream *s, uint64_t size, struct error *err)
{
    enum wire_status status =
        s->pipe ? core_extent_feed(&s->extent, NULL, 0) : read_extent(s->place->fd, &s->extent);

    if (status == WIRE_BAD)
        return error_set(err, -EBADMSG,
                         "The runtime said OK, but what was written is no core file.");
    if (status != WIRE_OK || size < s->extent.extent)
        return error_set(err, -EBADMSG,
                         "The runtime said OK, but the dump is cut short: %llu bytes of %s%llu. "
                         "Cause: createdump was killed, perhaps for its memory. Cure: look at the "
                         "container's memory limit and events.",
                         (unsigned long long)size, status == WIRE_OK ? "" : "at least ",
                         (unsigned long long)s->extent.extent);
    s->total = size;
    return 0;
}

static void give_piece(struct dump_stream *s, uint64_t available)
{
    uint64_t size = available < PIECE_MAX ? available : PIECE_MAX;
    uint64_t offset = s->sent;

    timer_stop(&s->tick);
    s->piece_out = true;
    s->sent += size;
    s->events.on_file(s->events.user, s->place->fd, offset, size);
}

/* New bytes mean that the writer has the file open: its names are not needed any more. */
static void note_growth(struct dump_stream *s, uint64_t size)
{
    if (size == s->seen)
        return;
    s->seen = size;
    s->grown_at = clock_monotonic_ms();
    s->looked_whole = false;
    dump_place_unlink(s->place);
}

static int set_stalled(const struct dump_stream *s, struct error *err)
{
    return error_set(
        err, -ETIMEDOUT,
        "The dump has not grown for %d minutes after %llu bytes. Cause: the app or its "
        "createdump is stopped or frozen. Cure: let it run, and try again.",
        STALL_MS / 60000, (unsigned long long)(s->pipe ? s->sent : s->seen));
}

/* Nothing new for long. A whole file whose writer cannot report (stopped in the last moment) is
 * done all the same. */
static int check_silence(struct dump_stream *s, struct error *err)
{
    struct core_extent extent;
    int64_t silent = clock_monotonic_ms() - s->grown_at;

    if (silent >= STALL_MS)
        return set_stalled(s, err);
    if (silent < QUIET_MS || s->looked_whole)
        return 0;
    s->looked_whole = true;
    if (read_extent(s->place->fd, &extent) == WIRE_OK && s->seen >= extent.extent) {
        s->writer_done = true;
        s->total = s->seen;
    }
    return 0;
}

static void advance_file(struct dump_stream *s)
{
    struct stat st;
    struct error err;
    int r = fstat(s->place->fd, &st);

    if (r < 0)
        r = error_set(&err, -errno, "dump file: %s", strerror(errno));
    if (r == 0) {
        note_growth(s, (uint64_t)st.st_size);
        if (s->writer_done && s->seen < s->total)
            r = error_set(&err, -EIO, "the dump file was cut while it was sent");
        else if (!s->writer_done)
            r = check_silence(s, &err);
    }
    if (r < 0) {
        end(s, &err);
        return;
    }
    uint64_t available = (s->writer_done ? s->total : s->seen) - s->sent;
    if (s->seen < s->sent)
        available = 0; /* createdump truncates what it finds */
    if (available && (s->writer_done || s->early))
        give_piece(s, available);
    else if (s->writer_done)
        end(s, NULL);
    else
        wait_for_growth(s);
}

static void on_readable(void *user, int events)
{
    (void)events;
    advance(user);
}

/* End of file before the writer's word is not the end yet: it may have failed. */
static void end_of_pipe(struct dump_stream *s)
{
    struct error err;

    if (!s->writer_done)
        return;
    if (verify(s, s->sent, &err) < 0)
        end(s, &err);
    else
        end(s, NULL);
}

/* A pipe that brings nothing for so long: the writer is stopped, never began, or somebody else
 * holds the other end. */
static void on_pipe_stalled(void *user)
{
    struct error err;

    set_stalled(user, &err);
    end(user, &err);
}

static void advance_pipe(struct dump_stream *s)
{
    watch_for(&s->readable, 0);
    (void)timer_start(&s->tick, s->loop, STALL_MS, 0, on_pipe_stalled, s);
    ssize_t n = read(s->place->fd, s->buffer, PIPE_BUFFER);
    if (n > 0) {
        timer_stop(&s->tick); /* the client's time does not count */
        dump_place_unlink(s->place);
        (void)core_extent_feed(&s->extent, s->buffer, (size_t)n);
        s->sent += (uint64_t)n;
        s->piece_out = true;
        s->events.on_data(s->events.user, s->buffer, (size_t)n);
    } else if (n == 0) {
        end_of_pipe(s);
    } else if (errno == EAGAIN) {
        watch_for(&s->readable, UV_READABLE);
    }
}

static void advance(struct dump_stream *s)
{
    if (s->piece_out)
        return;
    if (s->pipe)
        advance_pipe(s);
    else
        advance_file(s);
}

void dump_stream_proceed(struct dump_stream *s)
{
    struct stat st;

    s->piece_out = false;
    bool little = !s->pipe && !s->writer_done && fstat(s->place->fd, &st) == 0 &&
                  (uint64_t)st.st_size < s->sent + PIECE_WORTHWHILE;
    if (little)
        pause_for_more(s);
    else
        advance(s);
}

void dump_stream_writer_done(struct dump_stream *s)
{
    struct error err;
    struct stat st = {0};
    int r = 0;

    if (!s->writer_done && !s->pipe)
        r = fstat(s->place->fd, &st) < 0 ? error_set(&err, -errno, "dump file: %s", strerror(errno))
                                         : verify(s, (uint64_t)st.st_size, &err);
    if (r < 0) {
        end(s, &err);
        return;
    }
    s->writer_done = true;
    file_watch_stop(&s->growth);
    advance(s);
}

int dump_stream_start(struct dump_stream *s, uv_loop_t *loop, struct dump_place *place, bool pipe,
                      bool early, const struct dump_stream_events *events, struct error *err)
{
    struct error ignored;

    *s = (struct dump_stream){
        .loop = loop, .place = place, .pipe = pipe, .early = early, .events = *events};
    s->grown_at = clock_monotonic_ms();
    if (!pipe) {
        /* Without inotify the slow tick is enough. */
        (void)file_watch_start(&s->growth, loop, place->path, IN_MODIFY, on_growth, s, &ignored);
        wait_for_growth(s);
        return 0;
    }
    s->buffer = malloc(PIPE_BUFFER);
    if (!s->buffer || timer_start(&s->tick, loop, STALL_MS, 0, on_pipe_stalled, s) < 0)
        return error_set(err, -ENOMEM, "dump");
    return watch_start(&s->readable, loop, place->fd, UV_READABLE, on_readable, s, err);
}

void dump_stream_stop(struct dump_stream *s)
{
    file_watch_stop(&s->growth);
    watch_stop(&s->readable);
    timer_stop(&s->tick);
    free(s->buffer);
    s->buffer = NULL;
}
