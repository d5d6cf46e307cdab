/*
 * config/key_per_file.h - a folder whose files are configuration keys, as a mounted Kubernetes
 * Secret or ConfigMap: the name, with "__" for ':', is the key, the content the value.
 *
 * One line feed at the end does not belong to the value, nor does a byte order mark. Passed over
 * are folders, names that begin with "." or "ignore.", files with a NUL byte (a certificate, say)
 * and those larger than LIMIT_CONFIG_FILE.
 */
#pragma once

#include "src/config/keys.h"

/*
 * Each file becomes a source of its own, named by its path. No such folder: nothing is added. A
 * file that may not be read is an error, as in the peer: a secret that is silently not there would
 * be worse. -E2BIG for more than LIMIT_CONFIG_FILES files.
 */
int key_per_file_add(struct config_keys *keys, const char *folder, struct error *err);
