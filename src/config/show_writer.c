#include "src/config/show_writer.h"

#include <string.h>

#include "src/base/json_escape.h"

static void new_line(struct show_writer *w)
{
    text_add_str(w->out, "\n");
    for (unsigned i = 0; i < w->depth; i++)
        text_add_str(w->out, "  ");
}

/* The comma after the value before, the line, the name. */
static void begin(struct show_writer *w, const char *name)
{
    if (w->after_value)
        text_add_str(w->out, ",");
    if (w->depth)
        new_line(w);
    if (name) {
        json_escape_add(w->out, name);
        text_add_str(w->out, ": ");
    }
}

void show_writer_open(struct show_writer *w, const char *name, char bracket)
{
    begin(w, name);
    text_add(w->out, &bracket, 1);
    w->depth++;
    w->after_value = false;
}

void show_writer_close(struct show_writer *w, char bracket)
{
    w->depth--;
    if (w->after_value) /* an empty one stays on its line */
        new_line(w);
    text_add(w->out, &bracket, 1);
    w->after_value = true;
}

void show_writer_value(struct show_writer *w, const char *name, const char *value)
{
    begin(w, name);
    if (value)
        json_escape_add(w->out, value);
    else
        text_add_str(w->out, "null");
    w->after_value = true;
}

void show_writer_comment(struct show_writer *w, const char *comment)
{
    new_line(w);
    text_add_str(w->out, "/*");
    for (const char *end; (end = strstr(comment, "*/")) != NULL; comment = end + 1) {
        text_add(w->out, comment, (size_t)(end - comment) + 1);
        text_add_str(w->out, " "); /* the comment would end here */
    }
    text_add_str(w->out, comment);
    text_add_str(w->out, "*/");
}
