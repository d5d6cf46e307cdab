/*
 * A pattern is a list of tokens; a state is how many of them are behind us. All states that are
 * possible go along the path together, so nothing is tried twice.
 */
#include "src/rules/path_glob.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/limits.h"

enum {
    TOKEN_CHARACTER,
    TOKEN_STAR,     /* any run without '/' */
    TOKEN_SEGMENTS, /* before a segment: they may end here, */
    TOKEN_SEGMENT,  /* or go on: inside one, up to its '/' */
    TOKEN_END,
};

struct token {
    unsigned char kind;
    char character; /* in lower case */
};

struct path_glob {
    struct token *tokens;
    size_t count;  /* with TOKEN_END */
    size_t prefix; /* characters before the first wildcard */
    char *pattern;
};

/* The states after some characters; `stamp[s] == step` if s is among them. */
struct states {
    unsigned list[LIMIT_RULE_GLOB + 2];
    size_t count;
};

struct walk {
    const struct path_glob *glob;
    struct states now, next;
    unsigned stamp[LIMIT_RULE_GLOB + 2];
    unsigned step;
};

static char lower(char c)
{
    return (char)tolower((unsigned char)c);
}

static void glob_free(struct path_glob *g)
{
    free(g->tokens);
    free(g->pattern);
}

static void free_all(struct path_glob *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        glob_free(&list[i]);
    free(list);
}

void path_globs_deinit(struct path_globs *g)
{
    free_all(g->include, g->include_count);
    free_all(g->exclude, g->exclude_count);
    *g = (struct path_globs){0};
}

/* At most one token for each character, and the end. */
static void compile(struct path_glob *g)
{
    struct token *out = g->tokens;

    for (const char *at = g->pattern; *at; at++) {
        if (strncmp(at, "**/", 3) == 0) {
            *out++ = (struct token){.kind = TOKEN_SEGMENTS};
            *out++ = (struct token){.kind = TOKEN_SEGMENT};
            at += 2;
        } else if (*at == '*') {
            *out++ = (struct token){.kind = TOKEN_STAR};
        } else {
            *out++ = (struct token){.kind = TOKEN_CHARACTER, .character = lower(*at)};
        }
    }
    *out++ = (struct token){.kind = TOKEN_END};
    g->count = (size_t)(out - g->tokens);
    g->prefix = strcspn(g->pattern, "*");
}

static int add(struct path_glob **list, size_t *count, const char *pattern, struct error *err)
{
    size_t size = strlen(pattern);

    if (strstr(pattern, "***"))
        return error_set(err, -EINVAL,
                         "'%.*s' has three stars: use * inside a segment, **/ for segments",
                         LIMIT_CONFIG_SHOWN, pattern);
    if (size > LIMIT_RULE_GLOB)
        return error_set(err, -E2BIG, "'%.*s...' is longer than %d characters", LIMIT_CONFIG_SHOWN,
                         pattern, LIMIT_RULE_GLOB);
    if (*count == LIMIT_RULE_GLOBS)
        return error_set(err, -E2BIG, "More than %d paths are given.", LIMIT_RULE_GLOBS);
    struct path_glob *all = realloc(*list, (*count + 1) * sizeof *all);
    if (!all)
        return error_set(err, -ENOMEM, "paths of a rule");
    *list = all;
    struct path_glob *g = &all[*count];
    *g = (struct path_glob){.pattern = strdup(pattern),
                            .tokens = calloc(size + 1, sizeof *g->tokens)};
    if (!g->pattern || !g->tokens) {
        glob_free(g);
        return error_set(err, -ENOMEM, "paths of a rule");
    }
    compile(g);
    ++*count;
    return 0;
}

int path_globs_include(struct path_globs *g, const char *pattern, struct error *err)
{
    return add(&g->include, &g->include_count, pattern, err);
}

int path_globs_exclude(struct path_globs *g, const char *pattern, struct error *err)
{
    return add(&g->exclude, &g->exclude_count, pattern, err);
}

bool path_globs_is_all(const struct path_globs *g)
{
    return g->include_count == 0 && g->exclude_count == 0;
}

/* With those that it leads to without a character. */
static void reach(struct walk *w, unsigned state)
{
    for (; w->stamp[state] != w->step; state++) {
        unsigned char kind = w->glob->tokens[state].kind;
        w->stamp[state] = w->step;
        w->next.list[w->next.count++] = state;
        if (kind == TOKEN_SEGMENTS)
            state++;
        else if (kind != TOKEN_STAR)
            return;
    }
}

static void advance(struct walk *w, unsigned state, char c)
{
    const struct token *t = &w->glob->tokens[state];

    if (t->kind == TOKEN_CHARACTER && t->character == c)
        reach(w, state + 1);
    else if (t->kind == TOKEN_STAR && c != '/')
        reach(w, state);
    else if (t->kind == TOKEN_SEGMENTS)
        reach(w, c == '/' ? state : state + 1);
    else if (t->kind == TOKEN_SEGMENT)
        reach(w, c == '/' ? state - 1 : state);
}

static void turn(struct walk *w)
{
    memcpy(w->now.list, w->next.list, w->next.count * sizeof w->now.list[0]);
    w->now.count = w->next.count;
    w->next.count = 0;
    w->step++;
}

static bool glob_match(const struct path_glob *g, const char *path)
{
    struct walk w;

    if (strncasecmp(path, g->pattern, g->prefix) != 0)
        return false;
    w.glob = g;
    w.step = 1;
    w.now.count = w.next.count = 0;
    memset(w.stamp, 0, g->count * sizeof w.stamp[0]);
    reach(&w, (unsigned)g->prefix);
    for (path += g->prefix; *path && w.next.count; path++) {
        turn(&w);
        for (size_t i = 0; i < w.now.count; i++)
            advance(&w, w.now.list[i], lower(*path));
    }
    return !*path && w.next.count && w.stamp[g->count - 1] == w.step;
}

static bool any_match(const struct path_glob *list, size_t count, const char *path)
{
    for (size_t i = 0; i < count; i++) {
        if (glob_match(&list[i], path))
            return true;
    }
    return false;
}

bool path_globs_match(const struct path_globs *g, const char *path)
{
    return !any_match(g->exclude, g->exclude_count, path) &&
           (g->include_count == 0 || any_match(g->include, g->include_count, path));
}
