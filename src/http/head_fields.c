#include <string.h>
#include <strings.h>

#include "src/base/text.h"
#include "src/http/head.h"

/* Nothing, or a name or "[IPv6]", then perhaps ":port": what the peer takes. The host stands in
 * addresses of our answers. */
static bool is_host(const char *s)
{
    static const char digits[] = "0123456789";
    static const char in_name[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "-._~!$&'()";
    static const char in_brackets[] = "0123456789abcdefABCDEF:.";
    bool bracket = *s == '[';
    size_t size = bracket ? strspn(s + 1, in_brackets) : strspn(s, in_name);

    if (!*s)
        return true;
    if (size == 0 || (bracket && s[size + 1] != ']'))
        return false;
    s += bracket ? size + 2 : size;
    return !*s || (*s == ':' && s[1] && !s[1 + strspn(s + 1, digits)]);
}

static int take_host(struct http_head *h, const char *value)
{
    h->host = value;
    return is_host(value) ? 0 : 400;
}

static int take_length(struct http_head *h, const char *value)
{
    uint64_t v = 0;

    for (const char *s = value; *s; s++) {
        if (*s < '0' || *s > '9' || v > (UINT64_MAX - 9) / 10)
            return 400;
        v = v * 10 + (uint64_t)(*s - '0');
    }
    h->length = v;
    return *value ? 0 : 400;
}

static int take_coding(struct http_head *h, const char *value)
{
    h->chunked = true;
    if (h->version_1_0)
        return 400;
    return text_equal_nocase(value, "chunked") ? 0 : 501;
}

static int take_expect(struct http_head *h, const char *value)
{
    h->expect_continue = !h->version_1_0;
    return text_equal_nocase(value, "100-continue") ? 0 : 417;
}

enum { FIELD_HOST, FIELD_LENGTH, FIELD_CODING, FIELD_EXPECT };

/* The fields that may come only once. */
static const struct {
    const char *name;
    int (*take)(struct http_head *h, const char *value);
} single_fields[] = {
    [FIELD_HOST] = {"Host", take_host},
    [FIELD_LENGTH] = {"Content-Length", take_length},
    [FIELD_CODING] = {"Transfer-Encoding", take_coding},
    [FIELD_EXPECT] = {"Expect", take_expect},
};

static int take_field(struct http_head *h, const struct http_pair *field, unsigned *seen)
{
    for (unsigned i = 0; i < sizeof single_fields / sizeof single_fields[0]; i++) {
        if (strcasecmp(single_fields[i].name, field->name) != 0)
            continue;
        if (*seen & 1u << i)
            return 400;
        *seen |= 1u << i;
        return single_fields[i].take(h, field->value);
    }
    return 0;
}

int http_head_check_fields(struct http_head *h)
{
    unsigned seen = 0, both = 1u << FIELD_LENGTH | 1u << FIELD_CODING;
    int refused = 0;

    h->host = "";
    for (size_t i = 0; i < h->header_count && !refused; i++)
        refused = take_field(h, &h->headers[i], &seen);
    if (refused)
        return refused;
    if (!(seen & 1u << FIELD_HOST) && !h->version_1_0)
        return 400;
    return (seen & both) == both ? 400 : 0;
}

/* "http://host/path" is what clients send to a proxy; every server must take it (RFC 9112 section
 * 3.2.2). A host that differs from the Host header could be read in two ways. */
static char *skip_authority(const struct http_head *h, char *target)
{
    size_t scheme = strncasecmp(target, "http://", 7) == 0    ? 7
                    : strncasecmp(target, "https://", 8) == 0 ? 8
                                                              : 0;
    size_t host = strlen(h->host);

    if (scheme == 0 || host == 0 || strncasecmp(target + scheme, h->host, host) != 0)
        return NULL;
    return target + scheme + host;
}

int http_head_cut_target(struct http_head *h, char *target)
{
    static char none[1];

    if (strchr(target, '#'))
        return 400;
    if (target[0] != '/' && (strcmp(target, "*") != 0 || strcmp(h->method, "OPTIONS") != 0)) {
        target = skip_authority(h, target);
        if (!target || target[0] != '/')
            return 400;
    }
    char *mark = strchr(target, '?');
    if (mark)
        *mark = '\0';
    h->path = target;
    h->query = mark ? mark + 1 : none;
    return 0;
}
