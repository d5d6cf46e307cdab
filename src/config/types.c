#include "src/config/types.h"

#include <stdio.h>
#include <string.h>

#include "src/config/timespan.h"
#include "src/config/value_parse.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

#define CHOICE(type, ...) static const char *const type##_names[] = {__VA_ARGS__, NULL};
#define FLAGS(type, many, ...) static const char *const type##_names[] = {__VA_ARGS__, NULL};
#include "src/config/types.def"
#undef CHOICE
#undef FLAGS

#define CHOICE(type, ...)                                                                          \
    const struct value_type type_##type = {.name = "choice",                                       \
                                           .form = VALUE_CHOICE,                                   \
                                           .parse = parse_choice,                                  \
                                           .names = type##_names,                                  \
                                           .names_count = COUNT(type##_names) - 1,                 \
                                           .empty_is_unset = true};
#define FLAGS(type, many, ...)                                                                     \
    const struct value_type type_##type = {.name = "choices",                                      \
                                           .form = VALUE_CHOICE,                                   \
                                           .parse = parse_flags,                                   \
                                           .names = type##_names,                                  \
                                           .names_count = COUNT(type##_names) - 1,                 \
                                           .flags = true,                                          \
                                           .list = many,                                           \
                                           .empty_is_unset = true};
#include "src/config/types.def"
#undef CHOICE
#undef FLAGS

/* clang-format off */
const struct value_type
    type_text = {.name = "text", .expected = "a text", .parse = parse_text},
    type_template = {.name = "name of a template", .expected = "a name", .parse = parse_text},
    type_boolean = {.name = "boolean", .expected = "true or false", .form = VALUE_BOOLEAN,
                    .parse = parse_boolean, .empty_is_unset = true},
    type_number = {.name = "whole number", .expected = "a whole number", .form = VALUE_INTEGER,
                   .parse = parse_number, .empty_is_unset = true},
    type_real = {.name = "number", .expected = "a number", .form = VALUE_REAL,
                 .parse = parse_real, .empty_is_unset = true},
    type_timespan = {.name = "duration", .expected = "a duration ([d.]hh:mm:ss)",
                     .form = VALUE_DURATION, .parse = parse_timespan, .empty_is_unset = true},
    type_guid = {.name = "GUID", .expected = "a GUID", .form = VALUE_GUID, .parse = parse_guid},
    type_octal = {.name = "file mode", .form = VALUE_INTEGER, .parse = parse_octal,
                  .expected = "an octal mode of at most three digits, as 0660"},
    type_uri = {.name = "URI", .expected = "an absolute URI, as https://host/path",
                .parse = parse_uri, .empty_is_unset = true},
    type_base64url = {.name = "base64url", .parse = parse_base64url,
                      .expected = "base64url (only A-Z a-z 0-9 _ -)"},
    type_status_codes = {.name = "status codes", .parse = parse_status_codes,
                         .expected = "a status code or a range of two, as 404 or 500-599"},
    type_path_glob = {.name = "path", .parse = parse_path_glob,
                      .expected = "a path with * inside segments and **/ for segments; three stars mean nothing"},
    type_keywords = {.name = "keywords", .form = VALUE_INTEGER, .parse = parse_keywords,
                     .expected = "a 64-bit number or 0x and its digits", .empty_is_unset = true},
    type_names = {.name = "list", .expected = "a list of at least one item, with ; between them",
                  .parse = parse_names, .list = true};
/* clang-format on */

static bool is_in_range(const struct value_type *type, int64_t min, int64_t max,
                        const struct value *v)
{
    if (max <= min)
        return true;
    switch (type->form) {
    case VALUE_INTEGER:
    case VALUE_DURATION:
        return v->integer >= min && v->integer <= max;
    case VALUE_REAL:
        return v->real >= (double)min && (max == INT64_MAX || v->real <= (double)max);
    case VALUE_TEXT:
    case VALUE_BOOLEAN:
    case VALUE_CHOICE:
    case VALUE_GUID:
    default:
        return true;
    }
}

bool value_read(const struct value_type *type, int64_t min, int64_t max, const char *text,
                struct value *ret)
{
    struct value v = {0};

    if (!type->parse(type, text, &v) || !is_in_range(type, min, max, &v))
        return false;
    *ret = v;
    return true;
}

const char *value_range(const struct value_type *type, int64_t min, int64_t max,
                        char buffer[static EXPECTATION_SIZE])
{
    char low[TIMESPAN_SIZE], high[TIMESPAN_SIZE];
    bool open = max == INT64_MAX || max == INT32_MAX;

    buffer[0] = '\0';
    if (max <= min)
        return buffer;
    if (type->form == VALUE_DURATION)
        (void)snprintf(buffer, EXPECTATION_SIZE, "%s to %s", timespan_print(min, low),
                       timespan_print(max, high));
    else if (type == &type_octal)
        (void)snprintf(buffer, EXPECTATION_SIZE, "%04llo to %04llo", (unsigned long long)min,
                       (unsigned long long)max);
    else if (open)
        (void)snprintf(buffer, EXPECTATION_SIZE, "at least %lld", (long long)min);
    else
        (void)snprintf(buffer, EXPECTATION_SIZE, "%lld to %lld", (long long)min, (long long)max);
    return buffer;
}

static void list_names(const struct value_type *type, char buffer[static EXPECTATION_SIZE])
{
    size_t size =
        (size_t)snprintf(buffer, EXPECTATION_SIZE, "%s", type->flags ? "made of" : "one of");

    for (size_t i = 0; i < type->names_count && size < EXPECTATION_SIZE; i++)
        size += (size_t)snprintf(buffer + size, EXPECTATION_SIZE - size, "%s%s", i ? ", " : " ",
                                 type->names[i]);
}

const char *value_expectation(const struct value_type *type, int64_t min, int64_t max,
                              char buffer[static EXPECTATION_SIZE])
{
    char range[EXPECTATION_SIZE];

    if (!type->expected) {
        list_names(type, buffer);
        return buffer;
    }
    (void)value_range(type, min, max, range);
    bool told = range[0] && type != &type_octal;
    (void)snprintf(buffer, EXPECTATION_SIZE, "%s%s%s", type->expected,
                   !told                           ? ""
                   : strncmp(range, "at ", 3) == 0 ? " of "
                                                   : " from ",
                   told ? range : "");
    return buffer;
}
