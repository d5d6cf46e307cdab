#include "src/collect/dump_cure.h"

#include <stdio.h>
#include <string.h>

enum { WORDS_MAX = 560 };

/* First row whose words are all in the text wins. */
static const struct {
    const char *first, *second, *cure;
} cures[] = {
    {"ptrace(", "",
     "Cause: the kernel or a seccomp profile denies ptrace to createdump, which runs inside the "
     "app container. Cure: add SYS_PTRACE to the *app* container (cap_add: [SYS_PTRACE], or "
     "securityContext.capabilities.add), not to the sidecar."},
    {"process_vm_readv", "",
     "Cause: a seccomp profile denies process_vm_readv to createdump. Cure: add SYS_PTRACE to the "
     "*app* container, or allow the call in its profile."},
    {"execve(", "Permission denied",
     "Cause: createdump, beside libcoreclr.so in the app image, is not executable for the app's "
     "user. Cure: chmod 0755 it there (RUN chmod 0755 /app/createdump)."},
    {"execve(", "No such file",
     "Cause: createdump is missing in the app image. Cure: publish the app with it, beside "
     "libcoreclr.so."},
    {"Could not create output file", "Permission denied",
     "Cause: the app's user may not write the dump file. Cure: mount the shared volume writable "
     "in the app container and let its user pass through the dump folder."},
    {"Could not create output file", "No such file",
     "Cause: the app does not see the dump folder at this path. Cure: mount the same volume at "
     "the same path in both containers and set Storage:DumpTempFolder (or "
     "Storage:DefaultSharedPath) below it."},
    {"Could not create output file", "Read-only",
     "Cause: the volume is read-only in the app container. Cure: mount it writable there."},
    {"No space left", "",
     "Cause: the volume of the dump folder is full. Cure: make it larger, free space on it, or "
     "ask for a smaller type (?type=Mini)."},
    {"Disk quota", "",
     "Cause: a quota on the volume of the dump folder. Cure: raise it, or ask for a smaller type "
     "(?type=Mini)."},
    {"Only full dumps", "",
     "Cause: createdump inside a single-file app can write only one type. Cure: ask for "
     "?type=Full."},
    {"is in use", "", "Cause: another dump of this process is being written. Cure: try again."},
    {"NOT_SUPPORTED", "",
     "Cause: this runtime has no dump command. Cure: use /trace, or gcore from outside."},
    {"0x80004005", "",
     "Cause: the runtime gave none. A NativeAOT app has no createdump and cannot be dumped; a "
     "single-file app can only write Full dumps (?type=Full)."},
    {"Broken pipe", "", "Cause: the reader of the dump went away. Cure: try again."},
    {"process has ended", "",
     "Cause: the process ended while it was asked, perhaps killed for its memory. Cure: look at "
     "its exit code and the container's events."},
    {"closed the connection", "",
     "Cause: the process ended while it was asked, perhaps killed for its memory. Cure: look at "
     "its exit code and the container's events."},
};

void dump_cure_append(struct error *err, const char *folder, unsigned uid)
{
    size_t size = strlen(err->text);

    if (strstr(err->text, "Cure:")) /* it has one already */
        return;
    for (size_t i = 0; i < sizeof cures / sizeof cures[0]; i++) {
        if (!strstr(err->text, cures[i].first) || !strstr(err->text, cures[i].second))
            continue;
        if (size > WORDS_MAX) { /* createdump can be long; the cure matters more */
            (void)snprintf(err->text + WORDS_MAX, sizeof err->text - WORDS_MAX, "...\n");
            size = strlen(err->text);
        }
        (void)error_append(err, "%s%s (Dump folder: %s",
                           size && err->text[size - 1] == '\n' ? "" : "\n", cures[i].cure, folder);
        if (uid != (unsigned)-1)
            (void)error_append(err, "; the app runs as uid %u", uid);
        (void)error_append(err, ".)");
        return;
    }
}
