/*
 * diagnose/pool_format.h - a report about a thread pool as a document.
 */
#pragma once

#include "src/diagnose/pool_report.h"
#include "src/profile/output.h"

struct pool_format {
    const char *name, *media_type, *extension;
    void (*write)(const struct pool_report *r, struct output *o);
};

enum { POOL_FORMAT_TEXT, POOL_FORMAT_JSON };

/* In that order; the last has no name. */
extern const struct pool_format pool_formats[];

/* NULL: no format of that name, case ignored. */
const struct pool_format *pool_format_find(const char *name);

/* pool_json.c */
void pool_write_json(const struct pool_report *r, struct output *o);
