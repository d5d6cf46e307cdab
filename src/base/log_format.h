/*
 * base/log_format.h - one line of log as bytes, laid out like .NET's console formatters simple,
 * json and systemd (compared with Microsoft.Extensions.Logging.Console 10; tests/data/log).
 *
 * Names and command lines of processes get in here, so every value may be hostile: what is written
 * is valid UTF-8 without control characters; json is one object for any bytes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "src/base/log_levels.h"
#include "src/base/log_time.h"
#include "src/base/text.h"

enum log_formatter { LOG_FORMATTER_SIMPLE, LOG_FORMATTER_JSON, LOG_FORMATTER_SYSTEMD };

struct log_format {
    enum log_formatter formatter;
    bool include_scopes;
    bool utc;
    bool single_line; /* simple */
    bool coloured;    /* simple */
    bool indented;    /* json */
    char *timestamp;  /* checked by log_time_check(); NULL: none */
};

/* A named value. A NULL value is null: "(null)" in a message. Two marks may come before the name,
 * in this order: '-', null is "-" in a message; '#', the value is the text of a number, which json
 * writes as one (see LOG_NUMBER). */
struct log_field {
    const char *key, *value;
};

/* What is written: `template` holds {name} places which the fields fill, in any order; "{{" and
 * "}}" stand for braces. */
struct log_event {
    enum log_level level;
    const char *category;
    int id;
    const char *template;
};

/* What a line was written in the course of: a request, an operation. Everything is borrowed. */
struct log_scope {
    const struct log_scope *outer;
    const char *template;
    const struct log_field *fields;
    size_t count;
};

struct log_record {
    const struct log_event *event;
    const struct log_field *fields;
    size_t count;
    const struct log_scope *scope; /* the innermost; NULL: none */
    const char *exception;         /* "System.ArgumentException: text"; NULL: none */
};

/* Appends the line with its line end; `out` fails when memory runs out. */
void log_format(struct text *out, const struct log_format *format, const struct log_record *record,
                const struct log_time *now);

/* --- for the formatters --- */

struct log_template {
    const char *text;
    const struct log_field *fields;
    size_t count;
};

/* The name of a field, without marks; does its value claim to be a number? */
const char *log_field_name(const struct log_field *field, bool *ret_number);

/* Appends the template with its places filled; a place without a field stays as it is. */
void log_message(struct text *out, const struct log_template *message);

void log_format_simple(struct text *out, const struct log_format *format,
                       const struct log_record *record, const struct log_time *now);
void log_format_systemd(struct text *out, const struct log_format *format,
                        const struct log_record *record, const struct log_time *now);
void log_format_json(struct text *out, const struct log_format *format,
                     const struct log_record *record, const struct log_time *now);
