/*
 * base/log.h - the console log, in the peer's categories and event ids.
 *
 * One call is one line of log, written at once, with one write(2) up to PIPE_BUF bytes. A console
 * that takes nothing for LIMIT_LOG_WAIT_MS loses lines until it does; then it is told how many.
 * `category` and `event_id` follow the peer (CONTRACT section 23), so that programs which read its
 * log read ours; ids of our own begin at 1000 (base/events.def). Only api, auth, rules, ops,
 * egress, metrics, otlp, target and main log; the layers below return errors. Main thread only.
 */
#pragma once

#include <stdint.h>

#include "src/base/log_format.h"

enum log_colours { LOG_COLOURS_DEFAULT, LOG_COLOURS_ENABLED, LOG_COLOURS_DISABLED };

/* Where lines go, which ones, and what they look like. config/log_settings.h reads it. */
struct log_settings {
    struct log_levels levels;
    enum log_level stderr_level; /* this and above go to standard error */
    enum log_colours colours;    /* Default: when the output is a terminal */
    struct log_format format;
};

void log_settings_deinit(struct log_settings *s);

/* Takes over the contents of `s`, for all lines from now on; `s` is empty afterwards. Before the
 * first call: Information, simple, "HH:mm:ss ", scopes. */
void log_configure(struct log_settings *s);

/* One level for all categories; everything else stays. */
void log_set_level(enum log_level level);

bool log_is_enabled(const char *category, enum log_level level);

/* Writes the line when its level is enabled. */
void log_record(const struct log_record *record);

void log_write(const struct log_event *event, const struct log_field *fields, size_t count);

#define LOG_FIELDS(...)                                                                            \
    (const struct log_field[]){__VA_ARGS__},                                                       \
        sizeof((const struct log_field[]){__VA_ARGS__}) / sizeof(struct log_field)

/* log_event(&event, {"address", text}, ...): a log line with fields. */
#define log_event(event, ...) log_write(event, LOG_FIELDS(__VA_ARGS__))

/* The same in a scope. */
#define log_event_in(inside, what, ...)                                                            \
    log_record(&(const struct log_record){                                                         \
        .event = (what),                                                                           \
        .fields = (const struct log_field[]){__VA_ARGS__},                                         \
        .count = sizeof((const struct log_field[]){__VA_ARGS__}) / sizeof(struct log_field),       \
        .scope = (inside)})

enum { LOG_NUMBER_SIZE = 24 };

/* A field that is a number: LOG_NUMBER("pid", pid). `key` is a literal. */
#define LOG_NUMBER(key, number)                                                                    \
    {                                                                                              \
        "#" key, log_number((char[LOG_NUMBER_SIZE]){0}, (number))                                  \
    }

const char *log_number(char buffer[static LOG_NUMBER_SIZE], int64_t number);

/* A line without fields of its own: category "Portside", id 0. For the bring-up of new parts;
 * lines that stay get a row in base/events.def. */
__attribute__((format(printf, 2, 3))) void log_note(enum log_level level, const char *fmt, ...);
