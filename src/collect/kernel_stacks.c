#include "src/collect/kernel_stacks.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "src/base/clock.h"
#include "src/base/json_escape.h"
#include "src/base/text.h"
#include "src/collect/kernel_facts.h"
#include "src/collect/tasks.h"

struct listing {
    struct text *text; /* of all threads */
    size_t left;       /* so many are listed */
    bool json;
};

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
    text_add_fmt(out, "%s{\"threadId\":%" PRIu64 ",\"threadName\":",
                 out->size && out->data[out->size - 1] == '}' ? "," : "", task->id);
    json_escape_add(out, task->comm);
    text_add_fmt(out, ",\"state\":\"%c\",\"wchan\":", t->state);
    json_escape_add(out, place);
    text_add_fmt(out, ",\"cpuTicks\":%" PRIu64 "}", t->ticks);
}

static void add_task(void *user, const struct task *task)
{
    struct listing *l = user;
    const struct task_times t = task_times(task);
    char place[128];

    if (l->left == 0)
        return;
    l->left--;
    (void)task_read(task, "wchan", place, sizeof place);
    if (strcmp(place, "0") == 0) /* nowhere, or not for us to know */
        place[0] = '\0';
    (l->json ? add_json : add_text)(l->text, task, &t, place);
}

bool kernel_stacks_possible(const struct stack_format *format)
{
    return format != &stack_formats[STACK_FORMAT_SPEEDSCOPE];
}

static void write_all(pid_t pid, const struct listing *l, const char *reason, int64_t since,
                      struct output *o)
{
    char time[CLOCK_ISO_SIZE];
    struct text head = {0};
    struct kernel_facts facts;

    kernel_facts_read(pid, &facts);
    if (l->json) {
        text_add_str(&head, "{\"stacks\":[],\"incomplete\":");
        json_escape_add(&head, reason);
        text_add_fmt(&head, ",\"unresponsiveSince\":\"%s\",\"kernel\":{", clock_iso(since, time));
        kernel_facts_add_json(&head, &facts);
        text_add_str(&head, "},\"kernelThreads\":[");
    } else {
        text_add_fmt(&head, "# No stacks: %s\n# Unresponsive since: %s\n", reason,
                     clock_iso(since, time));
        kernel_facts_add_text(&head, &facts, "# ");
        text_add_str(&head, "# What the kernel knows of its threads:\n\n");
    }
    if (l->text->failed || head.failed)
        o->error = o->error ? o->error : -ENOMEM;
    else
        output_put(o, head.data, head.size);
    if (l->text->size)
        output_put(o, l->text->data, l->text->size);
    output_str(o, l->json ? "]}" : "");
    text_deinit(&head);
}

size_t kernel_stacks_write(pid_t pid, const struct stack_format *format, const char *reason,
                           int64_t since, struct output *o)
{
    struct text text = {0};
    struct listing l = {
        .text = &text, .left = SIZE_MAX, .json = format == &stack_formats[STACK_FORMAT_JSON]};
    size_t count = tasks_visit(pid, add_task, &l);

    if (count > 0)
        write_all(pid, &l, reason, since, o);
    text_deinit(&text);
    return count;
}

size_t kernel_stacks_add_json(pid_t pid, size_t most, struct text *out)
{
    struct listing l = {.text = out, .left = most, .json = true};

    return tasks_visit(pid, add_task, &l);
}
