#include <string.h>
#include <strings.h>

#include "src/config/model.h"

/* Without values it cannot be told which of the variants is meant: any of them counts. */
static bool is_secret_below(const struct place *place, const char *rest)
{
    struct place child;
    size_t size = strcspn(rest, ":");

    if (!model_child(place, rest, size, &child))
        return strncasecmp(place->path, "Egress", 6) == 0 ||
               strncasecmp(place->path, "Authentication", 14) == 0;
    if (child.flags & OPTION_SECRET || !rest[size])
        return (child.flags & OPTION_SECRET) != 0;
    if (!child.row || !child.row->variants)
        return is_secret_below(&child, rest + size + 1);
    for (const struct key_variant *v = child.row->variants; v->type; v++) {
        child.shape = v->shape;
        if (v->shape && is_secret_below(&child, rest + size + 1))
            return true;
    }
    return false;
}

bool config_key_is_secret(const char *key)
{
    struct place root = model_root();

    return is_secret_below(&root, key);
}
