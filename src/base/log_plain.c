/* The formatters for people: simple and systemd. */
#include <string.h>

#include "src/base/log_format.h"
#include "src/base/utf8.h"

static const struct {
    const char *tag, *colours, *end;
    int priority; /* of sd-daemon(3) */
} levels[] = {
    [LOG_LEVEL_TRACE] = {"trce", "\x1b[40m\x1b[37m", "\x1b[39m\x1b[22m\x1b[49m", 7},
    [LOG_LEVEL_DEBUG] = {"dbug", "\x1b[40m\x1b[37m", "\x1b[39m\x1b[22m\x1b[49m", 7},
    [LOG_LEVEL_INFORMATION] = {"info", "\x1b[40m\x1b[32m", "\x1b[39m\x1b[22m\x1b[49m", 6},
    [LOG_LEVEL_WARNING] = {"warn", "\x1b[40m\x1b[1m\x1b[33m", "\x1b[39m\x1b[22m\x1b[49m", 4},
    [LOG_LEVEL_ERROR] = {"fail", "\x1b[41m\x1b[30m", "\x1b[39m\x1b[22m\x1b[49m", 3},
    [LOG_LEVEL_CRITICAL] = {"crit", "\x1b[41m\x1b[1m\x1b[37m", "\x1b[39m\x1b[22m\x1b[49m", 2},
    [LOG_LEVEL_NONE] = {"none", "", "", 7},
};

static const char padding[] = "      ", line_end[] = "\n      ";

/* Neither escape sequences for a terminal nor bytes that are no text. */
static bool is_control(uint32_t code)
{
    return (code < ' ' && code != '\t') || (code >= 0x7F && code < 0xA0);
}

/* `newline` takes the place of each line break. */
static void add_clean(struct text *out, const char *s, const char *newline)
{
    uint32_t code;

    for (size_t left = strlen(s); left;) {
        size_t n = utf8_next(s, left, &code);
        if (*s == '\n')
            text_add_str(out, newline);
        else if (is_control(code))
            text_add_str(out, "?");
        else if (code == UTF8_REPLACEMENT)
            text_add_str(out, "\xEF\xBF\xBD");
        else
            text_add(out, s, n);
        s += n;
        left -= n;
    }
}

static void add_message(struct text *out, const struct log_template *message, const char *newline)
{
    struct text filled = {0};

    log_message(&filled, message);
    if (filled.data)
        add_clean(out, filled.data, newline);
    out->failed |= filled.failed;
    text_deinit(&filled);
}

static void add_timestamp(struct text *out, const struct log_format *format,
                          const struct log_time *now)
{
    struct text stamp = {0};

    if (format->timestamp && log_time_format(&stamp, format->timestamp, now) && stamp.data)
        add_clean(out, stamp.data, " ");
    out->failed |= stamp.failed;
    text_deinit(&stamp);
}

/* The outermost first; the first one begins with `first`. */
static void add_scopes(struct text *out, const struct log_scope *scope, const char *first)
{
    if (!scope)
        return;
    add_scopes(out, scope->outer, first);
    text_add_str(out, scope->outer ? " => " : first);
    add_message(out, &(struct log_template){scope->template, scope->fields, scope->count}, " ");
}

/* All on the rest of the line. */
static void add_body(struct text *out, const struct log_format *format,
                     const struct log_record *record, const char *message)
{
    if (format->include_scopes)
        add_scopes(out, record->scope, " => ");
    if (message[0]) {
        text_add_str(out, " ");
        add_clean(out, message, " ");
    }
    if (record->exception) {
        text_add_str(out, " ");
        add_clean(out, record->exception, " ");
    }
    text_add_str(out, "\n");
}

static void add_paragraph(struct text *out, const char *s)
{
    text_add_str(out, padding);
    add_clean(out, s, line_end);
    text_add_str(out, "\n");
}

/* Scopes, message and exception, each on lines of its own. */
static void add_block(struct text *out, const struct log_format *format,
                      const struct log_record *record, const char *message)
{
    text_add_str(out, "\n");
    if (format->include_scopes && record->scope) {
        text_add_str(out, padding);
        add_scopes(out, record->scope, "=> ");
        text_add_str(out, "\n");
    }
    if (message[0])
        add_paragraph(out, message);
    if (record->exception)
        add_paragraph(out, record->exception);
}

static void add_rest(struct text *out, const struct log_format *format,
                     const struct log_record *record, bool one_line)
{
    struct text message = {0};

    log_message(&message,
                &(struct log_template){record->event->template, record->fields, record->count});
    (one_line ? add_body : add_block)(out, format, record, message.data ? message.data : "");
    out->failed |= message.failed;
    text_deinit(&message);
}

void log_format_simple(struct text *out, const struct log_format *format,
                       const struct log_record *record, const struct log_time *now)
{
    const struct log_event *event = record->event;

    add_timestamp(out, format, now);
    text_add_fmt(out, "%s%s%s: %s[%d]", format->coloured ? levels[event->level].colours : "",
                 levels[event->level].tag, format->coloured ? levels[event->level].end : "",
                 event->category, event->id);
    add_rest(out, format, record, format->single_line);
}

void log_format_systemd(struct text *out, const struct log_format *format,
                        const struct log_record *record, const struct log_time *now)
{
    const struct log_event *event = record->event;

    text_add_fmt(out, "<%d>", levels[event->level].priority);
    add_timestamp(out, format, now);
    text_add_fmt(out, "%s[%d]", event->category, event->id);
    add_rest(out, format, record, true);
}
