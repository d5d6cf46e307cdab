#include "src/collect/tasks.h"

#include <ctype.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/cleanup.h"
#include "src/profile/limits.h"

char *task_read(const struct task *task, const char *file, char *text, size_t capacity)
{
    cleanup(close_fd) int fd = openat(task->folder, file, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, capacity - 1);

    text[n > 0 ? n : 0] = '\0';
    if (n > 0 && text[n - 1] == '\n')
        text[n - 1] = '\0';
    return text;
}

struct task_times task_times(const struct task *task)
{
    char line[1024];
    uint64_t user = 0, system = 0;
    struct task_times t = {.state = '?'};
    /* The name in brackets may hold anything: the last one ends it. */
    const char *rest = strrchr(task_read(task, "stat", line, sizeof line), ')');

    if (rest && sscanf(rest + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64,
                       &t.state, &user, &system) == 3)
        t.ticks = user + system;
    return t;
}

/* The last number of the line "NSpid:\t5\t1": the innermost namespace's. */
static uint64_t namespace_id(const struct task *task, uint64_t id)
{
    char status[4096];
    const char *line = strstr(task_read(task, "status", status, sizeof status), "\nNSpid:");

    if (!line)
        return id;
    size_t size = strcspn(line + 1, "\n");
    const char *last = memrchr(line + 1, '\t', size);
    return last ? strtoull(last, NULL, 10) : id;
}

static bool read_task(int tasks, const char *tid, struct task *ret)
{
    ret->folder = openat(tasks, tid, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (ret->folder < 0)
        return false;
    (void)task_read(ret, "comm", ret->comm, sizeof ret->comm);
    for (char *c = ret->comm; *c; c++) {
        if (iscntrl((unsigned char)*c)) /* a name must not look like a line of ours */
            *c = '?';
    }
    ret->id = namespace_id(ret, strtoull(tid, NULL, 10));
    return true;
}

size_t tasks_visit(pid_t pid, void (*visit)(void *user, const struct task *task), void *user)
{
    char path[64], tid[24], inherited[TASK_COMM_SIZE] = "";
    size_t count = 0;
    struct task task;

    (void)snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    cleanup(close_dir) DIR *dir = pid > 0 ? opendir(path) : NULL;
    if (!dir)
        return 0;
    (void)snprintf(tid, sizeof tid, "%d", (int)pid);
    if (read_task(dirfd(dir), tid, &task)) {
        memcpy(inherited, task.comm, sizeof inherited);
        close_fd(&task.folder);
    }
    for (const struct dirent *e = readdir(dir); e && count < PROFILE_THREADS; e = readdir(dir)) {
        if (e->d_name[0] == '.' || !read_task(dirfd(dir), e->d_name, &task))
            continue;
        if (strcmp(task.comm, inherited) == 0)
            task.comm[0] = '\0';
        visit(user, &task);
        close_fd(&task.folder);
        count++;
    }
    return count;
}
