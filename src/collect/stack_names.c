#include "src/collect/stack_names.h"

#include <string.h>

#include "src/base/cleanup.h"
#include "src/base/number_map.h"
#include "src/collect/tasks.h"
#include "src/target/inside.h"
#include "src/target/module_version.h"

/* --- threads --- */

struct naming {
    struct thread_stacks *s;
    struct number_map by_id;
};

static void name_thread(void *user, const struct task *task)
{
    struct naming *n = user;
    uint32_t number = number_map_get(&n->by_id, task->id);

    if (number == NUMBER_MAP_NONE)
        return;
    n->s->threads[number].state = task_times(task).state;
    if (task->comm[0])
        n->s->threads[number].name = names_add(&n->s->names, task->comm, strlen(task->comm));
}

static void name_threads(struct thread_stacks *s, pid_t pid)
{
    struct naming n = {.s = s};

    for (size_t i = 0; i < s->thread_count; i++)
        (void)number_map_set(&n.by_id, s->threads[i].id, (uint32_t)i);
    (void)tasks_visit(pid, name_thread, &n);
    number_map_deinit(&n.by_id);
}

/* --- modules --- */

static void find_versions(struct thread_stacks *s, pid_t pid)
{
    cleanup(close_fd) int root = inside_root(pid);

    for (size_t i = 0; root >= 0 && i < s->module_count; i++) {
        struct stack_module *m = &s->modules[i];
        (void)module_version_read(root, stack_text(s, m->path), &m->version);
    }
}

void stack_names_add(struct thread_stacks *s, pid_t pid)
{
    if (pid <= 0)
        return;
    name_threads(s, pid);
    find_versions(s, pid);
}
