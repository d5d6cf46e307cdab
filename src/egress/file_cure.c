#include "src/egress/file_cure.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static const struct cure {
    int code;
    const char *cause; /* NULL: strerror() says it */
    const char *cure;
} cures[] = {
    {ENOSPC, "no space is left there", "make room, or set another DirectoryPath"},
    {EDQUOT, "the quota is used up", "make room, or set another DirectoryPath"},
    {EFBIG, "the file would be larger than is allowed",
     "raise the limit (ulimit -f), or set another DirectoryPath"},
    {EROFS, "the file system is read-only", "mount a volume there that can be written"},
    {EACCES, NULL, "let this user write there (fsGroup, in Kubernetes)"},
    {EPERM, NULL, "let this user write there (fsGroup, in Kubernetes)"},
    {EEXIST, "the name is taken, and with IntermediateDirectoryPath nothing is overwritten",
     "remove the file, or set another ArtifactName"},
    {ENOENT, "a folder is not there; those in names of artifacts are not made",
     "make it, or set another ArtifactName"},
    {ENOTDIR, "a part of the path is no folder, or a symbolic link in the name of the artifact",
     "set another DirectoryPath or ArtifactName"},
    {ELOOP, "a symbolic link in the name of the artifact", "set another ArtifactName"},
    {EISDIR, "there is a folder of that name", "set another ArtifactName"},
    {ENODATA, "the artifact's own file was cut", "ask for it again"},
};

int file_cure_set(struct error *err, int code, const char *path)
{
    for (size_t i = 0; i < sizeof cures / sizeof cures[0]; i++) {
        if (cures[i].code != -code)
            continue;
        return error_set(err, code, "Egress to %.300s failed for user %u: %s. Cure: %s.", path,
                         geteuid(), cures[i].cause ? cures[i].cause : strerror(-code),
                         cures[i].cure);
    }
    return error_set(err, code, "Egress to %.300s failed: %s.", path, strerror(-code));
}
