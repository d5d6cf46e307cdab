#include "tests/support/golden.h"

#include <stdlib.h>

#include "tests/support/files.h"
#include "tests/support/json.h"
#include "tests/support/world.h"

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

bool golden_load(const char *name, struct golden *ret_golden)
{
    struct http fake = {.head = files_read(world_text("tests/data/golden/%s.http", name), NULL)};
    char *body = fake.head ? strstr(fake.head, "\r\n\r\n") : NULL;

    CHECK_AT(name, body != NULL);
    if (!body)
        return false;
    body[2] = '\0';
    ret_golden->status = strtol(fake.head + strcspn(fake.head, " "), NULL, 10);
    ret_golden->type = http_header(&fake, "Content-Type");
    ret_golden->allow = http_header(&fake, "Allow");
    ret_golden->body = body + 4;
    return true;
}

const char *golden_difference(const char *name, const struct http *h)
{
    struct golden want;

    if (!golden_load(name, &want))
        return "no golden file";
    if (h->status != want.status)
        return world_text("status %ld, not %ld: %.300s", h->status, want.status, h->body);
    if (!same_text(http_header(h, "Content-Type"), want.type))
        return world_text("type %s, not %s", http_header(h, "Content-Type"), want.type);
    if (!same_text(http_header(h, "Allow"), want.allow))
        return world_text("Allow %s, not %s", http_header(h, "Allow"), want.allow);
    if (want.status >= 400)
        return strcmp(h->body, want.body) == 0 ? NULL : world_text("body %.300s", h->body);
    if (want.type && strncmp(want.type, "application/json", 16) == 0 && want.type[16] != '-')
        return json_shape_difference(json_parse(want.body), json_parse(h->body));
    return NULL;
}
