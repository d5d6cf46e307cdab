#include "tests/support/json.h"

#include <stdlib.h>

#include "tests/support/world.h"

static void end_json(void *doc)
{
    cJSON_Delete(doc);
}

const cJSON *json_parse(const char *text)
{
    cJSON *doc = cJSON_ParseWithOpts(text, NULL, true);

    if (doc)
        world_at_end(end_json, doc);
    return doc;
}

const cJSON *json_of(const struct http *h)
{
    const char *type = http_header(h, "Content-Type");

    if (!type || (strncmp(type, "application/json", 16) != 0 &&
                  strncmp(type, "application/problem+json", 24) != 0))
        return NULL;
    return json_parse(h->body);
}

const cJSON *json_at(const cJSON *doc, const char *path)
{
    while (doc && *path) {
        if (*path == '[') {
            char *end;
            long index = strtol(path + 1, &end, 10);

            doc = cJSON_GetArrayItem(doc, (int)index);
            path = *end == ']' ? end + 1 : "";
        } else {
            size_t n = strcspn(path, ".[");

            doc = cJSON_GetObjectItemCaseSensitive(doc, world_text("%.*s", (int)n, path));
            path += n;
        }
        path += *path == '.';
    }
    return doc;
}

const char *json_text(const cJSON *doc, const char *path)
{
    const char *s = cJSON_GetStringValue(json_at(doc, path));

    return s ? s : "";
}

double json_number(const cJSON *doc, const char *path)
{
    const cJSON *v = json_at(doc, path);

    return cJSON_IsNumber(v) ? v->valuedouble : -1;
}

static int type_of(const cJSON *v)
{
    return cJSON_IsBool(v) ? cJSON_True : (v->type & 0xff);
}

static const char *compare(const char *where, const cJSON *want, const cJSON *got)
{
    const cJSON *w = want->child, *g = got->child;

    if (type_of(want) != type_of(got))
        return world_text("%s: type %d, not %d", where, type_of(got), type_of(want));
    if (cJSON_IsArray(want))
        return w && g ? compare(world_text("%s[0]", where), w, g) : NULL;
    for (; w && g; w = w->next, g = g->next) {
        if (strcmp(w->string, g->string) != 0)
            return world_text("%s: member '%s', not '%s'", where, g->string, w->string);
        const char *inner = compare(world_text("%s.%s", where, w->string), w, g);
        if (inner)
            return inner;
    }
    if (cJSON_IsObject(want) && (w || g))
        return world_text("%s: %s member '%s'", where, w ? "no" : "extra", (w ? w : g)->string);
    return NULL;
}

const char *json_shape_difference(const cJSON *want, const cJSON *got)
{
    if (!want || !got)
        return want == got ? NULL : "not JSON";
    return compare("", want, got);
}
