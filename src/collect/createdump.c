#include "src/collect/createdump.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/cleanup.h"
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

/* See the header: who may run it here, and as whom. */
static int choose_user(const struct target *t, struct child_user *ret, bool *ret_other,
                       struct error *err)
{
    struct procfs_status process;
    uid_t we = geteuid();
    int r = procfs_status(t->host_pid, &process, err);

    if (r < 0)
        return r;
    *ret = (struct child_user){process.uid, process.gid};
    *ret_other = process.uid != we;
    if (process.uid == we && we != 0)
        return 0;
    if (procfs_same_mounts(t->host_pid) && (process.uid == we || we == 0))
        return 0;
    return error_set(err, -EPERM,
                     "its createdump would have to run as uid %u, and portside runs as uid %u%s. "
                     "Cure: run portside as the app's user, with a shared pid namespace",
                     process.uid, we, we == 0 ? " in another mount namespace" : "");
}

int createdump_run(uv_loop_t *loop, const struct target *t, enum dump_type type, const char *path,
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
    char pid[24], type_switch[16];
    struct child_user user_of_target = {0};
    bool as_other = false;

    int r = createdump_find(t, &program, err);
    if (r == 0)
        r = choose_user(t, &user_of_target, &as_other, err);
    if (r < 0)
        return r;
    (void)snprintf(pid, sizeof pid, "%d", (int)t->host_pid);
    (void)snprintf(type_switch, sizeof type_switch, "%s", switches[type]);
    cleanup(free_str) char *file = strdup(path);
    if (!file)
        return error_set(err, -ENOMEM, "createdump");
    char option[] = "-f";
    char *argv[] = {program, type_switch, option, file, pid, NULL};
    return child_start(loop, argv, as_other ? &user_of_target : NULL, on_exit, user, ret, err);
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
