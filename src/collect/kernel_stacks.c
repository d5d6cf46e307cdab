#include "src/collect/kernel_stacks.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "src/base/json_escape.h"
#include "src/base/text.h"
#include "src/collect/tasks.h"

struct listing {
    struct text text; /* of all threads */
    bool json;
};

/* Of /proc/PID/task/TID/stat, proc(5): behind the name, which may hold anything. */
struct task_times {
    char state;
    uint64_t ticks; /* user and system */
};

static struct task_times times_of(const struct task *task)
{
    char line[1024];
    uint64_t user = 0, system = 0;
    struct task_times t = {.state = '?'};
    const char *rest = strrchr(task_read(task, "stat", line, sizeof line), ')');

    if (rest && sscanf(rest + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64,
                       &t.state, &user, &system) == 3)
        t.ticks = user + system;
    return t;
}

static const char *state_name(char state)
{
    switch (state) {
    case 'R':
        return "running";
    case 'S':
        return "sleeping";
    case 'D':
        return "in uninterruptible sleep";
    case 'T':
        return "stopped";
    case 't':
        return "stopped by a debugger";
    case 'Z':
        return "ended";
    default:
        return "in another state";
    }
}

static void add_text(struct text *out, const struct task *task, const struct task_times *t,
                     const char *place)
{
    text_add_fmt(out, "Thread: (0x%" PRIX64 ")%s%s\n  %c (%s)%s%s, %" PRIu64 " CPU ticks\n\n",
                 task->id, task->comm[0] ? " " : "", task->comm, t->state, state_name(t->state),
                 place[0] ? " in " : "", place, t->ticks);
}

static void add_json(struct text *out, const struct task *task, const struct task_times *t,
                     const char *place)
{
    text_add_fmt(out, "%s{\"threadId\":%" PRIu64 ",\"threadName\":", out->size ? "," : "",
                 task->id);
    json_escape_add(out, task->comm);
    text_add_fmt(out, ",\"state\":\"%c\",\"wchan\":", t->state);
    json_escape_add(out, place);
    text_add_fmt(out, ",\"cpuTicks\":%" PRIu64 "}", t->ticks);
}

static void add_task(void *user, const struct task *task)
{
    struct listing *l = user;
    const struct task_times t = times_of(task);
    char place[128];

    (void)task_read(task, "wchan", place, sizeof place);
    if (strcmp(place, "0") == 0) /* nowhere, or not for us to know */
        place[0] = '\0';
    (l->json ? add_json : add_text)(&l->text, task, &t, place);
}

bool kernel_stacks_possible(const struct stack_format *format)
{
    return format != &stack_formats[STACK_FORMAT_SPEEDSCOPE];
}

static void write_all(const struct listing *l, const char *reason, struct output *o)
{
    struct text why = {0};

    json_escape_add(&why, reason);
    if (l->json)
        output_fmt(o, "{\"stacks\":[],\"incomplete\":%s,\"kernelThreads\":[",
                   why.data ? why.data : "\"\"");
    else
        output_fmt(o, "# No stacks: %s\n# What the kernel knows of its threads:\n\n", reason);
    if (l->text.failed)
        o->error = o->error ? o->error : -ENOMEM;
    else
        output_put(o, l->text.data, l->text.size);
    output_str(o, l->json ? "]}" : "");
    text_deinit(&why);
}

size_t kernel_stacks_write(pid_t pid, const struct stack_format *format, const char *reason,
                           struct output *o)
{
    struct listing l = {.json = format == &stack_formats[STACK_FORMAT_JSON]};
    size_t count = tasks_visit(pid, add_task, &l);

    if (count > 0)
        write_all(&l, reason, o);
    text_deinit(&l.text);
    return count;
}
