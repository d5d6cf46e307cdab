#include "src/rules/tokens.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/base/limits.h"

#define ACTIONS "$(Actions."

enum { ACTIONS_SIZE = sizeof ACTIONS - 1 };

void token_values_init(struct token_values *v, const struct target *t)
{
    *v = (struct token_values){.name = t->info.name, .command_line = t->info.command_line};
    (void)guid_format(&t->cookie, v->runtime_id);
    (void)snprintf(v->process_id, sizeof v->process_id, "%llu", (unsigned long long)t->pid);
    (void)gethostname(v->host, sizeof v->host - 1);
    (void)snprintf(v->unix_time, sizeof v->unix_time, "%lld",
                   (long long)(clock_now_ticks() / 10000000));
}

/* Exactly two parts, neither of them empty. */
static void split(struct action_reference *r)
{
    const char *dot = memchr(r->inner, '.', r->inner_size);
    const char *end = r->inner + r->inner_size;

    r->name = r->output = NULL;
    if (!dot || dot == r->inner || dot + 1 == end || memchr(dot + 1, '.', (size_t)(end - dot) - 1))
        return;
    r->name = r->inner;
    r->name_size = (size_t)(dot - r->inner);
    r->output = dot + 1;
    r->output_size = (size_t)(end - r->output);
}

enum reference_found action_reference_next(const char *text, size_t *at,
                                           struct action_reference *ret)
{
    const char *begin = strcasestr(text + *at, ACTIONS);

    *ret = (struct action_reference){0};
    if (!begin)
        return REFERENCE_NONE;
    ret->begin = (size_t)(begin - text);
    ret->inner = begin + ACTIONS_SIZE;
    const char *end = strchr(ret->inner, ')');
    if (!end)
        return REFERENCE_UNENDED;
    ret->inner_size = (size_t)(end - ret->inner);
    ret->size = (size_t)(end + 1 - begin);
    *at = ret->begin + ret->size;
    split(ret);
    return REFERENCE_FOUND;
}

static void add(struct expanded *e, const char *data, size_t size, char mark)
{
    static const char marks[2][16] = {"0000000000000000", "1111111111111111"};

    if (e->text.size + size > LIMIT_RULE_SETTING) {
        e->text.failed = true;
        return;
    }
    text_add(&e->text, data, size);
    for (size_t part; size; size -= part) {
        part = size < 15 ? size : 15;
        text_add(&e->marks, marks[mark == '1'], part);
    }
}

/* The value of the token that begins at `text`; its size in `*ret_size`. NULL: none begins there.
 */
static const char *value_at(const char *text, const struct token_values *v, size_t *ret_size)
{
    const struct {
        const char *token, *value;
    } rows[] = {
        {"$(Process.RuntimeId)", v->runtime_id},
        {"$(Process.ProcessId)", v->process_id},
        {"$(Process.Name)", v->name},
        {"$(Process.CommandLine)", v->command_line},
        {"$(Monitor.HostName)", v->host},
        {"$(Monitor.UnixTime)", v->unix_time},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        *ret_size = strlen(rows[i].token);
        if (strncmp(text, rows[i].token, *ret_size) == 0)
            return rows[i].value;
    }
    return NULL;
}

static const char *result_at(const char *text, const struct action_results *results,
                             size_t *ret_size)
{
    struct action_reference reference;
    size_t at = 0;

    if (!results || strncasecmp(text, ACTIONS, ACTIONS_SIZE) != 0 ||
        action_reference_next(text, &at, &reference) != REFERENCE_FOUND || !reference.name)
        return NULL;
    *ret_size = reference.size;
    return results->find(results->user, &reference);
}

int tokens_expand(const char *text, const struct token_values *values,
                  const struct action_results *results, struct expanded *ret, struct error *err)
{
    *ret = (struct expanded){0};
    text_add_str(&ret->text, "");
    while (*text && !ret->text.failed) {
        size_t plain = strcspn(text + 1, "$") + 1, size = 0;
        const char *value = NULL;
        if (*text == '$')
            value = value_at(text, values, &size);
        if (*text == '$' && !value)
            value = result_at(text, results, &size);
        if (value)
            add(ret, value, strlen(value), '1');
        else
            add(ret, text, plain, '0');
        text += value ? size : plain;
    }
    if (!ret->text.failed && !ret->marks.failed)
        return 0;
    expanded_deinit(ret);
    return error_set(err, -E2BIG, "with its tokens replaced it is longer than %d bytes",
                     LIMIT_RULE_SETTING);
}

void expanded_deinit(struct expanded *e)
{
    text_deinit(&e->text);
    text_deinit(&e->marks);
}
