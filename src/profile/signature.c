#include "src/profile/signature.h"

#include <string.h>

enum { DEPTH = 32 }; /* of generic arguments; deeper ones stay as they are */

static const struct {
    const char *name, *type;
} builtin[] = {
    {"bool", "System.Boolean"},
    {"wchar", "System.Char"},
    {"int8", "System.SByte"},
    {"uint8", "System.Byte"},
    {"int16", "System.Int16"},
    {"uint16", "System.UInt16"},
    {"int32", "System.Int32"},
    {"uint32", "System.UInt32"},
    {"int64", "System.Int64"},
    {"uint64", "System.UInt64"},
    {"float32", "System.Single"},
    {"float64", "System.Double"},
    {"string", "System.String"},
    {"object", "System.Object"},
    {"int", "System.IntPtr"},
    {"uint", "System.UIntPtr"},
    {"native int", "System.IntPtr"},
    {"native uint", "System.UIntPtr"},
    {"void", "System.Void"},
    {"refany", "System.TypedReference"},
    {"typedbyref", "System.TypedReference"},
};
static const char *const prefixes[] = {"class ", "value class ", "valuetype ", "pinned "};

/* Where the type at `at` ends: at a comma or closing bracket that is not its own. */
static const char *end_of_type(const char *at)
{
    size_t open = 0;

    for (; *at; at++) {
        if (strchr("<[(", *at))
            open++;
        else if (open > 0 && strchr(">])", *at))
            open--;
        else if (open == 0 && strchr(",>])", *at))
            break;
    }
    return at;
}

static const char *skip_prefixes(const char *at)
{
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        size_t size = strlen(prefixes[i]);
        if (strncmp(at, prefixes[i], size) == 0)
            return skip_prefixes(at + size);
    }
    return at;
}

static void add_plain(struct text *out, const char *at, size_t size)
{
    for (size_t i = 0; i < sizeof builtin / sizeof builtin[0]; i++) {
        if (strlen(builtin[i].name) == size && memcmp(at, builtin[i].name, size) == 0) {
            text_add_str(out, builtin[i].type);
            return;
        }
    }
    text_add(out, at, size);
}

static void add_type(struct text *out, const char *at, const char *end, unsigned depth);

/* "A,class B>": as "[A,B]". Returns what is behind. */
static const char *add_arguments(struct text *out, const char *at, const char *end, unsigned depth)
{
    text_add_str(out, "[");
    while (at < end && *at != '>') {
        const char *stop = end_of_type(at);
        if (stop > end)
            stop = end;
        add_type(out, at, stop, depth + 1);
        at = stop;
        if (at < end && *at == ',')
            text_add(out, at++, 1);
        else if (at < end && *at != '>')
            at++;
    }
    text_add_str(out, "]");
    return at < end ? at + 1 : at;
}

static void add_type(struct text *out, const char *at, const char *end, unsigned depth)
{
    at = skip_prefixes(at);
    if (at > end)
        at = end;
    const char *name = at;
    while (at < end && !strchr("<[&*", *at))
        at++;
    add_plain(out, name, (size_t)(at - name));
    if (at < end && *at == '<' && depth < DEPTH)
        at = add_arguments(out, at + 1, end, depth);
    if (at < end)
        text_add(out, at, (size_t)(end - at)); /* [] & * */
}

bool signature_next(const char **at, struct text *out)
{
    const char *start = *at;

    if (*start != '(' && *start != ',')
        return false;
    start++;
    while (*start == ' ')
        start++;
    if (*start == ')' || *start == '\0')
        return false;
    *at = end_of_type(start);
    add_type(out, start, *at, 0);
    return true;
}
