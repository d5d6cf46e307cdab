#include "src/ops/tags.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/limits.h"

static bool contains(char *const *tags, size_t count, const char *tag)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(tags[i], tag) == 0)
            return true;
    }
    return false;
}

static int add(char **tags, size_t *count, const char *at, size_t size, struct error *err)
{
    char *tag = strndup(at, size);

    if (!tag)
        return error_set(err, -ENOMEM, "tags");
    if (contains(tags, *count, tag)) {
        free(tag);
        return 0;
    }
    if (*count == LIMIT_TAGS) {
        free(tag);
        return error_set(err, -E2BIG, "More than %d tags.", LIMIT_TAGS);
    }
    tags[(*count)++] = tag;
    return 0;
}

int tags_split(const char *text, char ***ret, size_t *ret_count, struct error *err)
{
    size_t count = 0;

    *ret = NULL;
    *ret_count = 0;
    if (!text || !*text)
        return 0;
    char **tags = calloc(LIMIT_TAGS, sizeof *tags);
    int r = tags ? 0 : error_set(err, -ENOMEM, "tags");

    for (const char *at = text; r == 0 && *at;) {
        size_t size = strcspn(at, ",");
        if (size)
            r = add(tags, &count, at, size, err);
        at += size + (at[size] == ',');
    }
    if (r < 0) {
        tags_free(tags, count);
        return r;
    }
    *ret = tags;
    *ret_count = count;
    return 0;
}

void tags_free(char **tags, size_t count)
{
    if (!tags)
        return;
    for (size_t i = 0; i < count; i++)
        free(tags[i]);
    free(tags);
}

bool tags_include(char *const *have, size_t have_count, char *const *wanted, size_t wanted_count)
{
    for (size_t i = 0; i < wanted_count; i++) {
        if (!contains(have, have_count, wanted[i]))
            return false;
    }
    return true;
}
