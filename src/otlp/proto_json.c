#include "src/otlp/proto_json.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/json_escape.h"
#include "src/base/number_text.h"

static void begin_value(struct proto_json *j)
{
    if (!j->named && j->after[j->depth])
        text_add(&j->text, ",", 1);
    j->named = false;
    j->after[j->depth] = true;
}

void proto_json_open(struct proto_json *j, char bracket)
{
    assert(j->depth + 1 < PROTO_JSON_LEVELS);
    begin_value(j);
    text_add(&j->text, &bracket, 1);
    j->closers[j->depth++] = bracket == '{' ? '}' : ']';
    j->after[j->depth] = false;
}

void proto_json_close(struct proto_json *j)
{
    assert(j->depth > 0);
    text_add(&j->text, &j->closers[--j->depth], 1);
}

void proto_json_close_to(struct proto_json *j, unsigned depth)
{
    while (j->depth > depth)
        proto_json_close(j);
}

void proto_json_name(struct proto_json *j, const char *name)
{
    begin_value(j);
    text_add(&j->text, "\"", 1);
    text_add_str(&j->text, name);
    text_add(&j->text, "\":", 2);
    j->named = true;
}

void proto_json_text(struct proto_json *j, const char *value)
{
    begin_value(j);
    json_escape_add(&j->text, value);
}

void proto_json_bytes(struct proto_json *j, const char *value, size_t size)
{
    char *copy = strndup(value, size);

    if (!copy)
        j->text.failed = true;
    proto_json_text(j, copy ? copy : "");
    free(copy);
}

void proto_json_boolean(struct proto_json *j, bool value)
{
    begin_value(j);
    text_add_str(&j->text, value ? "true" : "false");
}

void proto_json_integer(struct proto_json *j, int64_t value)
{
    begin_value(j);
    text_add_fmt(&j->text, "%" PRId64, value);
}

void proto_json_integer64(struct proto_json *j, int64_t value)
{
    begin_value(j);
    text_add_fmt(&j->text, "\"%" PRId64 "\"", value);
}

void proto_json_real(struct proto_json *j, double value)
{
    char digits[NUMBER_TEXT];

    begin_value(j);
    if (!isfinite(value)) {
        text_add_str(&j->text, isnan(value) ? "\"NaN\""
                               : value > 0  ? "\"Infinity\""
                                            : "\"-Infinity\"");
        return;
    }
    text_add(&j->text, digits, number_text(value, digits));
}
