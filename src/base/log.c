#include "src/base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "src/base/limits.h"

static char default_timestamp[] = "HH:mm:ss ";

/* The one global: a process has one console. */
static struct log_settings current = {
    .stderr_level = LOG_LEVEL_NONE,
    .colours = LOG_COLOURS_DISABLED,
    .format = {.include_scopes = true, .timestamp = default_timestamp},
};

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

/* A pipe that somebody made non-blocking may be full for a moment. */
static bool wait_for_room(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLOUT};

    return poll(&p, 1, LIMIT_LOG_WAIT_MS) > 0 && (p.revents & POLLOUT);
}

/* One write(2), unless the kernel takes less. When the console is gone nobody is left to be told.
 */
static void put(int fd, const char *data, size_t size)
{
    while (size) {
        ssize_t n = write(fd, data, size);
        if (n > 0) {
            data += n;
            size -= (size_t)n;
        } else if (n == 0 || (errno != EINTR && (errno != EAGAIN || !wait_for_room(fd)))) {
            return;
        }
    }
}

void log_record(const struct log_record *record)
{
    const struct log_event *event = record->event;
    struct log_format format = current.format;
    struct text line = {0};

    if (!log_is_enabled(event->category, event->level))
        return;
    int fd = event->level >= current.stderr_level ? STDERR_FILENO : STDOUT_FILENO;
    struct log_time now = log_time_now(format.utc);
    format.coloured = format.formatter == LOG_FORMATTER_SIMPLE && has_colours(fd);
    log_format(&line, &format, record, &now);
    if (!line.failed)
        put(fd, line.data, line.size);
    text_deinit(&line);
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
