#include "src/ops/file_name.h"

#include <inttypes.h>
#include <stdio.h>

const char *artifact_name(const struct target *t, const char *extension,
                          char name[static ARTIFACT_NAME])
{
    char stamp[CLOCK_STAMP_SIZE];

    (void)snprintf(name, ARTIFACT_NAME, "%s_%" PRIu64 ".%s", clock_stamp(clock_now_ticks(), stamp),
                   t->pid, extension);
    return name;
}

const char *artifact_core_name(char name[static ARTIFACT_NAME])
{
    char stamp[CLOCK_STAMP_SIZE];

    (void)snprintf(name, ARTIFACT_NAME, "core_%s", clock_stamp(clock_now_ticks(), stamp));
    return name;
}
