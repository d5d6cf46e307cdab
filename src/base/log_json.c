/* The formatter json: members, order and escapes of System.Text.Json's default encoder. */
#include <string.h>

#include "src/base/log_format.h"
#include "src/base/utf8.h"

/* Writes members and puts commas, and line breaks where they are wanted, between them. */
struct json_writer {
    struct text *out;
    bool indented, first;
    unsigned depth;
};

static const char *short_escape(uint32_t code)
{
    static const char *const escapes[] = {
        ['\b'] = "\\b", ['\t'] = "\\t", ['\n'] = "\\n",
        ['\f'] = "\\f", ['\r'] = "\\r", ['\\'] = "\\\\",
    };

    return code < sizeof escapes / sizeof escapes[0] ? escapes[code] : NULL;
}

static void add_escaped(struct text *out, uint32_t code)
{
    const char *escape = short_escape(code);

    if (escape)
        text_add_str(out, escape);
    else if (code < 0x10000)
        text_add_fmt(out, "\\u%04X", (unsigned)code);
    else
        text_add_fmt(out, "\\u%04X\\u%04X", 0xD800u + (unsigned)((code - 0x10000) >> 10),
                     0xDC00u + (unsigned)((code - 0x10000) & 0x3FF));
}

static bool is_plain(uint32_t code)
{
    return code >= ' ' && code < 0x7F && !strchr("\"\\<>&'+`", (int)code);
}

static void add_string(struct text *out, const char *s)
{
    uint32_t code;

    text_add_str(out, "\"");
    for (size_t left = strlen(s); left;) {
        size_t n = utf8_next(s, left, &code);
        if (is_plain(code))
            text_add(out, s, 1);
        else
            add_escaped(out, code);
        s += n;
        left -= n;
    }
    text_add_str(out, "\"");
}

static void new_line(const struct json_writer *w)
{
    if (w->indented)
        text_add_fmt(w->out, "\n%*s", (int)w->depth * 2, "");
}

static void begin_item(struct json_writer *w)
{
    if (!w->first)
        text_add_str(w->out, ",");
    new_line(w);
    w->first = false;
}

static void open_group(struct json_writer *w, const char *bracket)
{
    text_add_str(w->out, bracket);
    w->depth++;
    w->first = true;
}

static void close_group(struct json_writer *w, const char *bracket)
{
    bool empty = w->first;

    w->depth--;
    w->first = false;
    if (!empty)
        new_line(w);
    text_add_str(w->out, bracket);
}

static void begin_member(struct json_writer *w, const char *name)
{
    begin_item(w);
    add_string(w->out, name);
    text_add_str(w->out, w->indented ? ": " : ":");
}

static void member_string(struct json_writer *w, const char *name, const char *value)
{
    begin_member(w, name);
    add_string(w->out, value);
}

/* A number by JSON's grammar, as far as a reader could stumble: digits with at most a sign and one
 * point. */
static bool is_number(const char *s)
{
    s += *s == '-';
    size_t whole = strspn(s, "0123456789");
    bool leading_zero = whole > 1 && *s == '0';
    s += whole;
    if (*s == '.') {
        size_t fraction = strspn(++s, "0123456789");
        if (!fraction)
            return false;
        s += fraction;
    }
    return whole && !leading_zero && !*s;
}

static void member_field(struct json_writer *w, const struct log_field *field)
{
    bool number;

    begin_member(w, log_field_name(field, &number));
    if (!field->value)
        text_add_str(w->out, "null");
    else if (number && is_number(field->value))
        text_add_str(w->out, field->value);
    else
        add_string(w->out, field->value);
}

static void member_message(struct json_writer *w, const struct log_template *message)
{
    struct text filled = {0};

    log_message(&filled, message);
    member_string(w, "Message", filled.data ? filled.data : "");
    w->out->failed |= filled.failed;
    text_deinit(&filled);
}

/* The peer's values come first, the template last. */
static void member_state(struct json_writer *w, const struct log_template *message)
{
    begin_member(w, "State");
    open_group(w, "{");
    for (size_t i = 0; i < message->count; i++)
        member_field(w, &message->fields[i]);
    member_string(w, "{OriginalFormat}", message->text);
    close_group(w, "}");
}

static void add_scopes(struct json_writer *w, const struct log_scope *scope)
{
    if (!scope)
        return;
    add_scopes(w, scope->outer);
    begin_item(w);
    open_group(w, "{");
    member_message(w, &(struct log_template){scope->template, scope->fields, scope->count});
    for (size_t i = 0; i < scope->count; i++)
        member_field(w, &scope->fields[i]);
    close_group(w, "}");
}

static void member_timestamp(struct json_writer *w, const char *format, const struct log_time *now)
{
    struct text stamp = {0};

    if (format && log_time_format(&stamp, format, now))
        member_string(w, "Timestamp", stamp.data ? stamp.data : "");
    w->out->failed |= stamp.failed;
    text_deinit(&stamp);
}

void log_format_json(struct text *out, const struct log_format *format,
                     const struct log_record *record, const struct log_time *now)
{
    const struct log_event *event = record->event;
    struct log_template message = {event->template, record->fields, record->count};
    struct json_writer w = {.out = out, .indented = format->indented};

    open_group(&w, "{");
    member_timestamp(&w, format->timestamp, now);
    begin_member(&w, "EventId");
    text_add_fmt(out, "%d", event->id);
    member_string(&w, "LogLevel", log_level_name(event->level));
    member_string(&w, "Category", event->category);
    member_message(&w, &message);
    if (record->exception)
        member_string(&w, "Exception", record->exception);
    member_state(&w, &message);
    if (format->include_scopes) {
        begin_member(&w, "Scopes");
        open_group(&w, "[");
        add_scopes(&w, record->scope);
        close_group(&w, "]");
    }
    close_group(&w, "}");
    text_add_str(out, "\n");
}
