#include "src/target/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/cleanup.h"

enum { STATUS_MAX = 16 * 1024, ENVIRON_MAX = 4 * 1024 * 1024 };

static FILE *open_proc(pid_t pid, const char *name, struct error *err)
{
    char path[64];

    (void)snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    FILE *file = fopen(path, "re");
    if (!file)
        (void)error_set(err, -errno, "%s: %s", path, strerror(errno));
    return file;
}

int procfs_stat(pid_t pid, struct procfs_stat *ret, struct error *err)
{
    char line[1024];
    struct procfs_stat st;
    cleanup(close_file) FILE *file = open_proc(pid, "stat", err);

    if (!file)
        return err->code;
    size_t n = fread(line, 1, sizeof line - 1, file); /* the name may hold line breaks */
    if (n == 0)
        return error_set(err, -ESRCH, "process %d is gone", (int)pid);
    line[n] = '\0';
    /* The name in brackets may hold anything, brackets too: the last one ends it. */
    const char *after = strrchr(line, ')');
    unsigned long long start;
    if (!after || sscanf(after + 1,
                         " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d "
                         "%*d %llu",
                         &st.state, &start) != 2)
        return error_set(err, -EBADMSG, "/proc/%d/stat cannot be read", (int)pid);
    st.start_ticks = start;
    *ret = st;
    return 0;
}

/* The last number of a line like "NSpid:\t1234\t1". */
static pid_t last_number(const char *line)
{
    pid_t value = 0;

    for (const char *at = line + strcspn(line, "\t"); *at;) {
        char *end;
        long v = strtol(at, &end, 10);
        if (end == at)
            break;
        value = (pid_t)v;
        at = end;
    }
    return value;
}

int procfs_status(pid_t pid, struct procfs_status *ret, struct error *err)
{
    struct procfs_status st = {(uid_t)-1, (gid_t)-1, pid, 0, 0};
    char line[1024];
    unsigned effective;
    unsigned long long kib;
    cleanup(close_file) FILE *file = open_proc(pid, "status", err);

    if (!file)
        return err->code;
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "Uid: %*u %u", &effective) == 1)
            st.uid = effective;
        else if (sscanf(line, "Gid: %*u %u", &effective) == 1)
            st.gid = effective;
        else if (strncmp(line, "NSpid:", 6) == 0)
            st.namespace_pid = last_number(line);
        else if (sscanf(line, "VmRSS: %llu", &kib) == 1 || sscanf(line, "VmSwap: %llu", &kib) == 1)
            st.memory_bytes += kib * 1024;
        else if (sscanf(line, "CapBnd: %llx", &kib) == 1)
            st.bounding = kib;
    }
    *ret = st;
    return 0;
}

char *procfs_environment_variable(pid_t pid, const char *name)
{
    struct error err;
    size_t name_size = strlen(name), size = 0, total = 0;
    cleanup(free_str) char *entry = NULL;
    cleanup(close_file) FILE *file = open_proc(pid, "environ", &err);

    if (!file)
        return NULL;
    for (ssize_t n; total < ENVIRON_MAX && (n = getdelim(&entry, &size, '\0', file)) > 0;) {
        total += (size_t)n;
        if (strncmp(entry, name, name_size) == 0 && entry[name_size] == '=')
            return strdup(entry + name_size + 1);
    }
    return NULL;
}

int procfs_folder_of_mapping(pid_t pid, const char *name, char **ret, struct error *err)
{
    static const char deleted[] = " (deleted)";
    const ssize_t deleted_size = sizeof deleted - 1;
    size_t size = 0, name_size = strlen(name);
    cleanup(free_str) char *line = NULL;
    cleanup(close_file) FILE *file = open_proc(pid, "maps", err);

    if (!file)
        return err->code;
    for (ssize_t n; (n = getline(&line, &size, file)) > 0;) {
        if (line[n - 1] == '\n')
            line[--n] = '\0';
        if (n > deleted_size && strcmp(line + n - deleted_size, deleted) == 0)
            line[n - deleted_size] = '\0'; /* replaced by a newer version while it runs */
        char *path = strchr(line, '/'), *slash = strrchr(line, '/');
        if (!path || !slash || strlen(slash + 1) != name_size || strcmp(slash + 1, name) != 0)
            continue;
        *slash = '\0';
        *ret = strdup(path);
        return *ret ? 0 : error_set(err, -ENOMEM, "maps of process %d", (int)pid);
    }
    return error_set(err, -ENOENT, "process %d has no %s mapped", (int)pid, name);
}

int procfs_mapped_files(pid_t pid, uint64_t *ret, struct error *err)
{
    size_t size = 0;
    uint64_t total = 0;
    unsigned long long start, end, inode;
    char access;
    cleanup(free_str) char *line = NULL;
    cleanup(close_file) FILE *file = open_proc(pid, "maps", err);

    if (!file)
        return err->code;
    while (getline(&line, &size, file) > 0) {
        if (sscanf(line, "%llx-%llx %c%*3c %*x %*x:%*x %llu", &start, &end, &access, &inode) == 4 &&
            access == 'r' && inode != 0 && end > start)
            total += end - start;
    }
    *ret = total;
    return 0;
}

bool procfs_same_mounts(pid_t pid)
{
    char path[64];
    struct stat theirs, ours;

    (void)snprintf(path, sizeof path, "/proc/%d/ns/mnt", (int)pid);
    return stat(path, &theirs) == 0 && stat("/proc/self/ns/mnt", &ours) == 0 &&
           theirs.st_ino == ours.st_ino && theirs.st_dev == ours.st_dev;
}
