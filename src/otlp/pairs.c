#include "src/otlp/pairs.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void pairs_deinit(struct pairs *p)
{
    for (size_t i = 0; i < p->count; i++) {
        free(p->items[i].name);
        free(p->items[i].value);
    }
    free(p->items);
    *p = (struct pairs){0};
}

static struct pair *find(const struct pairs *p, const char *name)
{
    for (size_t i = 0; i < p->count; i++) {
        if (strcmp(p->items[i].name, name) == 0)
            return &p->items[i];
    }
    return NULL;
}

const char *pairs_find(const struct pairs *p, const char *name)
{
    const struct pair *pair = find(p, name);

    return pair ? pair->value : NULL;
}

/* A copy without the blanks around. NULL: no memory. */
static char *copy_trimmed(const char *at, size_t size)
{
    while (size && (*at == ' ' || *at == '\t')) {
        at++;
        size--;
    }
    while (size && (at[size - 1] == ' ' || at[size - 1] == '\t'))
        size--;
    return strndup(at, size);
}

static int digit(char c)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    const char *at = c ? strchr(digits, c) : NULL;

    if (!at)
        return -1;
    int value = (int)(at - digits);
    return value < 16 ? value : value - 6;
}

/* In place. False: not percent-encoded. */
static bool decode(char *s)
{
    char *out = s;

    for (; *s; s++) {
        if (*s != '%') {
            *out++ = *s;
            continue;
        }
        int high = digit(s[1]), low = high < 0 ? -1 : digit(s[2]);
        if (low < 0 || high + low == 0)
            return false;
        *out++ = (char)(high * 16 + low);
        s += 2;
    }
    *out = '\0';
    return true;
}

/* Takes over both texts. */
static int put(struct pairs *p, char *name, char *value, struct error *err)
{
    struct pair *old = name ? find(p, name) : NULL;

    if (old && value) {
        free(old->value);
        old->value = value;
        free(name);
        return 0;
    }
    struct pair *items = name && value ? realloc(p->items, (p->count + 1) * sizeof *items) : NULL;
    if (!items) {
        free(name);
        free(value);
        return error_set(err, -ENOMEM, "attributes");
    }
    p->items = items;
    items[p->count++] = (struct pair){name, value};
    return 0;
}

static int add(struct pairs *p, const char *part, size_t size, struct error *err)
{
    const char *equals = memchr(part, '=', size);

    if (!equals)
        return error_set(err, -EINVAL, "a part is not name=value");
    char *name = copy_trimmed(part, (size_t)(equals - part));
    char *value = copy_trimmed(equals + 1, size - (size_t)(equals + 1 - part));
    bool ok = !name || !value || (*name && decode(name) && decode(value));
    if (ok)
        return put(p, name, value, err);
    free(name);
    free(value);
    return error_set(err, -EINVAL, "a part has no name, or a %% that encodes nothing");
}

int pairs_parse(const char *text, struct pairs *ret, struct error *err)
{
    struct pairs p = {0};
    int r = 0;

    for (size_t size; r == 0 && *text; text += size + (text[size] == ',')) {
        size = strcspn(text, ",");
        if (strspn(text, " \t") < size)
            r = add(&p, text, size, err);
    }
    if (r < 0)
        pairs_deinit(&p);
    *ret = p;
    return r;
}
