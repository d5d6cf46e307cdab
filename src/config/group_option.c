#include "src/config/group_option.h"

#include <errno.h>
#include <grp.h>
#include <stdint.h>

#include "src/base/text.h"

int group_option_read(const char *key, const char *text, gid_t *ret, struct error *err)
{
    int64_t number;

    *ret = (gid_t)-1;
    if (text[0] == '\0')
        return 0;
    if (text_to_i64(text, 0, UINT32_MAX - 1, &number)) {
        *ret = (gid_t)number;
        return 0;
    }
    const struct group *group = getgrnam(text);
    if (!group)
        return error_set(err, -EINVAL, "%s: there is no group '%s'", key, text);
    *ret = group->gr_gid;
    return 0;
}
