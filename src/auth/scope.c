#include "src/auth/scope.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *name;
    enum auth_scope scope;
} scopes[] = {
    {"metrics", SCOPE_METRICS}, {"read", SCOPE_READ}, {"trace", SCOPE_TRACE},
    {"gcdump", SCOPE_GCDUMP},   {"dump", SCOPE_DUMP}, {"env", SCOPE_ENV},
    {"config", SCOPE_CONFIG},   {"*", SCOPE_ALL},
};

static unsigned find(const char *name, size_t size)
{
    for (size_t i = 0; i < sizeof scopes / sizeof scopes[0]; i++) {
        if (strlen(scopes[i].name) == size && strncasecmp(scopes[i].name, name, size) == 0)
            return (unsigned)scopes[i].scope;
    }
    return 0;
}

int scope_parse(const char *names, unsigned *ret, struct error *err)
{
    static const char between[] = ",; \t";
    unsigned found = 0;

    for (names += strspn(names, between); *names; names += strspn(names, between)) {
        size_t size = strcspn(names, between);
        unsigned scope = find(names, size);
        if (!scope)
            return error_set(err, -EINVAL,
                             "'%.*s' is no scope; those are metrics, read, trace, gcdump, dump, "
                             "env, config, and * for all",
                             (int)size, names);
        found |= scope;
        names += size;
    }
    *ret |= found;
    return 0;
}
