#include "src/rules/arguments.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"

struct splitter {
    const char *text, *marks;
    size_t at;
    bool quoted;
};

/* The next character if it has a meaning, else '\0'. */
static char special(const struct splitter *s, size_t at)
{
    return s->marks && s->marks[at] == '1' ? '\0' : s->text[at];
}

static bool is_blank(const struct splitter *s)
{
    char c = special(s, s->at);

    return c == ' ' || c == '\t';
}

static void add_backslashes(struct splitter *s, struct text *out)
{
    size_t count = 0;

    while (special(s, s->at) == '\\') {
        s->at++;
        count++;
    }
    bool quote = special(s, s->at) == '"';
    for (size_t i = 0; i < (quote ? count / 2 : count); i++)
        text_add(out, "\\", 1);
    if (quote && count % 2) {
        text_add(out, "\"", 1);
        s->at++;
    }
}

static void take_quote(struct splitter *s, struct text *out)
{
    bool doubled = s->quoted && s->text[s->at + 1] && special(s, s->at + 1) == '"';

    if (doubled)
        text_add(out, "\"", 1);
    else
        s->quoted = !s->quoted;
    s->at += doubled ? 2 : 1;
}

static char *next_argument(struct splitter *s)
{
    struct text out = {0};

    text_add_str(&out, "");
    s->quoted = false;
    while (s->text[s->at] && (s->quoted || !is_blank(s))) {
        if (special(s, s->at) == '\\')
            add_backslashes(s, &out);
        else if (special(s, s->at) == '"')
            take_quote(s, &out);
        else
            text_add(&out, s->text + s->at++, 1);
    }
    char *taken = out.failed ? NULL : text_take(&out);
    text_deinit(&out);
    return taken;
}

/* Takes `argument`, also when it fails. */
static int add(char ***argv, size_t *count, char *argument, struct error *err)
{
    char **grown =
        argument && *count < ARGUMENTS_MAX ? realloc(*argv, (*count + 2) * sizeof *grown) : NULL;

    if (!grown) {
        int code = argument && *count >= ARGUMENTS_MAX ? -E2BIG : -ENOMEM;
        free(argument);
        return error_set(err, code, "more than %d arguments, or no memory", ARGUMENTS_MAX);
    }
    grown[(*count)++] = argument;
    grown[*count] = NULL;
    *argv = grown;
    return 0;
}

int arguments_split(const char *program, const char *text, const char *marks, char ***ret_argv,
                    struct error *err)
{
    struct splitter s = {text, marks, 0, false};
    char **argv = NULL;
    size_t count = 0;
    int r = add(&argv, &count, strdup(program), err);

    while (r == 0) {
        while (text[s.at] && is_blank(&s))
            s.at++;
        if (!text[s.at])
            break;
        r = add(&argv, &count, next_argument(&s), err);
    }
    if (r < 0)
        arguments_free(argv);
    else
        *ret_argv = argv;
    return r;
}

void arguments_free(char **argv)
{
    for (char **a = argv; a && *a; a++)
        free(*a);
    free(argv);
}
