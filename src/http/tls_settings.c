#include "src/http/tls_settings.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

enum { PATH, KEY_PATH, CLIENT_CA, PASSWORD, TEXTS };

static const char *text_of(const struct tls_config *c, int i)
{
    const char *const texts[TEXTS] = {[PATH] = c->files.path,
                                      [KEY_PATH] = c->files.key_path,
                                      [CLIENT_CA] = c->client_ca,
                                      [PASSWORD] = c->files.password};
    return texts[i];
}

int tls_settings_copy(struct tls_settings *s, const struct tls_config *config)
{
    *s = (struct tls_settings){.self_signed = config->self_signed,
                               .client_required = config->client_required};
    for (int i = 0; i < TEXTS; i++) {
        s->texts[i] = strdup(text_of(config, i));
        if (!s->texts[i]) {
            tls_settings_deinit(s);
            return -ENOMEM;
        }
    }
    return 0;
}

void tls_settings_deinit(struct tls_settings *s)
{
    if (s->texts[PASSWORD])
        OPENSSL_cleanse(s->texts[PASSWORD], strlen(s->texts[PASSWORD]));
    for (int i = 0; i < TEXTS; i++)
        free(s->texts[i]);
    *s = (struct tls_settings){0};
}

struct tls_config tls_settings_view(const struct tls_settings *s)
{
    return (struct tls_config){
        .files = {.path = s->texts[PATH],
                  .key_path = s->texts[KEY_PATH],
                  .password = s->texts[PASSWORD]},
        .self_signed = s->self_signed,
        .client_ca = s->texts[CLIENT_CA],
        .client_required = s->client_required,
    };
}

bool tls_settings_equal(const struct tls_settings *s, const struct tls_config *config)
{
    for (int i = 0; i < TEXTS; i++) {
        if (strcmp(s->texts[i], text_of(config, i)) != 0)
            return false;
    }
    return s->self_signed == config->self_signed && s->client_required == config->client_required;
}

void tls_settings_sign(const struct tls_settings *s, struct tls_signature *ret)
{
    memset(ret, 0, sizeof *ret);
    for (int i = 0; i < TLS_FILES; i++) {
        struct stat st;
        if (*s->texts[i] == '\0' || stat(s->texts[i], &st) < 0)
            continue;
        ret->files[i].device = st.st_dev;
        ret->files[i].inode = st.st_ino;
        ret->files[i].size = st.st_size;
        ret->files[i].changed = st.st_ctim;
    }
}

bool tls_signature_equal(const struct tls_signature *a, const struct tls_signature *b)
{
    for (int i = 0; i < TLS_FILES; i++) {
        if (a->files[i].device != b->files[i].device || a->files[i].inode != b->files[i].inode ||
            a->files[i].size != b->files[i].size ||
            a->files[i].changed.tv_sec != b->files[i].changed.tv_sec ||
            a->files[i].changed.tv_nsec != b->files[i].changed.tv_nsec)
            return false;
    }
    return true;
}
