#include "src/logs/record.h"

#include <stdlib.h>
#include <string.h>

#include "proto/nettrace/fields.h"

static const char *const kinds[] = {
    [LOG_RECORD_FORMATTED] = "FormattedMessage",
    [LOG_RECORD_JSON] = "MessageJson",
    [LOG_RECORD_OPEN] = "ActivityJson/Start",
    [LOG_RECORD_CLOSE] = "ActivityJson/Stop",
};

static const char *const names[LOG_TEXTS] = {
    [LOG_TEXT_CATEGORY] = "LoggerName",        [LOG_TEXT_EVENT_NAME] = "EventName",
    [LOG_TEXT_EXCEPTION] = "ExceptionJson",    [LOG_TEXT_ARGUMENTS] = "ArgumentsJson",
    [LOG_TEXT_FORMATTED] = "FormattedMessage", [LOG_TEXT_TRACE_ID] = "ActivityTraceId",
    [LOG_TEXT_SPAN_ID] = "ActivitySpanId",
};

bool log_record_is(const struct nettrace_event *event, enum log_record_kind *ret_kind)
{
    if (strcmp(event->metadata->provider, "Microsoft-Extensions-Logging") != 0)
        return false;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(event->metadata->title, kinds[i]) == 0) {
            *ret_kind = (enum log_record_kind)i;
            return true;
        }
    }
    return false;
}

/* FILETIME counts from 1601. 0 for what no date has. */
static int64_t unix_ns_of(const struct nettrace *stream, uint64_t timestamp)
{
    const struct nettrace_trace *trace = nettrace_trace(stream);
    uint64_t file_time = trace ? nettrace_trace_file_time(trace, timestamp) : 0;
    const uint64_t epoch = 116444736000000000, last = epoch + INT64_MAX / 100;

    return file_time < epoch || file_time > last ? 0 : (int64_t)(file_time - epoch) * 100;
}

/* One unit of UTF-16 becomes at most three bytes; each text has a NUL. */
static bool reserve(struct log_record_buffer *b, size_t payload_size)
{
    size_t capacity = payload_size / 2 * 3 + 3 + LOG_TEXTS;

    if (capacity <= b->capacity)
        return true;
    char *data = realloc(b->data, capacity);
    if (!data)
        return false;
    b->data = data;
    b->capacity = capacity;
    return true;
}

static int text_index(const char *name)
{
    for (int i = 0; i < LOG_TEXTS; i++) {
        if (strcmp(names[i], name) == 0)
            return i;
    }
    return -1;
}

struct decoded {
    size_t at[LOG_TEXTS]; /* in the buffer; 0: the empty text there */
    size_t size;
    int32_t level, event_id;
};

static void take_field(struct decoded *d, const struct nettrace_field *field,
                       const struct nettrace_value *value, struct log_record_buffer *b)
{
    int index = nettrace_value_is_text(value) ? text_index(field->name) : -1;

    if (strcmp(field->name, "Level") == 0) {
        d->level = (int32_t)value->i;
    } else if (strcmp(field->name, "EventId") == 0) {
        d->event_id = (int32_t)value->i;
    } else if (index >= 0 && d->at[index] == 0) {
        size_t room = b->capacity - d->size;
        size_t length = nettrace_value_text(value, b->data + d->size, room);
        if (length >= room)
            return;
        d->at[index] = d->size;
        d->size += length + 1;
    }
}

/* Older runtimes leave out the event's name: what begins with a brace is the next column, and the
 * last one is empty. Applications may give such names too. */
static void shift_columns(struct log_record *r)
{
    char **t = r->texts;

    if (r->kind == LOG_RECORD_JSON && t[LOG_TEXT_EVENT_NAME][0] == '{' &&
        !t[LOG_TEXT_ARGUMENTS][0]) {
        char *empty = r->data;
        t[LOG_TEXT_ARGUMENTS] = t[LOG_TEXT_EXCEPTION];
        t[LOG_TEXT_EXCEPTION] = t[LOG_TEXT_EVENT_NAME];
        t[LOG_TEXT_EVENT_NAME] = empty;
    } else if (r->kind == LOG_RECORD_FORMATTED && !t[LOG_TEXT_FORMATTED][0]) {
        char *name = t[LOG_TEXT_EVENT_NAME];
        t[LOG_TEXT_EVENT_NAME] = t[LOG_TEXT_FORMATTED];
        t[LOG_TEXT_FORMATTED] = name;
    }
}

struct log_record *log_record_new(enum log_record_kind kind, const struct nettrace *stream,
                                  const struct nettrace_event *event,
                                  struct log_record_buffer *buffer)
{
    struct nettrace_reader reader = nettrace_read_event(event);
    const struct nettrace_field *field;
    struct nettrace_value value;
    struct decoded d = {.size = 1};

    if (!reserve(buffer, event->payload_size))
        return NULL;
    buffer->data[0] = '\0';
    while ((field = nettrace_read_next(&reader, &value)) != NULL)
        take_field(&d, field, &value, buffer);
    struct log_record *r = malloc(sizeof *r + d.size);
    if (!r)
        return NULL;
    *r = (struct log_record){
        .kind = kind,
        .timestamp = event->timestamp,
        .thread = event->capture_thread,
        .unix_ns = unix_ns_of(stream, event->timestamp),
        .level = d.level,
        .event_id = d.event_id,
        .activity = event->activity,
        .related = event->related,
        .size = sizeof *r + d.size,
    };
    memcpy(r->data, buffer->data, d.size);
    for (int i = 0; i < LOG_TEXTS; i++)
        r->texts[i] = r->data + d.at[i];
    shift_columns(r);
    return r;
}
