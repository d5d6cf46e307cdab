/*
 * logs/message.h - a message template with its values put in.
 *
 * "{Name,width:format}" stands for a value; "{{" and "}}" are braces. Values come as text, so
 * formats have been lost on the way and are passed over; the width is kept.
 */
#pragma once

#include "src/base/text.h"
#include "src/logs/entry.h"

/*
 * Appends the message, at most LIMIT_LOGS_MESSAGE bytes of values, and writes to `order` (room for
 * `count`) the pairs in the order of the template, then the others, `{OriginalFormat}` last. A name
 * that stands there twice takes the next pair of that name. A value that is null or missing is
 * "(null)".
 */
void log_message_fill(struct text *out, const char *template, const struct app_log_pair *pairs,
                      size_t count, struct app_log_pair *order);
