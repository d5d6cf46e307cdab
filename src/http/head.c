#include "src/http/head.h"

#include <http_parser.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/cleanup.h"

/* Offsets into the head, because http_parser must see its bytes unchanged until it is done. */
struct range {
    size_t at, size;
};

struct field {
    struct range name, value;
};

struct parts {
    const char *head;
    struct range url;
    struct field *fields;
    size_t count, room;
    bool in_value, keep_alive;
};

static void free_fields(struct field **fields)
{
    free(*fields);
}

/* http_parser may report one part in several pieces; they are neighbours. */
static void extend(struct range *r, const struct parts *p, const char *at, size_t size)
{
    if (r->size == 0)
        r->at = (size_t)(at - p->head);
    r->size += size;
}

static int on_url(http_parser *parser, const char *at, size_t size)
{
    struct parts *p = parser->data;

    extend(&p->url, p, at, size);
    return 0;
}

static int on_field(http_parser *parser, const char *at, size_t size)
{
    struct parts *p = parser->data;

    if (p->count == 0 || p->in_value) {
        if (p->count == p->room)
            return -1;
        p->fields[p->count++] = (struct field){0};
        p->in_value = false;
    }
    extend(&p->fields[p->count - 1].name, p, at, size);
    return 0;
}

static int on_value(http_parser *parser, const char *at, size_t size)
{
    struct parts *p = parser->data;

    if (p->count == 0)
        return -1;
    p->in_value = true;
    extend(&p->fields[p->count - 1].value, p, at, size);
    return 0;
}

static int on_complete(http_parser *parser)
{
    struct parts *p = parser->data;

    p->keep_alive = http_should_keep_alive(parser) != 0;
    return 1; /* no body: http/chunk.h and http/parse.h read it */
}

static const http_parser_settings settings = {
    .on_url = on_url,
    .on_header_field = on_field,
    .on_header_value = on_value,
    .on_headers_complete = on_complete,
};

static int parser_status(enum http_errno e)
{
    static const struct {
        enum http_errno error;
        int status;
    } rows[] = {
        {HPE_INVALID_METHOD, 501},
        {HPE_INVALID_VERSION, 505},
        {HPE_HEADER_OVERFLOW, 431},
        {HPE_INVALID_TRANSFER_ENCODING, 501},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].error == e)
            return rows[i].status;
    }
    return 400;
}

/* The version ends the request line; the scan has made sure that two blanks divide it. */
static int check_version(const char *head, bool *ret_1_0)
{
    const char *version = strchr(strchr(head, ' ') + 1, ' ') + 1;

    if (strncmp(version, "HTTP/", 5) != 0)
        return 400;
    version += 5;
    if (version[0] < '0' || version[0] > '9' || version[1] != '.' || version[2] < '0' ||
        version[2] > '9' || version[3] != '\r')
        return 400;
    if (version[0] != '1' || version[2] > '1')
        return 505;
    *ret_1_0 = version[2] == '0';
    return 0;
}

static char *cut(char *head, struct range r)
{
    head[r.at + r.size] = '\0';
    return head + r.at;
}

static char *cut_trimmed(char *head, struct range r)
{
    while (r.size && (head[r.at] == ' ' || head[r.at] == '\t')) {
        r.at++;
        r.size--;
    }
    while (r.size && (head[r.at + r.size - 1] == ' ' || head[r.at + r.size - 1] == '\t'))
        r.size--;
    return cut(head, r);
}

static void cut_fields(char *head, const struct parts *p, struct http_head *h)
{
    static const char empty[] = "";

    for (size_t i = 0; i < p->count; i++) {
        const struct field *f = &p->fields[i];
        h->headers[i].name = cut(head, f->name);
        h->headers[i].value = f->value.size ? cut_trimmed(head, f->value) : empty;
    }
    h->header_count = p->count;
}

static int run_parser(const char *head, size_t size, struct parts *p, struct http_head *h)
{
    http_parser parser;

    http_parser_init(&parser, HTTP_REQUEST);
    parser.data = p;
    size_t used = http_parser_execute(&parser, &settings, head, size);
    enum http_errno e = HTTP_PARSER_ERRNO(&parser);
    if (e != HPE_OK)
        return parser_status(e);
    if (used != size)
        return 400;
    h->method = http_method_str((enum http_method)parser.method);
    h->keep_alive = p->keep_alive && !h->version_1_0;
    return 0;
}

static size_t count_lines(const char *head, size_t size)
{
    size_t n = 0;

    for (size_t i = 0; i < size; i++)
        n += head[i] == '\n';
    return n;
}

static int read_parts(char *head, size_t size, struct parts *p, struct http_head *h)
{
    int refused = check_version(head, &h->version_1_0);

    if (!refused)
        refused = run_parser(head, size, p, h);
    if (refused)
        return refused;
    char *target = cut(head, p->url);
    cut_fields(head, p, h);
    refused = http_head_check_fields(h);
    return refused ? refused : http_head_cut_target(h, target);
}

int http_head_read(char *head, size_t size, const struct http_limits *limits,
                   struct http_head *ret_head)
{
    size_t count = count_lines(head, size) - 2; /* the request line and the empty line */
    cleanup(free_fields) struct field *fields = calloc(count + 1, sizeof *fields);
    struct parts p = {.head = head, .fields = fields, .room = count};
    struct http_head h = {.headers = calloc(count + 1, sizeof *h.headers)};
    int refused = 503;

    if (count > limits->headers)
        refused = 431;
    else if (fields && h.headers)
        refused = read_parts(head, size, &p, &h);
    if (refused)
        http_head_deinit(&h);
    else
        *ret_head = h;
    return refused;
}

void http_head_deinit(struct http_head *h)
{
    free(h->headers);
    *h = (struct http_head){0};
}
