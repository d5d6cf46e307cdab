/*
 * http/tls_settings.h - a struct tls_config with texts of its own, and what its files look like
 * from outside.
 */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>

#include "src/http/tls.h"

enum { TLS_FILES = 3 };

struct tls_settings {
    char *texts[4]; /* path, key, client authority: the files; then the password */
    bool self_signed, client_required;
};

/* What changes when a file does. A file that is not there is all zero. */
struct tls_signature {
    struct {
        dev_t device;
        ino_t inode;
        off_t size;
        struct timespec changed;
    } files[TLS_FILES];
};

/* -ENOMEM leaves `s` empty. */
int tls_settings_copy(struct tls_settings *s, const struct tls_config *config);

/* The password is wiped. */
void tls_settings_deinit(struct tls_settings *s);

/* Borrows the texts. */
struct tls_config tls_settings_view(const struct tls_settings *s);
bool tls_settings_equal(const struct tls_settings *s, const struct tls_config *config);

/* Follows symlinks: a swap of Kubernetes' `..data` shows. */
void tls_settings_sign(const struct tls_settings *s, struct tls_signature *ret);
bool tls_signature_equal(const struct tls_signature *a, const struct tls_signature *b);
