#include "src/otlp/exception_text.h"

#include <ctype.h>
#include <string.h>

/* Letters of any language, and what generic, nested and mangled names have. */
static size_t type_length(const char *text)
{
    size_t n = 0;

    while (isalnum((unsigned char)text[n]) || (unsigned char)text[n] >= 0x80 ||
           (text[n] && strchr("._+`[],<>-", text[n])))
        n++;
    return n;
}

static size_t end_at(const char *text, size_t size, const char *mark)
{
    const char *at = strstr(text, mark);

    return at && (size_t)(at - text) < size ? (size_t)(at - text) : size;
}

void exception_text_parse(const char *text, struct exception_parts *ret)
{
    size_t type = type_length(text);
    const char *rest = text + type;

    *ret = (struct exception_parts){0};
    if (type == 0 || (*rest != ':' && *rest != '\0' && *rest != '\r' && *rest != '\n' &&
                      strncmp(rest, " --->", 5) != 0))
        return;
    ret->type = text;
    ret->type_size = type;
    if (strncmp(rest, ": ", 2) != 0)
        return;
    ret->message = rest + 2;
    size_t size = end_at(ret->message, strlen(ret->message), "\n   at ");
    size = end_at(ret->message, size, "\n ---> ");
    size = end_at(ret->message, size, " ---> ");
    while (size && (ret->message[size - 1] == '\r' || ret->message[size - 1] == '\n'))
        size--;
    ret->message_size = size;
}
