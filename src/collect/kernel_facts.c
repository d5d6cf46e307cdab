#include "src/collect/kernel_facts.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "src/base/json_escape.h"
#include "src/collect/kernel_stacks.h"
#include "src/collect/tasks.h"
#include "src/target/inside.h"
#include "src/target/procfs.h"

enum {
    FILE_TEXT = 8 * 1024,
    DESCRIPTORS = 1024 * 1024, /* more are not counted */
    PARENTS = 64,              /* of a control group */
};

/* --- files --- */

/* The beginning of a file, as text; false when it cannot be read. */
static bool read_text(int fd, char text[static FILE_TEXT])
{
    ssize_t n = fd < 0 ? -1 : read(fd, text, FILE_TEXT - 1);

    text[n > 0 ? n : 0] = '\0';
    return n >= 0;
}

static bool read_proc(pid_t pid, const char *name, char text[static FILE_TEXT])
{
    char path[64];

    (void)snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    cleanup(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
    return read_text(fd, text);
}

static uint64_t count_descriptors(pid_t pid)
{
    char path[64];
    uint64_t count = 0;

    (void)snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    cleanup(close_dir) DIR *dir = opendir(path);
    if (!dir)
        return CGROUP_UNKNOWN;
    for (const struct dirent *e = readdir(dir); e && count < DESCRIPTORS; e = readdir(dir))
        count += e->d_name[0] != '.';
    return count;
}

/* --- control groups --- */

/* One hierarchy: where its files are. */
struct hierarchy {
    int roots[2];          /* ours, and the process's own */
    const char *mounts[3]; /* folders of it below a root, up to NULL */
    const char *group;     /* its path in the hierarchy */
};

static bool read_at(int root, const char *mount, const char *group, size_t group_size,
                    const char *file, char text[static FILE_TEXT])
{
    char path[2 * CGROUP_PATH];
    int n = snprintf(path, sizeof path, "%s%.*s/%s", mount, (int)group_size, group, file);

    if (root < 0 || n < 0 || (size_t)n >= sizeof path)
        return false;
    cleanup(close_fd) int fd = inside_open(root, path);
    return read_text(fd, text);
}

/* The first place that has it. In a container of its own group's mount the group is the root. */
static bool read_group(const struct hierarchy *h, size_t group_size, const char *file,
                       char text[static FILE_TEXT])
{
    for (size_t i = 0; h->group[0] && i < 2; i++) {
        for (size_t k = 0; h->mounts[k]; k++) {
            if (read_at(h->roots[i], h->mounts[k], h->group, group_size, file, text))
                return true;
        }
    }
    for (size_t k = 0; h->group[0] && h->mounts[k]; k++) {
        if (read_at(h->roots[1], h->mounts[k], "", 0, file, text))
            return true;
    }
    return false;
}

static bool read_file(const struct hierarchy *h, const char *file, char text[static FILE_TEXT])
{
    return read_group(h, strlen(h->group), file, text);
}

static uint64_t amount_of(const struct hierarchy *h, const char *file)
{
    char text[FILE_TEXT];

    return read_file(h, file, text) ? cgroup_amount_read(text) : CGROUP_UNKNOWN;
}

/* Without the last part of the path: its parent. */
static size_t parent_of(const char *group, size_t size)
{
    while (size > 0 && group[size - 1] != '/')
        size--;
    return size > 0 ? size - 1 : 0;
}

/* A parent's limit holds too: the least of all that are in sight. */
static uint64_t least_amount(const struct hierarchy *h, const char *file)
{
    char text[FILE_TEXT];
    uint64_t least = CGROUP_UNKNOWN;
    size_t size = strlen(h->group);

    for (int i = 0; i < PARENTS && read_group(h, size, file, text); i++) {
        uint64_t amount = cgroup_amount_read(text);
        least = amount < least ? amount : least;
        if (size == 0)
            break;
        size = parent_of(h->group, size);
    }
    return least;
}

static double least_cpu(const struct hierarchy *h)
{
    char text[FILE_TEXT];
    double least = (double)NAN;
    size_t size = strlen(h->group);

    for (int i = 0; i < PARENTS && read_group(h, size, "cpu.max", text); i++) {
        double limit = cgroup_cpu_max_read(text);
        if (isnan(least) || (limit > 0 && (least <= 0 || limit < least)))
            least = limit;
        if (size == 0)
            break;
        size = parent_of(h->group, size);
    }
    return least;
}

static void read_pressure(const struct hierarchy *h, const char *file, struct cgroup_pressure *ret)
{
    char text[FILE_TEXT];

    if (!read_file(h, file, text))
        text[0] = '\0';
    cgroup_pressure_read(text, ret);
}

static void read_v2(const struct hierarchy *h, struct kernel_facts *ret)
{
    char text[FILE_TEXT];

    ret->memory_bytes = amount_of(h, "memory.current");
    ret->memory_limit = least_amount(h, "memory.max");
    ret->cpu_limit = least_cpu(h);
    if (read_file(h, "cpu.stat", text)) {
        ret->cpu_periods = cgroup_value_read(text, "nr_periods");
        ret->cpu_throttled = cgroup_value_read(text, "nr_throttled");
        ret->cpu_throttled_us = cgroup_value_read(text, "throttled_usec");
    }
    read_pressure(h, "memory.pressure", &ret->memory);
    read_pressure(h, "cpu.pressure", &ret->cpu);
    read_pressure(h, "io.pressure", &ret->io);
}

static void read_v1_cpu(const struct hierarchy *h, struct kernel_facts *ret)
{
    char text[FILE_TEXT];
    uint64_t quota = amount_of(h, "cpu.cfs_quota_us"), period = amount_of(h, "cpu.cfs_period_us");

    if (quota == CGROUP_UNLIMITED)
        ret->cpu_limit = 0;
    else if (quota != CGROUP_UNKNOWN && period != CGROUP_UNKNOWN && period > 0)
        ret->cpu_limit = (double)quota / (double)period;
    if (read_file(h, "cpu.stat", text)) {
        ret->cpu_periods = cgroup_value_read(text, "nr_periods");
        ret->cpu_throttled = cgroup_value_read(text, "nr_throttled");
        uint64_t ns = cgroup_value_read(text, "throttled_time");
        ret->cpu_throttled_us = ns == CGROUP_UNKNOWN ? ns : ns / 1000;
    }
}

static void read_groups(pid_t pid, struct kernel_facts *ret)
{
    char text[FILE_TEXT];
    struct cgroup_paths paths;

    if (!read_proc(pid, "cgroup", text))
        return;
    cgroup_paths_read(text, &paths);
    cleanup(close_fd) int own = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    cleanup(close_fd) int theirs = inside_root(pid);
    const struct hierarchy unified = {{own, theirs}, {"/sys/fs/cgroup"}, paths.unified};
    const struct hierarchy memory = {{own, theirs}, {"/sys/fs/cgroup/memory"}, paths.memory};
    const struct hierarchy cpu = {
        {own, theirs}, {"/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct"}, paths.cpu};

    read_v2(&unified, ret);
    if (paths.memory[0]) {
        ret->memory_bytes = amount_of(&memory, "memory.usage_in_bytes");
        ret->memory_limit = least_amount(&memory, "memory.limit_in_bytes");
    }
    if (paths.cpu[0])
        read_v1_cpu(&cpu, ret);
}

/* --- all --- */

static void add_task(void *user, const struct task *task)
{
    struct kernel_facts *f = user;

    f->cpu_ticks += task_times(task).ticks;
}

void kernel_facts_read(pid_t pid, struct kernel_facts *ret)
{
    const double no = (double)NAN;
    char text[FILE_TEXT];
    struct procfs_stat stat;
    struct procfs_status status;
    struct error err;

    *ret = (struct kernel_facts){.resident_bytes = CGROUP_UNKNOWN,
                                 .open_files = CGROUP_UNKNOWN,
                                 .open_files_limit = CGROUP_UNKNOWN,
                                 .memory_bytes = CGROUP_UNKNOWN,
                                 .memory_limit = CGROUP_UNKNOWN,
                                 .cpu_limit = no,
                                 .cpu_periods = CGROUP_UNKNOWN,
                                 .cpu_throttled = CGROUP_UNKNOWN,
                                 .cpu_throttled_us = CGROUP_UNKNOWN,
                                 .memory = {no, no, no, no},
                                 .cpu = {no, no, no, no},
                                 .io = {no, no, no, no}};
    if (pid <= 0 || procfs_stat(pid, &stat, &err) < 0)
        return;
    ret->state = stat.state;
    ret->thread_count = tasks_visit(pid, add_task, ret);
    if (procfs_status(pid, &status, &err) == 0)
        ret->resident_bytes = status.memory_bytes;
    ret->open_files = count_descriptors(pid);
    if (read_proc(pid, "limits", text))
        ret->open_files_limit = limits_open_files_read(text);
    read_groups(pid, ret);
}

/* --- in words --- */

static void add_amount(struct text *out, const char *name, uint64_t value)
{
    if (value >= CGROUP_UNLIMITED)
        text_add_fmt(out, "\"%s\":%s", name, value == CGROUP_UNKNOWN ? "null" : "\"max\"");
    else
        text_add_fmt(out, "\"%s\":%" PRIu64, name, value);
}

static void add_share(struct text *out, const char *name, double value)
{
    if (isnan(value))
        text_add_fmt(out, "\"%s\":null", name);
    else
        text_add_fmt(out, "\"%s\":%.2f", name, value);
}

static void add_pressure(struct text *out, const struct cgroup_pressure *p)
{
    if (isnan(p->some10)) {
        text_add_str(out, "\"pressure\":null}");
        return;
    }
    text_add_str(out, "\"pressure\":{");
    add_share(out, "some10", p->some10);
    text_add_str(out, ",");
    add_share(out, "some60", p->some60);
    text_add_str(out, ",");
    add_share(out, "full10", p->full10);
    text_add_str(out, ",");
    add_share(out, "full60", p->full60);
    text_add_str(out, "}}");
}

void kernel_facts_add_json(struct text *out, const struct kernel_facts *f)
{
    text_add_fmt(out, "\"state\":\"%c\",\"threadCount\":%zu,\"cpuTicks\":%" PRIu64 ",",
                 f->state ? f->state : '?', f->thread_count, f->cpu_ticks);
    text_add_str(out, "\"files\":{");
    add_amount(out, "open", f->open_files);
    text_add_str(out, ",");
    add_amount(out, "limit", f->open_files_limit);
    text_add_str(out, "},\"memory\":{");
    add_amount(out, "residentBytes", f->resident_bytes);
    text_add_str(out, ",");
    add_amount(out, "groupBytes", f->memory_bytes);
    text_add_str(out, ",");
    add_amount(out, "groupLimit", f->memory_limit);
    text_add_str(out, ",");
    add_pressure(out, &f->memory);
    text_add_str(out, ",\"cpu\":{");
    if (f->cpu_limit <= 0)
        text_add_str(out, "\"groupLimit\":\"max\"");
    else
        add_share(out, "groupLimit", f->cpu_limit);
    text_add_str(out, ",");
    add_amount(out, "periods", f->cpu_periods);
    text_add_str(out, ",");
    add_amount(out, "throttledPeriods", f->cpu_throttled);
    text_add_str(out, ",");
    add_amount(out, "throttledMicroseconds", f->cpu_throttled_us);
    text_add_str(out, ",");
    add_pressure(out, &f->cpu);
    text_add_str(out, ",\"io\":{");
    add_pressure(out, &f->io);
}

/* "12.3 MB", "none", "unknown" */
static void say_bytes(struct text *out, uint64_t value)
{
    if (value == CGROUP_UNKNOWN)
        text_add_str(out, "unknown");
    else if (value == CGROUP_UNLIMITED)
        text_add_str(out, "none");
    else
        text_add_fmt(out, "%.1f MB", (double)value / 1e6);
}

static void say_count(struct text *out, uint64_t value)
{
    if (value >= CGROUP_UNLIMITED)
        text_add_str(out, value == CGROUP_UNKNOWN ? "unknown" : "none");
    else
        text_add_fmt(out, "%" PRIu64, value);
}

static void say_pressure(struct text *out, const struct cgroup_pressure *p)
{
    if (!isnan(p->some10))
        text_add_fmt(out, ", pressure %.1f %% of 10 s", p->some10);
}

void kernel_facts_add_text(struct text *out, const struct kernel_facts *f, const char *indent)
{
    text_add_fmt(out, "%sState: %c, %zu threads, %" PRIu64 " CPU ticks\n", indent,
                 f->state ? f->state : '?', f->thread_count, f->cpu_ticks);
    text_add_fmt(out, "%sFiles: ", indent);
    say_count(out, f->open_files);
    text_add_str(out, " open, limit ");
    say_count(out, f->open_files_limit);
    text_add_fmt(out, "\n%sMemory: ", indent);
    say_bytes(out, f->resident_bytes);
    text_add_str(out, "; of its group ");
    say_bytes(out, f->memory_bytes);
    text_add_str(out, ", limit ");
    say_bytes(out, f->memory_limit);
    say_pressure(out, &f->memory);
    text_add_fmt(out, "\n%sCPU: limit of its group ", indent);
    if (isnan(f->cpu_limit))
        text_add_str(out, "unknown");
    else if (f->cpu_limit <= 0)
        text_add_str(out, "none");
    else
        text_add_fmt(out, "%.2f", f->cpu_limit);
    if (f->cpu_throttled < CGROUP_UNLIMITED && f->cpu_periods < CGROUP_UNLIMITED)
        text_add_fmt(out, ", throttled in %" PRIu64 " of %" PRIu64 " periods", f->cpu_throttled,
                     f->cpu_periods);
    say_pressure(out, &f->cpu);
    text_add_str(out, "\n");
}

void kernel_facts_add_object(struct text *out, pid_t pid)
{
    struct kernel_facts f;

    kernel_facts_read(pid, &f);
    text_add_str(out, "{");
    kernel_facts_add_json(out, &f);
    text_add_str(out, ",\"threads\":[");
    (void)kernel_stacks_add_json(pid, KERNEL_THREADS_SHOWN, out);
    text_add_str(out, "]}");
}
