#include "src/cli/arguments.h"

#include <errno.h>
#include <string.h>

struct parse {
    int argc, at;
    char **argv;
    const struct argument *table;
    size_t table_size;
};

/* `ret_value`: what stands behind "=", or NULL. */
static const struct argument *find(const struct parse *p, const char *word, const char **ret_value)
{
    const char *equals = strchr(word, '=');
    size_t size = equals ? (size_t)(equals - word) : strlen(word);

    for (size_t i = 0; i < p->table_size; i++) {
        const struct argument *a = &p->table[i];
        *ret_value = equals ? equals + 1 : NULL;
        if (strlen(a->name) == size && strncmp(a->name, word, size) == 0)
            return a;
        if (a->short_name && strcmp(a->short_name, word) == 0)
            return a;
    }
    return NULL;
}

static int take_option(struct parse *p, const char *word, struct error *err)
{
    const char *value = NULL;
    const struct argument *a = find(p, word, &value);

    if (!a)
        return error_set(err, -EINVAL, "unknown option %s", word);
    if (a->flag) {
        *a->flag = true;
        return value ? error_set(err, -EINVAL, "%s takes no value", a->name) : 0;
    }
    if (!value && ++p->at < p->argc)
        value = p->argv[p->at];
    if (!value)
        return error_set(err, -EINVAL, "%s needs a value", a->name);
    *a->value = value;
    return 0;
}

int arguments_parse(int argc, char **argv, const struct argument *table, size_t table_size,
                    const char **words, size_t capacity, size_t *count, struct error *err)
{
    struct parse p = {argc, 0, argv, table, table_size};
    bool only_words = false;

    *count = 0;
    for (; p.at < argc; p.at++) {
        const char *word = argv[p.at];
        if (!only_words && strcmp(word, "--") == 0) {
            only_words = true;
        } else if (!only_words && word[0] == '-' && word[1] != '\0') {
            int r = take_option(&p, word, err);
            if (r < 0)
                return r;
        } else if (*count == capacity) {
            return error_set(err, -EINVAL, "unexpected argument %s", word);
        } else {
            words[(*count)++] = word;
        }
    }
    return 0;
}
