#include "src/collect/stack_names.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/pe/module_version.h"
#include "src/base/cleanup.h"
#include "src/base/number_map.h"
#include "src/collect/inside.h"
#include "src/collect/tasks.h"

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

static bool read_version(int fd, struct guid *ret)
{
    struct pe_module_version p;
    struct stat st;
    uint8_t piece[PE_PIECE_MAX];
    enum wire_status status = WIRE_MORE;

    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return false;
    pe_module_version_init(&p);
    while (status == WIRE_MORE) {
        ssize_t n = pread(fd, piece, p.size, (off_t)p.offset);
        if (n < 0)
            return false;
        status = pe_module_version_feed(&p, piece, (size_t)n);
    }
    *ret = p.version;
    return status == WIRE_OK;
}

static void find_versions(struct thread_stacks *s, pid_t pid)
{
    char path[64];

    (void)snprintf(path, sizeof path, "/proc/%d/root", (int)pid);
    cleanup(close_fd) int root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    for (size_t i = 0; root >= 0 && i < s->module_count; i++) {
        struct stack_module *m = &s->modules[i];
        const char *file = stack_text(s, m->path);
        if (file[0] != '/')
            continue;
        cleanup(close_fd) int fd = inside_open(root, file);
        if (fd >= 0)
            (void)read_version(fd, &m->version);
    }
}

void stack_names_add(struct thread_stacks *s, pid_t pid)
{
    if (pid <= 0)
        return;
    name_threads(s, pid);
    find_versions(s, pid);
}
