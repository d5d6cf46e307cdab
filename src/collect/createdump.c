#include "src/collect/createdump.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "src/collect/enter.h"
#include "src/target/procfs.h"

int createdump_find(const struct target *t, char **ret, struct error *err)
{
    cleanup(free_str) char *folder = NULL;
    char path[PATH_MAX];
    struct stat st;

    if (!t->host_pid)
        return error_set(err, -ESRCH, "process %llu is in a pid namespace out of sight",
                         (unsigned long long)t->pid);
    int r = procfs_folder_of_mapping(t->host_pid, "libcoreclr.so", &folder, err);
    if (r < 0)
        return r == -ENOENT ? error_set(err, -ENODATA, "no libcoreclr.so is mapped") : r;
    (void)snprintf(path, sizeof path, "/proc/%d/root%s/createdump", (int)t->host_pid, folder);
    if (stat(path, &st) < 0)
        return error_set(err, -errno, "%s/createdump: %s", folder, strerror(errno));
    *ret = strdup(path);
    return *ret ? 0 : error_set(err, -ENOMEM, "createdump");
}

/* May a process of this user run it? Groups beside the first are not looked at: then we would only
 * be stricter than the kernel for a file of mode 0x70, which no .NET package has. */
static bool is_executable_for(const struct stat *file, const struct procfs_status *process)
{
    if (process->uid == 0)
        return file->st_mode & 0111;
    if (process->uid == file->st_uid)
        return file->st_mode & 0100;
    if (process->gid == file->st_gid)
        return file->st_mode & 0010;
    return file->st_mode & 0001;
}

int createdump_check(const struct target *t, struct error *err)
{
    cleanup(free_str) char *path = NULL;
    struct error why;
    struct procfs_status process;
    struct stat file;

    int r = createdump_find(t, &path, &why);
    if (r == -ENOENT)
        return error_set(err, r,
                         "createdump is missing (%s): the app was published without it. Put the "
                         "createdump of the same runtime version beside libcoreclr.so in the app "
                         "image. The app was not touched.",
                         why.text);
    if (r < 0 || procfs_status(t->host_pid, &process, &why) < 0 || stat(path, &file) < 0 ||
        is_executable_for(&file, &process))
        return 0;
    return error_set(err, -EACCES,
                     "createdump is not executable for the app's user (uid %u; %s has mode %03o): "
                     "run chmod 0755 on it in the app image. The app was not touched.",
                     process.uid, strstr(path, "/root") + 5, (unsigned)file.st_mode & 0777);
}

/* See the header: whether it may be run from here, and how. */
enum manner { AS_OURSELVES, AS_ITS_USER, INSIDE };

static int choose_manner(const struct target *t, struct procfs_status *ret_process,
                         enum manner *ret_manner, struct error *err)
{
    uid_t we = geteuid();
    int r = procfs_status(t->host_pid, ret_process, err);

    if (r < 0)
        return r;
    bool same_mounts = procfs_same_mounts(t->host_pid);
    if (ret_process->uid == we && (we != 0 || same_mounts))
        *ret_manner = AS_OURSELVES;
    else if (we == 0)
        *ret_manner = same_mounts ? AS_ITS_USER : INSIDE;
    else
        return error_set(err, -EPERM,
                         "its createdump would have to run as uid %u, and portside runs as uid %u. "
                         "Cure: run portside as the app's user (or as root), with a shared pid "
                         "namespace",
                         ret_process->uid, we);
    return 0;
}

static char *own_program(void)
{
    char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);

    if (n <= 0)
        return NULL;
    path[n] = '\0';
    return strdup(path);
}

int createdump_run(uv_loop_t *loop, const struct target *t, enum dump_type type,
                   const struct dump_place *place,
                   void (*on_exit)(void *user, const struct child_result *result), void *user,
                   struct child **ret, struct error *err)
{
    static const char *const switches[] = {
        [DUMP_FULL] = "--full",
        [DUMP_MINI] = "--normal",
        [DUMP_WITH_HEAP] = "--withheap",
        [DUMP_TRIAGE] = "--triage",
    };
    cleanup(free_str) char *program = NULL;
    cleanup(free_str) char *self = own_program();
    struct procfs_status process = {0};
    enum manner manner = AS_OURSELVES;
    char pid[24], inner_pid[24], type_switch[16], enter[] = ENTER_COMMAND, option[] = "-f";

    int r = self ? createdump_find(t, &program, err) : error_set(err, -ENOMEM, "createdump");
    if (r == 0)
        r = choose_manner(t, &process, &manner, err);
    if (r < 0)
        return r;
    struct child_user its_user = {process.uid, process.gid};
    (void)snprintf(pid, sizeof pid, "%d", (int)t->host_pid);
    (void)snprintf(inner_pid, sizeof inner_pid, "%d", (int)process.namespace_pid);
    (void)snprintf(type_switch, sizeof type_switch, "%s", switches[type]);
    char *outside[] = {program, type_switch, option, place->path, pid, NULL};
    char *inside[] = {self,
                      enter,
                      pid,
                      strstr(program, "/root") + 5,
                      type_switch,
                      option,
                      place->target_path,
                      inner_pid,
                      NULL};
    return child_start(loop, manner == INSIDE ? inside : outside,
                       manner == AS_ITS_USER ? &its_user : NULL, on_exit, user, ret, err);
}

void createdump_explain(const struct child_result *result, struct error *err)
{
    (void)error_set(err, -EIO,
                    "The process does not answer on its diagnostic port, and its createdump, run "
                    "from outside, failed (exit code %d, signal %d): %s",
                    (int)result->exit_status, result->signal, result->output);
    if (strstr(result->output, "ptrace("))
        (void)error_append(
            err, "Cause: ptrace is denied to portside's container for this process. Cure: "
                 "the same uid and gid, and no seccomp profile or Yama scope against it.");
}
