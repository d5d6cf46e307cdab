#include "bench/tools/common.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WATCHES_MAX = 64 };

/* Folders are watched for what appears in them, files (held open: their names may go) for their
 * first byte. */
static struct {
    int fd;
    struct {
        int watch, file; /* file: -1 for a folder */
        char path[PATH_MAX];
    } watches[WATCHES_MAX];
    size_t count;
    _Atomic double at;
} look = {.fd = -1};

static void add_entry(const char *folder, const char *name);

static void add(const char *path, bool is_folder)
{
    if (look.count == WATCHES_MAX)
        die("too many files and folders: %s", path);
    int file = is_folder ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    int watch = inotify_add_watch(look.fd, path, is_folder ? IN_CREATE : IN_MODIFY);
    if (watch < 0)
        return; /* gone already */
    look.watches[look.count].watch = watch;
    look.watches[look.count].file = file;
    (void)snprintf(look.watches[look.count].path, PATH_MAX, "%s", path);
    look.count++;
    DIR *dir = is_folder ? opendir(path) : NULL;
    for (struct dirent *e; dir && (e = readdir(dir)) != NULL;)
        add_entry(path, e->d_name);
    if (dir)
        (void)closedir(dir);
}

static void add_entry(const char *folder, const char *name)
{
    char path[PATH_MAX + NAME_MAX + 2];
    struct stat st;

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    if (name[0] != '.' && lstat(path, &st) == 0 && !S_ISLNK(st.st_mode))
        add(path, S_ISDIR(st.st_mode));
}

/* The event comes for a truncation to nothing as well. */
static bool has_bytes(const struct inotify_event *e)
{
    struct stat st;

    for (size_t i = 0; i < look.count; i++) {
        if (look.watches[i].watch != e->wd)
            continue;
        if (look.watches[i].file < 0) {
            add_entry(look.watches[i].path, e->len ? e->name : ".");
            return false;
        }
        return fstat(look.watches[i].file, &st) == 0 && st.st_size > 0;
    }
    return false;
}

static void *wait_for_write(void *unused)
{
    char buffer[8192] __attribute__((aligned(__alignof__(struct inotify_event))));
    double at;
    ssize_t n;

    (void)unused;
    while ((n = read(look.fd, buffer, sizeof buffer)) > 0) {
        at = now_ms();
        for (char *p = buffer; p < buffer + n;) {
            const struct inotify_event *e = (const struct inotify_event *)p;
            if (has_bytes(e)) {
                atomic_store(&look.at, at);
                (void)close(look.fd);
                for (size_t i = 0; i < look.count; i++)
                    (void)close(look.watches[i].file);
                return NULL;
            }
            p += sizeof *e + e->len;
        }
    }
    return NULL;
}

void first_write_watch(const char *folder)
{
    pthread_t thread;

    look.fd = inotify_init1(IN_CLOEXEC);
    if (look.fd < 0)
        die("watch %s: %s", folder, strerror(errno));
    add(folder, true);
    if (pthread_create(&thread, NULL, wait_for_write, NULL) != 0)
        die("no thread");
    (void)pthread_detach(thread);
}

double first_write_at(void)
{
    return atomic_load(&look.at);
}
