/*
 * config/show_writer.h - indented JSON as System.Text.Json writes it, comments included.
 */
#pragma once

#include "src/base/text.h"

struct show_writer {
    struct text *out;
    unsigned depth;
    bool after_value; /* in this object or array there is one already */
};

/* `name` NULL: an item of an array, or the document itself. */
void show_writer_open(struct show_writer *w, const char *name, char bracket);
void show_writer_close(struct show_writer *w, char bracket);

/* `value` NULL is null. */
void show_writer_value(struct show_writer *w, const char *name, const char *value);

/* Belongs to the value before it, and stands on a line of its own. */
void show_writer_comment(struct show_writer *w, const char *comment);
