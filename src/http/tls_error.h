/*
 * http/tls_error.h - OpenSSL's reasons as our errors.
 */
#pragma once

#include "src/base/error.h"

/* As error_set(), with ": reason" of OpenSSL's last error behind the text; empties its queue. */
__attribute__((format(printf, 3, 4))) int tls_error_set(struct error *err, int code,
                                                        const char *fmt, ...);
