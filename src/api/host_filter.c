#include "src/api/host_filter.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

/* The length of `host` without its port; 0 when it is not "name", "name:port" or "[address]:port".
 */
static size_t name_size(const char *host)
{
    size_t n = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
    const char *port = host + n;

    if (host[0] == '[' && !strchr(host, ']'))
        return 0;
    if (*port == '\0')
        return n;
    if (*port != ':' || port[1] == '\0' || port[1 + strspn(port + 1, "0123456789")] != '\0')
        return 0;
    return n;
}

static bool is_any(const char *entry, size_t size)
{
    static const char *const any[] = {"*", "[::]", "0.0.0.0"};

    for (size_t i = 0; i < sizeof any / sizeof any[0]; i++) {
        if (strlen(any[i]) == size && memcmp(any[i], entry, size) == 0)
            return true;
    }
    return false;
}

static bool matches(const char *entry, size_t size, const char *name, size_t length)
{
    bool below = size > 2 && entry[0] == '*' && entry[1] == '.';

    if (!below)
        return size == length && strncasecmp(entry, name, size) == 0;
    size--; /* the star; the dot must be there, and something before it */
    return length > size && strncasecmp(entry + 1, name + length - size, size) == 0;
}

bool host_filter_allows(const char *hosts, const char *host)
{
    size_t length = name_size(host), entries = 0;
    bool allowed = false;

    for (const char *at = hosts; *at;) {
        at += strspn(at, "; ");
        size_t size = strcspn(at, ";");
        const char *entry = at;
        at += size;
        while (size && entry[size - 1] == ' ')
            size--;
        if (size == 0)
            continue;
        entries++;
        allowed |= is_any(entry, size) || (length && matches(entry, size, host, length));
    }
    return allowed || entries == 0 || *host == '\0';
}
