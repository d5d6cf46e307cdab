/*
 * otlp/exception_text.h - what Exception.ToString() has printed, taken apart.
 */
#pragma once

#include <stddef.h>

/* Points into the text. */
struct exception_parts {
    const char *type, *message;
    size_t type_size, message_size; /* 0: not there */
};

/* "TYPE: MESSAGE ---> INNER..." up to the first stack frame; the message may have several lines. A
 * text that does not begin with the name of a type has neither. */
void exception_text_parse(const char *text, struct exception_parts *ret);
