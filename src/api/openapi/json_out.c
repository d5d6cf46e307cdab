#include "src/api/openapi/json_out.h"

static void add_quoted(struct text *to, const char *value)
{
    text_add(to, "\"", 1);
    for (const char *at = value; *at; at++) {
        if (*at == '"' || *at == '\\')
            text_add_fmt(to, "\\%c", *at);
        else if ((unsigned char)*at < ' ')
            text_add_fmt(to, "\\u%04x", (unsigned)*at);
        else
            text_add(to, at, 1);
    }
    text_add(to, "\"", 1);
}

static void begin_value(struct json_out *w, const char *name)
{
    if (w->comma)
        text_add(w->to, ",", 1);
    w->comma = true;
    if (!name)
        return;
    add_quoted(w->to, name);
    text_add(w->to, ":", 1);
}

void json_out_open(struct json_out *w, const char *name, char bracket)
{
    begin_value(w, name);
    text_add(w->to, &bracket, 1);
    w->comma = false;
}

void json_out_close(struct json_out *w, char bracket)
{
    text_add(w->to, &bracket, 1);
    w->comma = true;
}

void json_out_string(struct json_out *w, const char *name, const char *value)
{
    begin_value(w, name);
    add_quoted(w->to, value);
}

void json_out_number(struct json_out *w, const char *name, int64_t value)
{
    begin_value(w, name);
    text_add_fmt(w->to, "%lld", (long long)value);
}

void json_out_bool(struct json_out *w, const char *name, bool value)
{
    json_out_raw(w, name, value ? "true" : "false");
}

void json_out_raw(struct json_out *w, const char *name, const char *value)
{
    begin_value(w, name);
    text_add_str(w->to, value);
}
