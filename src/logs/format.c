#include "src/logs/format.h"

#include <string.h>
#include <time.h>

#include "src/base/json_escape.h"

static const struct {
    const char *name, *tag;
} levels[] = {
    [APP_LOG_TRACE] = {"Trace", "trce"},
    [APP_LOG_DEBUG] = {"Debug", "dbug"},
    [APP_LOG_INFORMATION] = {"Information", "info"},
    [APP_LOG_WARNING] = {"Warning", "warn"},
    [APP_LOG_ERROR] = {"Error", "fail"},
    [APP_LOG_CRITICAL] = {"Critical", "crit"},
};

const char *app_log_level_name(enum app_log_level level)
{
    return levels[level].name;
}

/* "2026-11-22 04:32:40Z" */
static void add_time(struct text *out, int64_t unix_ns)
{
    const int64_t second = 1000 * 1000 * 1000;
    time_t seconds = (time_t)(unix_ns / second - (unix_ns % second < 0));
    struct tm tm = {0};
    char text[32];

    (void)gmtime_r(&seconds, &tm);
    text_add(out, text, strftime(text, sizeof text, "%Y-%m-%d %H:%M:%SZ", &tm));
}

/* Values of a template were put into the message, where null is a text. */
static void add_json_value(struct text *out, const struct app_log_pair *pair, const char *null)
{
    if (pair->kind == APP_LOG_TEXT)
        json_escape_add(out, pair->text);
    else
        text_add_str(out, pair->kind == APP_LOG_NULL ? null : pair->text);
}

static void add_json_pair(struct text *out, const struct app_log_pair *pair, const char *comma,
                          const char *null)
{
    text_add_str(out, comma);
    json_escape_add(out, pair->key);
    text_add_str(out, ":");
    add_json_value(out, pair, null);
}

static void add_json_text(struct text *out, const char *name, const char *value)
{
    text_add_str(out, ",\"");
    text_add_str(out, name);
    text_add_str(out, "\":");
    json_escape_add(out, value);
}

static void add_json_state(struct text *out, const struct app_log_entry *e)
{
    size_t n = e->argument_count;
    bool template = n && strcmp(e->arguments[n - 1].key, APP_LOG_TEMPLATE) == 0;

    text_add_str(out, ",\"State\":{\"Message\":");
    json_escape_add(out, e->message);
    for (size_t i = 0; i < n; i++)
        add_json_pair(out, &e->arguments[i], ",", template ? "\"(null)\"" : "null");
    text_add_str(out, "}");
}

static void add_json_scopes(struct text *out, const struct app_log_entry *e)
{
    if (!e->scope_count)
        return;
    text_add_str(out, ",\"Scopes\":[");
    for (size_t i = 0; i < e->scope_count; i++) {
        text_add_str(out, i ? ",{" : "{");
        for (size_t k = 0; k < e->scopes[i].count; k++)
            add_json_pair(out, &e->scopes[i].pairs[k], k ? "," : "", "null");
        text_add_str(out, "}");
    }
    text_add_str(out, "]");
}

static void write_ndjson(struct text *out, const struct app_log_entry *e)
{
    text_add_str(out, "{\"Timestamp\":\"");
    add_time(out, e->unix_ns);
    text_add_fmt(out, "\",\"LogLevel\":\"%s\",\"EventId\":%d", levels[e->level].name,
                 (int)e->event_id);
    add_json_text(out, "EventName", e->event_name);
    add_json_text(out, "Category", e->category);
    add_json_text(out, "Message", e->message);
    if (e->exception)
        add_json_text(out, "Exception", e->exception);
    add_json_state(out, e);
    add_json_scopes(out, e);
    text_add_str(out, "}\n");
}

static void write_json_seq(struct text *out, const struct app_log_entry *e)
{
    text_add_str(out, "\x1E");
    write_ndjson(out, e);
}

static const char padding[] = "      ";

/* As .NET writes an object: True, and nothing for null. */
static void add_plain_value(struct text *out, const struct app_log_pair *pair)
{
    if (pair->kind == APP_LOG_BOOLEAN)
        text_add_str(out, pair->text[0] == 't' ? "True" : "False");
    else if (pair->kind != APP_LOG_NULL)
        text_add_str(out, pair->text);
}

static void add_plain_scopes(struct text *out, const struct app_log_entry *e)
{
    for (size_t i = 0; i < e->scope_count; i++) {
        text_add_str(out, i ? " => " : "      => ");
        for (size_t k = 0; k < e->scopes[i].count; k++) {
            text_add_str(out, k ? ", " : "");
            text_add_str(out, e->scopes[i].pairs[k].key);
            text_add_str(out, ":");
            add_plain_value(out, &e->scopes[i].pairs[k]);
        }
    }
    text_add_str(out, e->scope_count ? "\n" : "");
}

static void add_indented(struct text *out, const char *s)
{
    for (const char *end; (end = strchr(s, '\n')) != NULL; s = end + 1) {
        text_add_str(out, padding);
        text_add(out, s, (size_t)(end - s) + 1);
    }
    text_add_str(out, padding);
    text_add_str(out, s);
    text_add_str(out, "\n");
}

static void write_plain(struct text *out, const struct app_log_entry *e)
{
    add_time(out, e->unix_ns);
    text_add_fmt(out, " %s: ", levels[e->level].tag);
    text_add_str(out, e->category);
    text_add_fmt(out, "[%d]", (int)e->event_id);
    if (e->event_name[0]) {
        text_add_str(out, "[");
        text_add_str(out, e->event_name);
        text_add_str(out, "]");
    }
    text_add_str(out, "\n");
    add_plain_scopes(out, e);
    text_add_str(out, padding);
    text_add_str(out, e->message); /* its further lines as they are, as in the peer */
    text_add_str(out, "\n");
    if (e->exception)
        add_indented(out, e->exception);
}

const struct app_log_format app_log_formats[APP_LOG_FORMATS] = {
    [APP_LOG_PLAIN] = {"text/plain", write_plain},
    [APP_LOG_NDJSON] = {"application/x-ndjson", write_ndjson},
    [APP_LOG_JSON_SEQ] = {"application/json-seq", write_json_seq},
};

const char *const app_log_media_types[APP_LOG_FORMATS + 1] = {
    "text/plain",
    "application/x-ndjson",
    "application/json-seq",
    NULL,
};
