#include "src/api/accept.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* A piece of a header's value. */
struct piece {
    const char *at;
    size_t size;
};

/* One entry of the list: "type/subtype;parameters". */
struct media_range {
    struct piece type, subtype;
    bool exact;    /* no parameter at all */
    bool narrower; /* parameters besides quality, which none of our types has */
};

static const char blanks[] = " \t";

static struct piece trim(const char *at, const char *end)
{
    while (at < end && strchr(blanks, *at))
        at++;
    while (end > at && strchr(blanks, end[-1]))
        end--;
    return (struct piece){at, (size_t)(end - at)};
}

static bool is_text(struct piece p, const char *text)
{
    return strlen(text) == p.size && strncasecmp(p.at, text, p.size) == 0;
}

/* The end of the entry or parameter at `at`: what stands in quotes does not end it. */
static const char *find_end(const char *at, const char *stops)
{
    bool quoted = false;

    for (; *at && (quoted || !strchr(stops, *at)); at++) {
        if (*at == '"')
            quoted = !quoted;
        else if (quoted && *at == '\\' && at[1])
            at++;
    }
    return at;
}

/* Parameters behind "q" are no part of the type (RFC 9110 section 12.5.1, and the peer). */
static void read_parameters(const char *at, const char *end, struct media_range *ret)
{
    while (at < end) {
        const char *stop = find_end(at + 1, ";,");
        struct piece name = trim(at + 1, stop);
        size_t size = 0;
        while (size < name.size && !strchr("= \t", name.at[size]))
            size++;
        name.size = size;
        at = stop;
        if (name.size == 0)
            continue;
        ret->exact = false;
        if (is_text(name, "q"))
            return;
        ret->narrower = true;
    }
}

/* False for what is no media range; such entries are passed over. */
static bool read_range(const char *at, const char *end, struct media_range *ret)
{
    const char *rest = find_end(at, ";,");
    const char *slash = memchr(at, '/', (size_t)(rest - at));

    if (!slash)
        return false;
    *ret = (struct media_range){trim(at, slash), trim(slash + 1, rest), .exact = true};
    read_parameters(rest, end, ret);
    return ret->type.size && ret->subtype.size;
}

/* "json" and "*+json" cover "speedscope+json", as in the peer. */
static bool covers_subtype(struct piece wide, const char *subtype)
{
    const char *suffix = strchr(subtype, '+');

    if (is_text(wide, "*") || is_text(wide, subtype))
        return true;
    if (!suffix)
        return false;
    if (wide.size > 2 && memcmp(wide.at, "*+", 2) == 0)
        wide = (struct piece){wide.at + 2, wide.size - 2};
    return is_text(wide, suffix + 1);
}

static bool covers(const struct media_range *range, const char *type, bool exactly)
{
    const char *slash = strchr(type, '/');
    size_t size = (size_t)(slash - type);
    bool same = range->type.size == size && strncasecmp(range->type.at, type, size) == 0;

    if (exactly)
        return range->exact && same && is_text(range->subtype, slash + 1);
    if (range->narrower)
        return false;
    if (is_text(range->type, "*"))
        return is_text(range->subtype, "*");
    return same && covers_subtype(range->subtype, slash + 1);
}

/* Does an entry of the list cover `type`? Tells also whether there is any entry. */
static bool list_covers(const char *list, const char *type, bool exactly, bool *ret_any)
{
    bool found = false;

    for (const char *at = list; *at && !found;) {
        const char *end = find_end(at, ",");
        struct media_range range;
        if (read_range(at, end, &range)) {
            *ret_any = true;
            found = covers(&range, type, exactly);
        }
        at = *end ? end + 1 : end;
    }
    return found;
}

static bool request_covers(const struct http_request *request, const char *type, bool exactly,
                           bool *ret_any)
{
    bool found = false;

    for (size_t i = 0; i < request->header_count && !found; i++) {
        if (strcasecmp(request->headers[i].name, "Accept") == 0)
            found = list_covers(request->headers[i].value, type, exactly, ret_any);
    }
    return found;
}

int accept_choose(const struct http_request *request, const char *const *types)
{
    bool any = false;

    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; types[i]; i++) {
            if (request_covers(request, types[i], pass == 0, &any))
                return i;
        }
    }
    return any ? ACCEPT_NONE : ACCEPT_ABSENT;
}
