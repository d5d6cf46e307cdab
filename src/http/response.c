#include "src/http/response.h"

#include <assert.h>
#include <http_parser.h>

enum { HEAD_SIZE_USUAL = 500 };

bool http_status_has_body(int status)
{
    return status >= 200 && status != 204 && status != 304;
}

static bool is_clean(const char *s)
{
    for (; *s; s++) {
        if ((unsigned char)*s < ' ' || *s == 0x7f)
            return false;
    }
    return true;
}

/* IMF-fixdate (RFC 9110 section 5.6.7). Not strftime(): its names depend on the locale. */
static void add_date(struct text *out, time_t now)
{
    static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct tm t;

    (void)gmtime_r(&now, &t);
    text_add_fmt(out, "Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n", days[t.tm_wday], t.tm_mday,
                 months[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

static void add_framing(struct text *out, const struct http_response *r)
{
    if (!http_status_has_body(r->status))
        return;
    if (r->framing == HTTP_FRAMING_LENGTH)
        text_add_fmt(out, "Content-Length: %llu\r\n", (unsigned long long)r->length);
    if (r->framing == HTTP_FRAMING_CHUNKED)
        text_add_str(out, "Transfer-Encoding: chunked\r\n");
    if (r->framing == HTTP_FRAMING_CHUNKED && r->trailers) {
        assert(is_clean(r->trailers));
        text_add_fmt(out, "Trailer: %s\r\n", r->trailers);
    }
}

static void add_headers(struct text *out, const struct http_pair *headers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct http_pair *h = &headers[i];
        assert(is_clean(h->name) && is_clean(h->value));
        text_add_str(out, h->name);
        text_add_str(out, ": ");
        text_add_str(out, h->value);
        text_add_str(out, "\r\n");
    }
}

void http_response_head(struct text *out, const struct http_response *r)
{
    text_reserve(out, HEAD_SIZE_USUAL);
    text_add_fmt(out, "HTTP/1.1 %d %s\r\n", r->status,
                 http_status_str((enum http_status)r->status));
    add_date(out, r->now);
    text_add_str(out, "Server: portside\r\n");
    add_headers(out, r->headers, r->header_count);
    add_headers(out, r->extras, r->extra_count);
    add_framing(out, r);
    if (r->close)
        text_add_str(out, "Connection: close\r\n");
    text_add_str(out, "\r\n");
}

void http_response_end(struct text *out, const struct http_pair *trailers, size_t count)
{
    text_add_str(out, "0\r\n");
    add_headers(out, trailers, count);
    text_add_str(out, "\r\n");
}
