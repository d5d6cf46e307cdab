/*
 * logs/entry.h - one line that an application has logged through Microsoft.Extensions.Logging.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Microsoft.Extensions.Logging.LogLevel. */
enum app_log_level {
    APP_LOG_TRACE,
    APP_LOG_DEBUG,
    APP_LOG_INFORMATION,
    APP_LOG_WARNING,
    APP_LOG_ERROR,
    APP_LOG_CRITICAL,
};

enum app_log_value_kind { APP_LOG_NULL, APP_LOG_TEXT, APP_LOG_INTEGER, APP_LOG_BOOLEAN };

struct app_log_pair {
    const char *key;
    enum app_log_value_kind kind;
    const char *text; /* the value as text; NULL for APP_LOG_NULL */
};

struct app_log_scope {
    const struct app_log_pair *pairs;
    size_t count;
};

#define APP_LOG_TEMPLATE "{OriginalFormat}"

/* UTF-8. Borrowed for the call that shows it. */
struct app_log_entry {
    int64_t unix_ns;
    enum app_log_level level;
    int32_t event_id;
    const char *event_name; /* "" if none */
    const char *category;
    const char *message;   /* the template with its values put in, as the peer does: no formats */
    const char *formatted; /* the message as the application formatted it; "": not known */
    const char *exception; /* NULL: none. The verbose text */
    const char *trace_id;  /* W3C, in hex; "" if none */
    const char *span_id;
    /* Those that the template names, in its order, then others; `{OriginalFormat}` last. */
    const struct app_log_pair *arguments;
    size_t argument_count;
    const struct app_log_scope *scopes; /* outermost first */
    size_t scope_count;
};
