/*
 * api/host_filter.h - which names a request may call us by (AllowedHosts): a page that has got
 * its own name to point at us (DNS rebinding) is turned away.
 *
 * As ASP.NET's host filtering (measured on ASP.NET 10): `;` between entries; `*`, `[::]` and
 * `0.0.0.0` are any host; `*.example.org` is every name below, not the domain itself; the port of
 * the request does not count, the case neither; a request without a host (HTTP/1.0) is let through.
 * Names beyond ASCII are written in their `xn--` form.
 */
#pragma once

#include <stdbool.h>

/* `hosts` is the option's value, `host` the Host header. A host that is none ("a:b", "::1") is
 * never allowed by a list. */
bool host_filter_allows(const char *hosts, const char *host);
