#include "src/api/cors.h"

#include <ctype.h>
#include <string.h>

#include "src/base/text.h"

/* One entry of a `;` list without the blanks around it; a slash behind it, which no browser sends,
 * is no part of an origin. */
struct entry {
    const char *text;
    size_t size;
};

static bool next_entry(const char **at, struct entry *ret)
{
    *at += strspn(*at, "; ");
    size_t size = strcspn(*at, ";");
    ret->text = *at;
    *at += size;
    while (size && (ret->text[size - 1] == ' ' || ret->text[size - 1] == '/'))
        size--;
    ret->size = size;
    return size > 0;
}

/* Browsers write origins in lower case; the option may be written as one likes. */
static bool entry_is(const struct entry *e, const char *origin)
{
    if (strlen(origin) != e->size)
        return false;
    for (size_t i = 0; i < e->size; i++) {
        if (tolower((unsigned char)e->text[i]) != origin[i])
            return false;
    }
    return true;
}

/* What the list says of one origin. */
struct verdict {
    const char *allow; /* value of Access-Control-Allow-Origin, NULL: not listed */
    bool vary;
};

static struct verdict judge(const char *origins, const char *origin)
{
    struct entry e;
    size_t count = 0;
    bool listed = false, star = false;

    for (const char *at = origins; next_entry(&at, &e);) {
        count++;
        listed |= entry_is(&e, origin);
        star |= e.size == 1 && *e.text == '*';
    }
    if (star && count == 1)
        return (struct verdict){"*", false};
    return (struct verdict){listed ? origin : NULL, count > 1};
}

/* The names as the client listed them, without the blanks. */
static void join(const char *names, struct text *out)
{
    for (; *names; names += strcspn(names, ","), names += *names == ',') {
        names += strspn(names, " \t");
        size_t size = strcspn(names, ",");
        while (size && (names[size - 1] == ' ' || names[size - 1] == '\t'))
            size--;
        if (size && out->size)
            text_add_str(out, ",");
        text_add(out, names, size);
    }
}

bool cors_answer_preflight(const char *origins, struct http_exchange *x)
{
    const struct http_request *r = http_exchange_request(x);
    const char *origin = http_request_header(r, "Origin");
    const char *method = http_request_header(r, "Access-Control-Request-Method");
    const char *names = http_request_header(r, "Access-Control-Request-Headers");
    struct http_pair headers[4];
    struct text joined = {0};
    size_t n = 0;

    if (*origins == '\0' || strcmp(r->method, "OPTIONS") != 0 || !origin || !method)
        return false;
    struct verdict v = judge(origins, origin);
    join(names ? names : "", &joined);
    if (v.allow && joined.size && !joined.failed)
        headers[n++] = (struct http_pair){"Access-Control-Allow-Headers", joined.data};
    if (v.allow && *method)
        headers[n++] = (struct http_pair){"Access-Control-Allow-Methods", method};
    if (v.allow)
        headers[n++] = (struct http_pair){"Access-Control-Allow-Origin", v.allow};
    if (v.allow && v.vary)
        headers[n++] = (struct http_pair){"Vary", "Origin"};
    http_respond(x, 204, headers, n, NULL, 0);
    text_deinit(&joined);
    return true;
}

void cors_add_headers(const char *origins, struct http_exchange *x)
{
    const char *origin = http_request_header(http_exchange_request(x), "Origin");
    struct verdict v = origin ? judge(origins, origin) : (struct verdict){0};

    if (!v.allow)
        return;
    http_exchange_add_header(x, &(struct http_pair){"Access-Control-Allow-Origin", v.allow},
                             HTTP_EXTRA_UNLESS_REFUSED);
    if (v.vary)
        http_exchange_add_header(x, &(struct http_pair){"Vary", "Origin"},
                                 HTTP_EXTRA_UNLESS_REFUSED);
}
