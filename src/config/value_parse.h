/*
 * config/value_parse.h - one reader per kind of value. Only types.c uses them, by its table.
 *
 * Each reads the whole of `text`; false when it is not of that kind. `ret` gets the member that the
 * type's form names.
 */
#pragma once

#include "src/config/types.h"

#define VALUE_BLANKS " \t\n\v\f\r" /* what .NET trims, as far as it is ASCII */

enum { VALUE_TRIMMED_SIZE = 512 };

/* Copies without the blanks around; NULL when that is too long for any number or name. */
char *value_trim(const char *text, char buffer[static VALUE_TRIMMED_SIZE]);

bool parse_text(const struct value_type *type, const char *text, struct value *ret);
bool parse_boolean(const struct value_type *type, const char *text, struct value *ret);
bool parse_number(const struct value_type *type, const char *text, struct value *ret);
bool parse_real(const struct value_type *type, const char *text, struct value *ret);
bool parse_timespan(const struct value_type *type, const char *text, struct value *ret);
bool parse_guid(const struct value_type *type, const char *text, struct value *ret);
bool parse_octal(const struct value_type *type, const char *text, struct value *ret);
bool parse_uri(const struct value_type *type, const char *text, struct value *ret);
bool parse_base64url(const struct value_type *type, const char *text, struct value *ret);
bool parse_status_codes(const struct value_type *type, const char *text, struct value *ret);
bool parse_path_glob(const struct value_type *type, const char *text, struct value *ret);
bool parse_keywords(const struct value_type *type, const char *text, struct value *ret);
bool parse_names(const struct value_type *type, const char *text, struct value *ret);
bool parse_choice(const struct value_type *type, const char *text, struct value *ret);
bool parse_flags(const struct value_type *type, const char *text, struct value *ret);
