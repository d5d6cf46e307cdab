#include "src/http/tls_error.h"

#include <openssl/err.h>
#include <stdarg.h>
#include <stdio.h>

int tls_error_set(struct error *err, int code, const char *fmt, ...)
{
    unsigned long last = ERR_peek_last_error();
    const char *reason = ERR_reason_error_string(last);
    char text[ERROR_TEXT_SIZE];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    ERR_clear_error();
    if (!reason)
        return error_set(err, code, "%s", text);
    return error_set(err, code, "%s: %s", text, reason);
}
