#include "src/cli/exposition.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct family {
    const char *name, *help;
    bool counter;
};

struct parse {
    struct exposition *out;
    size_t capacity, labels_used;
    struct family family;
    const char *last_series; /* labels of the sample before, as they stood in the text */
    size_t last_size;
};

static char *skip_blanks(char *at)
{
    return at + strspn(at, " \t");
}

/* Ends the word at `*at` and moves behind it. */
static char *take_word(char **at)
{
    char *word = skip_blanks(*at), *end = word + strcspn(word, " \t");

    *at = *end ? end + 1 : end;
    *end = '\0';
    return word;
}

/* In place: \\, \n and \" mean one byte. Returns the byte behind the closing quote; NULL: none. */
static char *unescape(char *at, char until)
{
    char *out = at;

    for (; *at && *at != until; at++) {
        if (*at == '\\' && at[1]) {
            at++;
            *out++ = *at == 'n' ? '\n' : *at;
        } else {
            *out++ = *at;
        }
    }
    bool ended = *at == until;
    char *next = *at ? at + 1 : at;
    *out = '\0';
    return ended ? next : NULL;
}

/* Behind "# ". */
static void take_comment(struct parse *p, char *at)
{
    const char *what = take_word(&at), *name = take_word(&at);

    if (strcmp(what, "HELP") != 0 && strcmp(what, "TYPE") != 0)
        return;
    if (strcmp(p->family.name, name) != 0)
        p->family = (struct family){.name = name, .help = ""};
    if (what[0] == 'H') {
        p->family.help = at;
        (void)unescape(at, '\0');
    } else {
        p->family.counter = strcmp(take_word(&at), "counter") == 0;
    }
}

/* Each label has a `="`, so there are never more labels than these. */
static size_t count_labels(const char *text)
{
    size_t count = 0;

    while ((text = strstr(text, "=\"")) != NULL) {
        count++;
        text++;
    }
    return count;
}

/* Behind the brace. Returns where the labels end; NULL: they are none. */
static char *take_labels(char *at, struct exposition_label *labels, size_t *ret_count)
{
    size_t count = 0;

    for (at = skip_blanks(at); *at != '}'; at = skip_blanks(at)) {
        char *name = at, *equals = name + strcspn(name, "=}\"");
        if (*equals != '=' || equals[1] != '"')
            return NULL;
        *equals = '\0';
        at = unescape(equals + 2, '"');
        if (!at)
            return NULL;
        labels[count++] = (struct exposition_label){name, equals + 2};
        at = skip_blanks(at);
        if (*at == ',')
            at++;
    }
    *ret_count = count;
    return at + 1;
}

/* The family that a name belongs to: itself, or with _total, _sum, _count, _bucket... behind it. */
static const struct family *family_of(const struct parse *p, const char *name)
{
    static const struct family none = {"", "", false};
    size_t size = strlen(p->family.name);

    if (!size || strncmp(p->family.name, name, size) != 0 || (name[size] && name[size] != '_'))
        return &none;
    return &p->family;
}

static int add(struct parse *p, const struct exposition_sample *s)
{
    struct exposition *e = p->out;

    if (e->count == EXPOSITION_SAMPLES_MAX)
        return -E2BIG;
    if (e->count == p->capacity) {
        size_t capacity = p->capacity ? 2 * p->capacity : 64;
        struct exposition_sample *grown = realloc(e->samples, capacity * sizeof *grown);
        if (!grown)
            return -ENOMEM;
        e->samples = grown;
        p->capacity = capacity;
    }
    e->samples[e->count++] = *s;
    return 0;
}

/* `series`: the line up to the value, as it stood. A newer point of the series before takes its
 * place. */
static int take_sample(struct parse *p, const char *original, char *line)
{
    struct exposition_label *labels = p->out->labels + p->labels_used;
    struct exposition_sample s = {.name = line, .labels = labels};
    char *at = line + strcspn(line, " \t{"), *start = line, *end;
    bool braces = *at == '{';

    if (at == line || !*at)
        return -EINVAL;
    *at++ = '\0';
    if (braces)
        at = take_labels(at, labels, &s.label_count);
    if (!at)
        return -EINVAL;
    const char *value = take_word(&at);
    size_t series = (size_t)(value - start);
    s.value = strtod(value, &end);
    if (end == value || *end)
        return -EINVAL;
    bool again =
        p->out->count && p->last_size == series && memcmp(p->last_series, original, series) == 0;
    p->last_series = original;
    p->last_size = series;
    if (again) {
        p->out->samples[p->out->count - 1].value = s.value;
        return 0;
    }
    const struct family *family = family_of(p, s.name);
    s.part = *family->name ? s.name + strlen(family->name) : "";
    s.help = family->help;
    s.counter = family->counter;
    p->labels_used += s.label_count;
    return add(p, &s);
}

static int take_line(struct parse *p, const char *original, char *line)
{
    if (line[0] == '#') {
        take_comment(p, line + 1);
        return 0;
    }
    if (line[strspn(line, " \t\r")] == '\0')
        return 0;
    int r = take_sample(p, original, line);
    p->out->bad_lines += r == -EINVAL;
    return r == -EINVAL ? 0 : r;
}

int exposition_parse(const char *text, struct exposition *ret, struct error *err)
{
    struct parse p = {.out = ret, .family = {"", "", false}};
    char *rest, *line;
    int r = 0;

    *ret = (struct exposition){.text = strdup(text),
                               .labels = calloc(count_labels(text) + 1, sizeof *ret->labels)};
    rest = ret->text;
    if (!ret->text || !ret->labels)
        r = -ENOMEM;
    while (r == 0 && rest && *rest) {
        line = strsep(&rest, "\n");
        r = take_line(&p, text + (line - ret->text), line);
    }
    if (r == 0)
        return 0;
    exposition_deinit(ret);
    return r == -E2BIG ? error_set(err, r, "more than %d samples", EXPOSITION_SAMPLES_MAX)
                       : error_set(err, r, "no memory for the page");
}

void exposition_deinit(struct exposition *e)
{
    free(e->labels);
    free(e->samples);
    free(e->text);
    *e = (struct exposition){0};
}

const char *exposition_label(const struct exposition_sample *s, const char *name)
{
    for (size_t i = 0; i < s->label_count; i++) {
        if (strcmp(s->labels[i].name, name) == 0)
            return s->labels[i].value;
    }
    return NULL;
}
