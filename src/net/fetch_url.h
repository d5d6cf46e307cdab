/*
 * net/fetch_url.h - which addresses may be fetched, and pushed to.
 */
#pragma once

#include <stdbool.h>

#include "src/base/error.h"

/* http:// and https:// to anybody; no user names in it. -EINVAL with the reason; also what
 * curl_library_load() says. */
int push_url_check(const char *url, struct error *err);

/* http:// is allowed to this machine (127.0.0.1, ::1, localhost) when `loopback` says so, all else
 * must be https://; no user names in it. -EINVAL with the reason; also what curl_library_load()
 * says. */
int fetch_url_check(const char *url, bool loopback, struct error *err);
