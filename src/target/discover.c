#include "src/target/discover.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "src/base/cleanup.h"
#include "src/base/text.h"
#include "src/target/procfs.h"

static const char prefix[] = "dotnet-diagnostic-";

enum { CANDIDATES_MAX = 16 * 1024 }; /* files in the temp folder, most of them left by the dead */

static bool take_number(const char **at, unsigned long long max, unsigned long long *ret)
{
    char *end;

    if (!isdigit((unsigned char)**at))
        return false;
    errno = 0;
    *ret = strtoull(*at, &end, 10);
    *at = end;
    return errno == 0 && *ret <= max;
}

bool discover_parse_name(const char *name, pid_t *ret_pid, unsigned long long *ret_key)
{
    unsigned long long pid, key;

    if (strncmp(name, prefix, sizeof prefix - 1) != 0)
        return false;
    const char *at = name + sizeof prefix - 1;
    if (!take_number(&at, INT_MAX, &pid) || *at++ != '-' || !take_number(&at, ULLONG_MAX, &key) ||
        strcmp(at, "-socket") != 0 || pid == 0)
        return false;
    *ret_pid = (pid_t)pid;
    *ret_key = key;
    return true;
}

static const char *temp_folder(void)
{
    const char *folder = getenv("TMPDIR");

    return folder && folder[0] ? folder : "/tmp";
}

/* The pid in the name is a process of ours to see only if that process started when the name says.
 */
static pid_t visible_pid(pid_t pid, unsigned long long key)
{
    struct procfs_stat st;
    struct error err;

    return procfs_stat(pid, &st, &err) == 0 && st.start_ticks == key ? pid : 0;
}

/* True when the process is known already or its socket is alive. */
static bool report(const struct discover_events *events, const char *path, const char *root,
                   pid_t pid, pid_t host_pid)
{
    struct discovered found = {path, root, pid, {host_pid, (uid_t)-1, (gid_t)-1}};
    struct procfs_status status;
    struct error err;

    if (events->is_known(events->user, path))
        return true;
    if (host_pid && procfs_status(host_pid, &status, &err) == 0) {
        found.peer.uid = status.uid;
        found.peer.gid = status.gid;
    }
    return events->on_found(events->user, &found);
}

struct candidate {
    char name[NAME_MAX + 1];
    pid_t pid;
    pid_t visible; /* the pid if the process is ours to see and started when the name says */
    struct timespec modified;
};

/* By pid; of one pid first what is the visible process's, then the newest. */
static int compare_candidates(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;

    if (a->pid != b->pid)
        return a->pid < b->pid ? -1 : 1;
    if (a->visible != b->visible)
        return a->visible ? -1 : 1;
    if (a->modified.tv_sec != b->modified.tv_sec)
        return a->modified.tv_sec > b->modified.tv_sec ? -1 : 1;
    return a->modified.tv_nsec > b->modified.tv_nsec   ? -1
           : a->modified.tv_nsec < b->modified.tv_nsec ? 1
                                                       : 0;
}

static bool fill_candidate(struct candidate *c, int folder, const char *name)
{
    struct stat file;
    unsigned long long key;

    if (!discover_parse_name(name, &c->pid, &key) ||
        fstatat(folder, name, &file, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISSOCK(file.st_mode))
        return false;
    (void)snprintf(c->name, sizeof c->name, "%s", name);
    c->visible = visible_pid(c->pid, key);
    c->modified = file.st_mtim;
    return true;
}

static size_t read_candidates(DIR *dir, struct candidate **ret)
{
    struct candidate *all = NULL;
    size_t count = 0, capacity = 0;

    for (struct dirent *e; count < CANDIDATES_MAX && (e = readdir(dir)) != NULL;) {
        if (count == capacity) {
            capacity = capacity ? capacity * 2 : 16;
            struct candidate *more = realloc(all, capacity * sizeof *all);
            if (!more)
                break;
            all = more;
        }
        if (fill_candidate(&all[count], dirfd(dir), e->d_name))
            count++;
    }
    *ret = all;
    return count;
}

static void scan_folder(const char *folder, const struct discover_events *events)
{
    struct candidate *all = NULL;
    cleanup(close_dir) DIR *dir = opendir(folder);

    if (!dir)
        return;
    size_t count = read_candidates(dir, &all);
    if (count)
        qsort(all, count, sizeof *all, compare_candidates);
    pid_t served = 0; /* of this pid the newest living one was found */
    for (size_t i = 0; i < count; i++) {
        char path[PATH_MAX];
        if (all[i].pid == served)
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", folder, all[i].name);
        if (report(events, path, "", all[i].pid, all[i].visible))
            served = all[i].pid;
    }
    free(all);
}

/* The socket's name follows from NSpid and start time, so nobody's temp folder needs to be read. */
static void look_at_process(pid_t pid, const struct discover_events *events)
{
    char path[PATH_MAX], root[64];
    struct procfs_stat st;
    struct procfs_status status;
    struct stat file;
    struct error err;

    if (procfs_same_mounts(pid) || procfs_stat(pid, &st, &err) < 0 ||
        procfs_status(pid, &status, &err) < 0)
        return;
    cleanup(free_str) char *folder = procfs_environment_variable(pid, "TMPDIR");
    (void)snprintf(root, sizeof root, "/proc/%d/root", (int)pid);
    (void)snprintf(path, sizeof path, "%s%s/%s%d-%llu-socket", root,
                   folder && folder[0] == '/' ? folder : "/tmp", prefix, (int)status.namespace_pid,
                   (unsigned long long)st.start_ticks);
    if (lstat(path, &file) == 0 && S_ISSOCK(file.st_mode))
        (void)report(events, path, root, pid, pid);
}

static void scan_processes(const struct discover_events *events)
{
    cleanup(close_dir) DIR *dir = opendir("/proc");

    if (!dir)
        return;
    for (struct dirent *e; (e = readdir(dir)) != NULL;) {
        int64_t pid;
        if (text_to_i64(e->d_name, 1, INT_MAX, &pid))
            look_at_process((pid_t)pid, events);
    }
}

void discover(bool all_processes, const struct discover_events *events)
{
    scan_folder(temp_folder(), events);
    if (all_processes)
        scan_processes(events);
}

bool discovered_still_there(const char *socket_path, pid_t host_pid)
{
    struct stat file;

    if (lstat(socket_path, &file) == 0)
        return true; /* whether somebody listens there is what the next request finds out */
    return host_pid && (kill(host_pid, 0) == 0 || errno == EPERM);
}
