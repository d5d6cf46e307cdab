#include "src/logs/values.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/json_reader.h"
#include "src/base/limits.h"

void log_values_deinit(struct log_values *v)
{
    free(v->pairs);
    free(v->texts);
    *v = (struct log_values){0};
}

/* The reader refuses NUL, which a text may hold. Both forms have six bytes. */
static void replace_nul(char *json)
{
    for (char *at = json; (at = strchr(at, '\\')) != NULL && at[1]; at += 2) {
        if (strncmp(at, "\\u0000", 6) == 0)
            memcpy(at, "\\ufffd", 6);
    }
}

/* A text of JSON is never longer decoded, and loses its quotation marks or a comma behind it. */
static bool reserve(struct log_values *v, size_t json_size)
{
    if (json_size < v->room)
        return true;
    char *texts = realloc(v->texts, json_size + 1);
    if (!texts)
        return false;
    v->texts = texts;
    v->room = json_size + 1;
    return true;
}

static bool grow(struct log_values *v)
{
    size_t capacity = v->capacity ? 2 * v->capacity : 8;
    struct app_log_pair *pairs = realloc(v->pairs, capacity * sizeof *pairs);

    if (!pairs)
        return false;
    v->pairs = pairs;
    v->capacity = capacity;
    return true;
}

static const char *keep(const struct log_values *v, size_t *used, const char *text)
{
    size_t size = strlen(text) + 1;
    char *at = v->texts + *used;

    if (size > v->room - *used)
        return "";
    memcpy(at, text, size);
    *used += size;
    return at;
}

static enum app_log_value_kind number_kind(const char *text)
{
    text += *text == '-';
    return text[strspn(text, "0123456789")] ? APP_LOG_TEXT : APP_LOG_INTEGER;
}

/* Behind the start of an object or array. */
static bool pass_over(struct json_reader *r)
{
    for (unsigned outside = r->depth; outside && r->depth >= outside;) {
        if (json_reader_next(r) == JSON_BAD)
            return false;
    }
    return true;
}

static bool read_value(struct log_values *v, struct json_reader *r, size_t *used, const char *key)
{
    struct app_log_pair pair = {.key = key};
    enum json_event event = json_reader_next(r);

    switch (event) {
    case JSON_OBJECT:
    case JSON_ARRAY:
        return pass_over(r);
    case JSON_TEXT:
        pair.kind = APP_LOG_TEXT;
        pair.text = keep(v, used, r->text);
        break;
    case JSON_NUMBER:
        pair.kind = number_kind(r->text);
        pair.text = keep(v, used, r->text);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        pair.kind = APP_LOG_BOOLEAN;
        pair.text = event == JSON_TRUE ? "true" : "false";
        break;
    case JSON_NULL:
        break;
    case JSON_OBJECT_END:
    case JSON_ARRAY_END:
    case JSON_NAME:
    case JSON_END:
    case JSON_BAD:
        return false;
    }
    if (v->count == v->capacity && !grow(v))
        return false;
    v->pairs[v->count++] = pair;
    return true;
}

bool log_values_read(struct log_values *v, char *json)
{
    size_t size = strlen(json), used = 0;
    struct json_reader r;
    enum json_event event;

    v->count = 0;
    if (!reserve(v, size))
        return false;
    replace_nul(json);
    json_reader_init(&r, json, size);
    bool good = json_reader_next(&r) == JSON_OBJECT;
    while (good && (event = json_reader_next(&r)) != JSON_OBJECT_END) {
        good = event == JSON_NAME && v->count < LIMIT_LOGS_PAIRS &&
               read_value(v, &r, &used, keep(v, &used, r.text));
    }
    json_reader_deinit(&r);
    return good;
}

const char *log_values_find(const struct log_values *v, const char *key)
{
    for (size_t i = v->count; i-- > 0;) {
        if (strcmp(v->pairs[i].key, key) == 0)
            return v->pairs[i].text;
    }
    return NULL;
}
