#include "src/api/body.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "src/base/json_reader.h"
#include "src/base/utf8.h"

bool body_is_json_type(const char *content_type)
{
    static const char *const types[] = {"application/json", "text/json"};

    if (!content_type)
        return false;
    content_type += strspn(content_type, " \t");
    size_t size = strcspn(content_type, "; \t");
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (strlen(types[i]) == size && strncasecmp(types[i], content_type, size) == 0)
            return true;
    }
    const char *suffix = content_type + size - 5;
    return size > 5 && memchr(content_type, '/', size - 5) && strncasecmp(suffix, "+json", 5) == 0;
}

static bool is_utf8(const char *data, size_t size)
{
    uint32_t code;

    for (size_t n; size; data += n, size -= n) {
        n = utf8_next(data, size, &code);
        if (code == UTF8_REPLACEMENT && (n != 3 || memcmp(data, "\xEF\xBF\xBD", 3) != 0))
            return false;
    }
    return true;
}

/* cJSON passes over control characters in texts, numbers like 01 and 1.,
 * and depth; the reader of settings does not. (That one takes comments, which cJSON does not.) */
static bool is_strict(const char *data, size_t size)
{
    struct json_reader r;
    enum json_event event;

    json_reader_init(&r, data, size);
    do
        event = json_reader_next(&r);
    while (event != JSON_END && event != JSON_BAD);
    json_reader_deinit(&r);
    return event == JSON_END && is_utf8(data, size);
}

cJSON *body_parse(const char *data, size_t size)
{
    const char *end = NULL;

    if (!is_strict(data, size))
        return NULL;
    cJSON *json = cJSON_ParseWithLengthOpts(data, size, &end, false);
    for (; json && end < data + size; end++) {
        if (!strchr(" \t\r\n", *end)) {
            cJSON_Delete(json);
            return NULL;
        }
    }
    return json;
}

static bool fits(const cJSON *json, const struct schema *named);

static bool is_integer(const cJSON *json)
{
    double v = json->valuedouble;

    return cJSON_IsNumber(json) && v >= INT32_MIN && v <= INT32_MAX && v == (int32_t)v;
}

static bool fits_integer(const cJSON *json)
{
    int32_t ignored;

    if (cJSON_IsString(json)) /* without the blanks that a query may have */
        return !strchr(json->valuestring, ' ') && schema_read_integer(json->valuestring, &ignored);
    return is_integer(json);
}

static bool fits_text(const cJSON *json, const struct schema *s)
{
    char number[16];
    int32_t ignored;

    if (cJSON_IsString(json))
        return !s->values || schema_read_enum(s, json->valuestring, &ignored);
    if (!s->values || !is_integer(json))
        return false;
    (void)snprintf(number, sizeof number, "%.0f", json->valuedouble);
    return schema_read_enum(s, number, &ignored);
}

/* Values of .NET that have no null of their own. */
static bool is_plain_value(const struct schema *s)
{
    return s->type == SCHEMA_INTEGER || s->type == SCHEMA_BOOLEAN || s->values;
}

/* A member that must be there is no null, though its component may be one elsewhere: logLevel. */
static bool is_missing(const cJSON *json, const struct schema *member)
{
    return cJSON_IsNull(json) && member->flags & SCHEMA_REQUIRED &&
           is_plain_value(schema_real(member));
}

static const struct schema *find_member(const struct schema *s, const char *name)
{
    for (const struct schema *m = s->members; m->name; m++) {
        if (strcasecmp(m->name, name) == 0)
            return m;
    }
    return NULL;
}

static bool fits_object(const cJSON *json, const struct schema *s)
{
    const cJSON *child;

    if (!cJSON_IsObject(json))
        return false;
    cJSON_ArrayForEach(child, json)
    {
        const struct schema *m = s->type == SCHEMA_MAP ? s->of : find_member(s, child->string);
        if (m && (is_missing(child, m) || !fits(child, m)))
            return false;
    }
    return true;
}

static bool fits_list(const cJSON *json, const struct schema *s)
{
    const cJSON *child;

    if (!cJSON_IsArray(json))
        return false;
    cJSON_ArrayForEach(child, json)
    {
        if (!fits(child, s->of))
            return false;
    }
    return true;
}

static bool fits(const cJSON *json, const struct schema *named)
{
    const struct schema *s = schema_real(named);

    if (cJSON_IsNull(json))
        return !is_plain_value(s) || s->flags & SCHEMA_NULLABLE;
    switch (s->type) {
    case SCHEMA_STRING:
        return fits_text(json, s);
    case SCHEMA_INTEGER:
        return fits_integer(json);
    case SCHEMA_BOOLEAN:
        return cJSON_IsBool(json);
    case SCHEMA_OBJECT:
    case SCHEMA_MAP:
        return fits_object(json, s);
    case SCHEMA_ARRAY:
        return fits_list(json, s);
    case SCHEMA_SAME:
        break;
    }
    return false; /* the components behind a name are of the other types */
}

bool body_fits(const cJSON *json, const struct schema *s)
{
    return cJSON_IsObject(json) && fits(json, s);
}
