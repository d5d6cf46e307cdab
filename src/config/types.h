/*
 * config/types.h - the kinds of values that a configuration key can have: how the text is read,
 * which range it must be in, what to tell someone whose text cannot be read.
 *
 * The spellings are .NET's (bool.Parse, Int32Converter, double.Parse, TimeSpan.Parse, Guid.Parse,
 * Enum.Parse without case, all in the invariant culture; asked of .NET 10). Hexadecimal whole
 * numbers are more than the peer takes: its generated binder has no Int32Converter.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/wire/guid.h"

/* Which member of struct value is filled. */
enum value_form {
    VALUE_TEXT, /* none: the text is the value */
    VALUE_BOOLEAN,
    VALUE_INTEGER,
    VALUE_REAL,
    VALUE_DURATION, /* integer, in ticks */
    VALUE_CHOICE,
    VALUE_GUID,
};

struct value {
    bool boolean;
    int64_t integer;
    double real;
    unsigned choice; /* index in `names`, or bits */
    struct guid guid;
};

struct value_type {
    const char *name;     /* for the reference: "boolean" */
    const char *expected; /* completes "'x' is not ..."; NULL: made of the names */
    enum value_form form;
    bool (*parse)(const struct value_type *type, const char *text, struct value *ret);
    const char *const *names; /* NULL at the end; of a choice */
    size_t names_count;
    bool flags;          /* several names with ',' between */
    bool list;           /* several items with ';' between, or children 0, 1, 2... */
    bool empty_is_unset; /* .NET binds "" to a nullable member as null */
};

#define CHOICE(type, ...) extern const struct value_type type_##type;
#define FLAGS(type, many, ...) extern const struct value_type type_##type;
#include "src/config/types.def"
#undef CHOICE
#undef FLAGS

extern const struct value_type type_text, type_boolean, type_number, type_real, type_timespan,
    type_octal, type_guid, type_uri, type_names, type_base64url, type_status_codes, type_path_glob,
    type_keywords, type_template;

enum { EXPECTATION_SIZE = 256 };

/* Reads `text` as `type` and looks at the range; `min` < `max`, else there is none (whole numbers
 * then end where int does). For reals and durations too; INT64_MAX is no upper end. False when it
 * is wrong: value_expectation() says what would do. */
bool value_read(const struct value_type *type, int64_t min, int64_t max, const char *text,
                struct value *ret);

/* "a whole number from 1 to 5", "one of Connect, Listen". Returns `buffer`. */
const char *value_expectation(const struct value_type *type, int64_t min, int64_t max,
                              char buffer[static EXPECTATION_SIZE]);

/* "1 to 5", "00:00:01 to 1.00:00:00", "at least 1"; "" when there is no range. */
const char *value_range(const struct value_type *type, int64_t min, int64_t max,
                        char buffer[static EXPECTATION_SIZE]);

/* The next item of a list "a; b,c": moves *at behind it and gives its begin and size, without
 * blanks; false at the end. */
bool value_next_item(const char **at, const char **ret_item, size_t *ret_size);
