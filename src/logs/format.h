/*
 * logs/format.h - entries as lines, byte for byte as the peer writes them (CONTRACT section 13).
 */
#pragma once

#include "src/base/text.h"
#include "src/logs/entry.h"

struct app_log_format {
    const char *media_type;
    void (*write)(struct text *out, const struct app_log_entry *entry);
};

enum { APP_LOG_PLAIN, APP_LOG_NDJSON, APP_LOG_JSON_SEQ, APP_LOG_FORMATS };

/* In the order in which an Accept header is looked through. */
extern const struct app_log_format app_log_formats[APP_LOG_FORMATS];

/* Their media types, up to NULL. */
extern const char *const app_log_media_types[APP_LOG_FORMATS + 1];

/* "Information". */
const char *app_log_level_name(enum app_log_level level);
