/* The formatter json: members, order and escapes of System.Text.Json's default encoder. */
#include <string.h>

#include "src/base/json_escape.h"
#include "src/base/log_format.h"

/* Writes members and puts commas, and line breaks where they are wanted, between them. */
struct json_writer {
    struct text *out;
    bool indented, first;
    unsigned depth;
};

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
    json_escape_add(w->out, name);
    text_add_str(w->out, w->indented ? ": " : ":");
}

static void member_string(struct json_writer *w, const char *name, const char *value)
{
    begin_member(w, name);
    json_escape_add(w->out, value);
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
        json_escape_add(w->out, field->value);
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
