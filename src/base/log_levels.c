#include "src/base/log_levels.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/limits.h"
#include "src/base/text.h"

static const char *const names[] = {"Trace", "Debug",    "Information", "Warning",
                                    "Error", "Critical", "None"};

const char *log_level_name(enum log_level level)
{
    return names[level];
}

bool log_level_parse(const char *text, enum log_level *ret)
{
    int64_t number;

    if (text_to_i64(text, LOG_LEVEL_TRACE, LOG_LEVEL_NONE, &number)) {
        *ret = (enum log_level)number;
        return true;
    }
    for (int i = LOG_LEVEL_TRACE; i <= LOG_LEVEL_NONE; i++) {
        if (text_equal_nocase(text, names[i])) {
            *ret = (enum log_level)i;
            return true;
        }
    }
    return false;
}

void log_levels_deinit(struct log_levels *levels)
{
    for (size_t i = 0; i < levels->count; i++)
        free(levels->rules[i].pattern);
    free(levels->rules);
    *levels = (struct log_levels){0};
}

int log_levels_add(struct log_levels *levels, const char *pattern, enum log_level level,
                   bool console, struct error *err)
{
    const char *star = strchr(pattern, '*');

    if (star && strchr(star + 1, '*'))
        return error_set(err, -EINVAL, "'%s': only one * is possible in a category", pattern);
    if (levels->count >= LIMIT_LOG_RULES)
        return error_set(err, -ENOBUFS, "more than %d categories", LIMIT_LOG_RULES);
    struct log_rule *rules = realloc(levels->rules, (levels->count + 1) * sizeof *rules);
    if (!rules)
        return error_set(err, -ENOMEM, "log levels");
    levels->rules = rules;
    char *copy = strdup(text_equal_nocase(pattern, "Default") ? "" : pattern);
    if (!copy)
        return error_set(err, -ENOMEM, "log levels");
    rules[levels->count++] = (struct log_rule){copy, level, console};
    return 0;
}

static bool fits(const char *pattern, const char *category)
{
    size_t head = strcspn(pattern, "*");
    const char *tail = pattern[head] ? pattern + head + 1 : "";
    size_t size = strlen(category), tail_size = strlen(tail);

    return head <= size && tail_size <= size && strncasecmp(pattern, category, head) == 0 &&
           strcasecmp(tail, category + size - tail_size) == 0;
}

static bool is_better(const struct log_rule *rule, const struct log_rule *best)
{
    if (!best || rule->console != best->console)
        return !best || rule->console;
    return strlen(rule->pattern) >= strlen(best->pattern);
}

enum log_level log_levels_find(const struct log_levels *levels, const char *category)
{
    const struct log_rule *best = NULL;

    for (size_t i = 0; i < levels->count; i++) {
        const struct log_rule *rule = &levels->rules[i];
        if (fits(rule->pattern, category) && is_better(rule, best))
            best = rule;
    }
    return best ? best->level : LOG_LEVEL_INFORMATION;
}
