#include "src/auth/json_object.h"

#include <errno.h>
#include <string.h>

#include "src/base/limits.h"
#include "src/base/text.h"

/* jansson's own bound (2048) would do against an attack on the stack, but not against texts that
 * the peer refuses. */
static bool too_deep(const char *text, size_t size)
{
    bool quoted = false;
    size_t depth = 0;

    for (size_t i = 0; i < size; i++) {
        char c = text[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '{' || c == '['))
            depth++;
        else if (!quoted && (c == '}' || c == ']') && depth)
            depth--;
        if (depth > LIMIT_JSON_DEPTH)
            return true;
    }
    return false;
}

int json_object_read(const char *text, size_t size, json_t **ret, struct error *err)
{
    json_error_t reason;

    if (too_deep(text, size))
        return error_set(err, -EINVAL, "JSON of more than %d levels", LIMIT_JSON_DEPTH);
    json_t *object = json_loadb(text, size, JSON_ALLOW_NUL, &reason);
    if (!object)
        return error_set(err, -EINVAL, "not JSON: %s at byte %d", reason.text, reason.position);
    if (!json_is_object(object)) {
        json_decref(object);
        return error_set(err, -EINVAL, "not a JSON object");
    }
    *ret = object;
    return 0;
}

const char *json_object_string(const json_t *value)
{
    const char *text = json_string_value(value);

    return text && strlen(text) == json_string_length(value) ? text : NULL;
}

const char *json_object_text(json_t *object, const char *name, bool any_case)
{
    json_t *value = json_object_get(object, name);
    const char *key;
    json_t *other;

    if (!value && any_case) {
        json_object_foreach(object, key, other)
        {
            if (text_equal_nocase(key, name))
                value = other;
        }
    }
    return json_object_string(value);
}
