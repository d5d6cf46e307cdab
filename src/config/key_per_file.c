#include "src/config/key_per_file.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "src/base/limits.h"
#include "src/config/environment.h"
#include "src/config/file_content.h"

static bool is_skipped(const char *name)
{
    static const char ignored[] = "ignore.";

    return name[0] == '.' || strncmp(name, ignored, sizeof ignored - 1) == 0;
}

/* In place. False when nobody could read it as a value. */
static bool trim(char *data, size_t size)
{
    if (memchr(data, '\0', size))
        return false;
    if (size && data[size - 1] == '\n')
        data[--size] = '\0';
    if (size >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0)
        memmove(data, data + 3, size - 3 + 1);
    return true;
}

static int add_value(struct config_keys *keys, const char *folder, const char *name,
                     const char *value, struct error *err)
{
    char path[PATH_MAX], provider[PATH_MAX + 80], key[LIMIT_CONFIG_KEY];
    size_t size = strlen(name);

    if (size >= sizeof key)
        return 0;
    environment_key(name, size, key);
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    (void)snprintf(provider, sizeof provider,
                   "KeyPerFileConfigurationProvider for files in '%s/' (Optional)", folder);
    /* settings.json lies there too, and is a key like any other file. */
    const struct config_source *source =
        config_keys_add_source(keys, path, provider, strcmp(name, "settings.json") != 0, err);
    int r = source ? config_keys_put(keys, key, value, source, 0, err) : err->code;
    return r == -ENAMETOOLONG ? 0 : r;
}

static int add_file(struct config_keys *keys, DIR *dir, const char *folder, const char *name,
                    struct error *err)
{
    cleanup(free_str) char *data = NULL;
    size_t size;
    int r = file_content_read(dirfd(dir), name, &data, &size, err);

    if (r == -ENOENT || r == -EINVAL || r == -EFBIG)
        return 0;
    if (r < 0)
        return error_set(err, r,
                         "%s/%s cannot be read by user %u: %s. Let this user read it, or begin its "
                         "name with 'ignore.'",
                         folder, name, geteuid(), strerror(-r));
    return trim(data, size) ? add_value(keys, folder, name, data, err) : 0;
}

int key_per_file_add(struct config_keys *keys, const char *folder, struct error *err)
{
    cleanup(close_dir) DIR *dir = opendir(folder);
    const struct dirent *entry;
    size_t count = 0;
    int r = 0;

    if (!dir && (errno == ENOENT || errno == ENOTDIR))
        return 0;
    if (!dir)
        return error_set(err, -errno, "%s cannot be read: %s", folder, strerror(errno));
    while (r == 0 && (entry = readdir(dir)) != NULL) {
        if (is_skipped(entry->d_name))
            continue;
        if (++count > LIMIT_CONFIG_FILES)
            return error_set(err, -E2BIG, "%s holds more than %d files", folder,
                             LIMIT_CONFIG_FILES);
        r = add_file(keys, dir, folder, entry->d_name, err);
    }
    return r;
}
