#include "src/cli/key_file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int read_key(const char *path, char key[static KEY_MAX + 1], struct error *err)
{
    bool is_input = strcmp(path, "-") == 0;
    FILE *file = is_input ? stdin : fopen(path, "re");

    if (!file)
        return error_set(err, -errno, "%s: %s", path, strerror(errno));
    errno = 0;
    size_t size = fread(key, 1, KEY_MAX + 1, file);
    int code = ferror(file) ? (errno ? -errno : -EIO) : 0;
    if (!is_input)
        (void)fclose(file);
    if (code)
        return error_set(err, code, "%s: %s", path, strerror(-code));
    if (size > KEY_MAX)
        return error_set(err, -EFBIG, "%s: a key has %d bytes at most", path, KEY_MAX);
    key[size] = '\0';
    return strlen(key) == size ? 0 : error_set(err, -EINVAL, "%s: not a key", path);
}

/* What may stand in a header, without blanks. */
static bool is_key(const char *key, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (key[i] <= ' ' || key[i] > '~')
            return false;
    }
    return size > 0;
}

int key_file_header(const char *path, char **ret, struct error *err)
{
    static const char blanks[] = " \t\r\n";
    const char *from = path ? path : KEY_VARIABLE, *variable = getenv(KEY_VARIABLE);
    char text[KEY_MAX + 1], *key = text;

    *ret = NULL;
    if (!path && (!variable || !*variable))
        return 0;
    if (path) {
        int r = read_key(path, text, err);
        if (r < 0)
            return r;
    } else if (snprintf(text, sizeof text, "%s", variable) > KEY_MAX) {
        return error_set(err, -EFBIG, "%s: a key has %d bytes at most", from, KEY_MAX);
    }
    key += strspn(key, blanks);
    size_t size = strlen(key);
    while (size && strchr(blanks, key[size - 1]))
        size--;
    if (!is_key(key, size))
        return error_set(err, -EINVAL, "%s: not a key", from);
    if (asprintf(ret, "Authorization: Bearer %.*s", (int)size, key) >= 0)
        return 0;
    *ret = NULL;
    return error_set(err, -ENOMEM, "%s", from);
}
