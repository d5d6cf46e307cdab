#include "src/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "src/base/text.h"

/* The one global: a process has one console. */
static enum log_level least = LOG_LEVEL_INFORMATION;

static const char *const tags[] = {
    [LOG_LEVEL_TRACE] = "trce",   [LOG_LEVEL_DEBUG] = "dbug", [LOG_LEVEL_INFORMATION] = "info",
    [LOG_LEVEL_WARNING] = "warn", [LOG_LEVEL_ERROR] = "fail", [LOG_LEVEL_CRITICAL] = "crit",
    [LOG_LEVEL_NONE] = "none",
};

void log_set_level(enum log_level level)
{
    least = level;
}

enum log_level log_get_level(void)
{
    return least;
}

static const char *field_value(const struct log_field *fields, size_t count, const char *key,
                               size_t size)
{
    for (size_t i = 0; i < count; i++) {
        if (strlen(fields[i].key) == size && memcmp(fields[i].key, key, size) == 0)
            return fields[i].value ? fields[i].value : "(null)";
    }
    return NULL;
}

/* Replaces each {name} that has a field; all else is copied, also a brace without one. */
static void add_message(struct text *out, const char *template, const struct log_field *fields,
                        size_t count)
{
    for (const char *at = template; *at;) {
        const char *end = *at == '{' ? strchr(at, '}') : NULL;
        const char *value = end ? field_value(fields, count, at + 1, (size_t)(end - at - 1)) : NULL;
        if (value) {
            text_add_str(out, value);
            at = end + 1;
        } else {
            text_add(out, at++, 1);
        }
    }
}

/* The message's own line breaks are indented like its first line, as the peer's simple formatter
 * does. */
static void add_indented(struct text *out, char *message)
{
    for (char *c = message; *c; c++) {
        if ((unsigned char)*c < ' ' && *c != '\n' && *c != '\t')
            *c = '?'; /* names of processes are hostile: no escape sequences for the terminal */
    }
    for (const char *line = message; line;) {
        const char *end = strchr(line, '\n');
        size_t size = end ? (size_t)(end - line) : strlen(line);
        text_add_str(out, "      ");
        text_add(out, line, size);
        text_add_str(out, "\n");
        line = end && end[1] ? end + 1 : NULL;
    }
}

void log_write(const struct log_event *event, const struct log_field *fields, size_t count)
{
    if (event->level < least)
        return;
    struct text message = {0}, line = {0};
    struct tm tm;
    time_t now = time(NULL);
    char clock[16];

    (void)localtime_r(&now, &tm);
    (void)strftime(clock, sizeof clock, "%H:%M:%S", &tm);
    add_message(&message, event->template, fields, count);
    text_add_fmt(&line, "%s %s: %s[%d]\n", clock, tags[event->level], event->category, event->id);
    if (message.data)
        add_indented(&line, message.data);
    if (!line.failed) {
        ssize_t ignored = write(STDOUT_FILENO, line.data, line.size);
        (void)ignored; /* nobody is left to be told that the console is gone */
    }
    text_deinit(&message);
    text_deinit(&line);
}

void log_note(enum log_level level, const char *fmt, ...)
{
    char message[2048];
    va_list ap;

    if (level < least)
        return;
    va_start(ap, fmt);
    (void)vsnprintf(message, sizeof message, fmt, ap);
    va_end(ap);
    log_event(&((const struct log_event){level, "Portside", 0, "{message}"}), {"message", message});
}
