/*
 * base/log.h - the console log, in the peer's categories and event ids.
 *
 * One call is one line of log. `category` and `event_id` follow the peer (CONTRACT section 23), so
 * that programs which read its log read ours. Only api, rules, ops, target and main log; the layers
 * below return errors. The message template holds {name} places which the fields fill, in any
 * order; formatters that keep the state (json) print template and fields apart.
 */
#pragma once

#include <stddef.h>

enum log_level {
    LOG_LEVEL_TRACE,
    LOG_LEVEL_DEBUG,
    LOG_LEVEL_INFORMATION,
    LOG_LEVEL_WARNING,
    LOG_LEVEL_ERROR,
    LOG_LEVEL_CRITICAL,
    LOG_LEVEL_NONE,
};

struct log_field {
    const char *key, *value;
};

struct log_event {
    enum log_level level;
    const char *category;
    int id;
    const char *template;
};

/* Lines below `level` are dropped. Default: Information. */
void log_set_level(enum log_level level);
enum log_level log_get_level(void);

void log_write(const struct log_event *event, const struct log_field *fields, size_t count);

/* log_event(&event, {"address", text}, ...): a log line with fields. */
#define log_event(event, ...)                                                                      \
    log_write(event, (const struct log_field[]){__VA_ARGS__},                                      \
              sizeof((const struct log_field[]){__VA_ARGS__}) / sizeof(struct log_field))

/* A line of ours that the peer does not have: category "Portside". */
__attribute__((format(printf, 2, 3))) void log_note(enum log_level level, const char *fmt, ...);
