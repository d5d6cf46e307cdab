#include "src/rules/action_execute.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "src/base/cleanup.h"
#include "src/io/child.h"
#include "src/rules/arguments.h"

enum { SIGNALLED = 128 }; /* .NET's exit code of who was killed, plus the signal */

struct action_execute {
    struct action base;
    struct action_events events;
    struct list link; /* in context->programs */
    struct child *child;
    bool ignore, left;
};

static void on_exit_seen(void *user, const struct child_result *result)
{
    struct action_execute *a = user;
    int code = result->signal ? SIGNALLED + result->signal : (int)result->exit_status;
    size_t size = strcspn(result->output, "\n");
    struct error err;
    char text[16];

    list_remove(&a->link);
    if (!a->left && code != 0 && !a->ignore) {
        (void)error_set(&err, -EIO, "The process exited with exit code %d%s%.*s", code,
                        size ? ": " : "", (int)size, result->output);
        a->events.on_done(a->events.user, NULL, &err);
    } else if (!a->left) {
        (void)snprintf(text, sizeof text, "%d", code);
        a->events.on_done(a->events.user, text, NULL);
    }
    free(a);
}

/* A path that is looked for nowhere else. */
static int read_path(const struct action_call *call, char **ret, struct error *err)
{
    cleanup(free_str) char *path = NULL;
    struct stat st;
    int r = action_text(call, "Path", &path, err);

    if (r < 0)
        return r;
    if (!path || stat(path, &st) < 0 || S_ISDIR(st.st_mode))
        return error_set(err, -ENOENT, "A file could not be found at the provided path: %s",
                         path ? path : "");
    if (asprintf(ret, "%s%s", strchr(path, '/') ? "" : "./", path) < 0)
        return error_set(err, -ENOMEM, "Path");
    return 0;
}

static int read_arguments(const struct action_call *call, const char *path, char ***ret,
                          struct error *err)
{
    const struct section section = action_section(call);
    const char *text = section_text(&section, "Arguments");
    struct expanded expanded;
    int r = tokens_expand(text ? text : "", call->values, call->results, &expanded, err);

    if (r == 0)
        r = arguments_split(path, expanded.text.data, expanded.marks.data, ret, err);
    if (r < 0)
        return error_prefix(err, "Arguments");
    expanded_deinit(&expanded);
    return 0;
}

static int start_program(struct action_execute *a, const struct action_call *call,
                         struct error *err)
{
    cleanup(free_str) char *path = NULL;
    struct value ignore;
    char **argv = NULL;
    int r = read_path(call, &path, err);

    if (r == 0)
        r = action_value(call, "IgnoreExitCode", &type_boolean, "false", &ignore, err);
    if (r == 0)
        r = read_arguments(call, path, &argv, err);
    if (r == 0)
        r = child_start_chosen(call->context->loop, argv, on_exit_seen, a, &a->child, err);
    if (r == 0)
        a->ignore = ignore.boolean;
    arguments_free(argv);
    return r;
}

int action_execute_start(const struct action_call *call, struct action **ret, struct error *err)
{
    struct action_execute *a = calloc(1, sizeof *a);
    int r = a ? start_program(a, call, err) : error_set(err, -ENOMEM, "Execute");

    if (r < 0) {
        free(a);
        return r;
    }
    a->base.type = call->definition->type;
    a->events = call->events;
    list_append(&call->context->programs, &a->link);
    *ret = &a->base;
    a->events.on_started(a->events.user);
    return 0;
}

static void end_program(struct action_execute *a)
{
    child_abandon(a->child);
    list_remove(&a->link);
    free(a);
}

void action_execute_end(struct action *action, enum action_end how)
{
    struct action_execute *a = container_of(action, struct action_execute, base);

    if (how == ACTION_CANCEL)
        end_program(a);
    else
        a->left = true;
}

void action_execute_end_all(struct rules_context *context)
{
    while (!list_empty(&context->programs))
        end_program(container_of(context->programs.next, struct action_execute, link));
}
