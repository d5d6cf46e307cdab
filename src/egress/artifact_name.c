#include "src/egress/artifact_name.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

static bool has_control(const char *name)
{
    for (; *name; name++) {
        if ((unsigned char)*name < ' ' || *name == 0x7F)
            return true;
    }
    return false;
}

/* Not empty, not "." and not "..". */
static bool is_plain(const char *part, size_t size)
{
    return size && !(part[0] == '.' && (size == 1 || (size == 2 && part[1] == '.')));
}

static bool leads_astray(const char *name)
{
    for (size_t size; true; name += size + 1) {
        size = strcspn(name, "/");
        if (!is_plain(name, size))
            return true;
        if (!name[size])
            return false;
    }
}

int artifact_name_check(const char *name, struct error *err)
{
    if (strlen(name) >= PATH_MAX)
        return error_set(err, -ENAMETOOLONG, "The name of the artifact is longer than %d bytes.",
                         PATH_MAX - 1);
    if (has_control(name))
        return error_set(err, -EINVAL,
                         "The name of the artifact has control characters. Cure: look at "
                         "ArtifactName and the values of its tokens.");
    if (leads_astray(name))
        return error_set(err, -EINVAL,
                         "The artifact '%.200s' would not lie in its folder. Cure: an ArtifactName "
                         "without '/' at either end, and without empty, '.' and '..' parts.",
                         name);
    return 0;
}
