#include "src/base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "src/base/events.h"
#include "src/base/limits.h"

static char default_timestamp[] = "HH:mm:ss ";

/* The only globals: a process has one console. */
static struct log_settings current = {
    .stderr_level = LOG_LEVEL_NONE,
    .colours = LOG_COLOURS_DISABLED,
    .format = {.include_scopes = true, .timestamp = default_timestamp},
};

static struct console {
    int fd;
    uint64_t lost; /* lines, since it last took one */
    bool torn;     /* its last line has no end */
} consoles[] = {{.fd = STDOUT_FILENO}, {.fd = STDERR_FILENO}};

void log_settings_deinit(struct log_settings *s)
{
    log_levels_deinit(&s->levels);
    if (s->format.timestamp != default_timestamp)
        free(s->format.timestamp);
    *s = (struct log_settings){0};
}

void log_configure(struct log_settings *s)
{
    struct log_settings old = current;

    current = *s;
    *s = (struct log_settings){0};
    log_settings_deinit(&old);
}

void log_set_level(enum log_level level)
{
    struct error ignored; /* without memory the levels stay at Information */

    log_levels_deinit(&current.levels);
    (void)log_levels_add(&current.levels, "Default", level, false, &ignored);
}

bool log_is_enabled(const char *category, enum log_level level)
{
    return level < LOG_LEVEL_NONE && level >= log_levels_find(&current.levels, category);
}

/* As .NET: terminals get colours unless NO_COLOR is set; others only when its variable says so. */
static bool has_colours(int fd)
{
    const char *forced = getenv("DOTNET_SYSTEM_CONSOLE_ALLOW_ANSI_COLOR_REDIRECTION");

    if (current.colours != LOG_COLOURS_DEFAULT)
        return current.colours == LOG_COLOURS_ENABLED;
    if (isatty(fd))
        return getenv("NO_COLOR") == NULL;
    return forced && (strcmp(forced, "1") == 0 || strcasecmp(forced, "true") == 0);
}

/* Is the console ready for a piece, within `ms`? Closed ones are: write(2) says so. */
static bool has_room(int fd, int ms)
{
    struct pollfd p = {.fd = fd, .events = POLLOUT};

    return poll(&p, 1, ms) > 0;
}

/* Writes one piece: no more than what fits when a pipe has room at all. When the console is gone
 * nobody is left to be told. -EAGAIN: it takes nothing. */
static ssize_t put_piece(int fd, const char *data, size_t size, int ms)
{
    ssize_t n;

    do {
        if (!has_room(fd, ms))
            return -EAGAIN;
        n = write(fd, data, size < PIPE_BUF ? size : PIPE_BUF);
    } while (n < 0 && (errno == EINTR || errno == EAGAIN));
    return n;
}

/* One write(2) for each PIPE_BUF bytes. The first line that a stuck console does not take waits,
 * those after it are lost at once: the program has better things to do. */
static void put(struct console *c, const char *data, size_t size)
{
    if (c->torn)
        c->torn = put_piece(c->fd, "\n", 1, 0) <= 0;
    for (size_t done = 0; done < size && !c->torn;) {
        ssize_t n = put_piece(c->fd, data + done, size - done, c->lost ? 0 : LIMIT_LOG_WAIT_MS);
        if (n <= 0) {
            c->lost += n == -EAGAIN;
            c->torn = n == -EAGAIN && done;
            return;
        }
        done += (size_t)n;
    }
    c->lost += c->torn;
}

static void write_line(const struct log_record *record, struct console *c)
{
    struct log_format format = current.format;
    struct log_time now = log_time_now(format.utc);
    struct text line = {0};

    format.coloured = format.formatter == LOG_FORMATTER_SIMPLE && has_colours(c->fd);
    log_format(&line, &format, record, &now);
    if (!line.failed)
        put(c, line.data, line.size);
    text_deinit(&line);
}

/* The console takes lines again: how many are missing. */
static void tell_loss(struct console *c)
{
    struct log_field field = LOG_NUMBER("lines", (int64_t)c->lost);
    uint64_t lost = c->lost;

    if (!log_is_enabled(event_lines_lost.category, event_lines_lost.level) || !has_room(c->fd, 0))
        return;
    c->lost = 0;
    write_line(&(struct log_record){.event = &event_lines_lost, .fields = &field, .count = 1}, c);
    if (c->lost)
        c->lost = lost;
}

void log_record(const struct log_record *record)
{
    const struct log_event *event = record->event;

    if (!log_is_enabled(event->category, event->level))
        return;
    struct console *c = &consoles[event->level >= current.stderr_level];
    if (c->lost)
        tell_loss(c);
    write_line(record, c);
}

void log_write(const struct log_event *event, const struct log_field *fields, size_t count)
{
    log_record(&(const struct log_record){.event = event, .fields = fields, .count = count});
}

const char *log_number(char buffer[static LOG_NUMBER_SIZE], int64_t number)
{
    (void)snprintf(buffer, LOG_NUMBER_SIZE, "%" PRId64, number);
    return buffer;
}

void log_note(enum log_level level, const char *fmt, ...)
{
    char message[2048];
    va_list ap;

    if (!log_is_enabled("Portside", level))
        return;
    va_start(ap, fmt);
    (void)vsnprintf(message, sizeof message, fmt, ap);
    va_end(ap);
    log_event(&((const struct log_event){level, "Portside", 0, "{message}"}), {"message", message});
}
