#include "src/auth/credentials.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MONITOR_KEY "Authentication:MonitorApiKey"

enum { PREFIX_SIZE = 512, NAME_SIZE = 256 };

/* One named entry of a section. */
struct entry {
    uv_loop_t *loop;
    const struct config_keys *keys;
    char prefix[PREFIX_SIZE], name[NAME_SIZE];
    unsigned scopes;
};

static const char *setting(const struct entry *e, const char *name)
{
    return config_keys_child(e->keys, e->prefix, name);
}

static int too_many(const char *what, struct error *err)
{
    return error_set(err, -EINVAL, "there are more than %d %s", LIMIT_CREDENTIALS, what);
}

static int read_key(struct credentials *c, const struct entry *e, struct error *err)
{
    const struct api_key_settings settings = {
        .subject = setting(e, "Subject"),
        .public_key = setting(e, "PublicKey"),
        .issuer = setting(e, "Issuer"),
        .scopes = e->scopes,
    };

    if (c->key_count >= LIMIT_CREDENTIALS)
        return too_many("keys", err);
    int r = api_key_init(&c->keys[c->key_count], &settings, err);
    c->key_count += r == 0;
    return r;
}

static int read_token(struct credentials *c, const struct entry *e, struct error *err)
{
    if (c->token_count >= LIMIT_CREDENTIALS)
        return too_many("tokens", err);
    int r = token_file_start(&c->tokens[c->token_count], e->loop, e->name, setting(e, "File"),
                             e->scopes, err);
    c->token_count += r == 0;
    return r;
}

static int read_certificate(struct credentials *c, const struct entry *e, struct error *err)
{
    const struct client_certificate_settings settings = {
        .subject = setting(e, "Subject"),
        .fingerprint = setting(e, "Fingerprint"),
        .scopes = e->scopes,
    };

    if (c->certificate_count >= LIMIT_CREDENTIALS)
        return too_many("client certificates", err);
    int r = client_certificate_init(&c->certificates[c->certificate_count], &settings, err);
    c->certificate_count += r == 0;
    return r;
}

/* One text, or children 0, 1, 2... Nothing is not everything: who forgets them gets nothing. */
static int read_scopes(struct entry *e, struct error *err)
{
    char list[PREFIX_SIZE + 16];
    const struct config_entry *items;
    const char *text = setting(e, "Scopes");
    int r = text ? scope_parse(text, &e->scopes, err) : 0;

    (void)snprintf(list, sizeof list, "%s:Scopes", e->prefix);
    size_t count = config_keys_below(e->keys, list, &items);
    for (size_t i = 0; r == 0 && i < count; i++)
        r = scope_parse(items[i].value, &e->scopes, err);
    if (r == 0 && !e->scopes)
        r = error_set(err, -EINVAL,
                      "Scopes is missing: name what it may do (metrics, read, trace, gcdump, dump, "
                      "env, config), or * for all");
    return r;
}

static const struct section {
    const char *name;
    int (*read)(struct credentials *c, const struct entry *e, struct error *err);
} sections[] = {
    {"Keys", read_key},
    {"Tokens", read_token},
    {"ClientCertificates", read_certificate},
};

static int read_entry(struct credentials *c, const struct section *section, struct entry *e,
                      struct text *faults, struct error *err)
{
    e->scopes = 0;
    int r = read_scopes(e, err);
    if (r == 0)
        r = section->read(c, e, err);
    if (r == -ENOMEM)
        return r;
    if (r < 0)
        text_add_fmt(faults, "%s:%s: %s\n", section->name, e->name, err->text);
    return 0;
}

/* The entries of a section follow each other, since the keys are sorted. */
static int read_section(struct credentials *c, const struct section *section, struct entry *e,
                        struct text *faults, struct error *err)
{
    char prefix[64];
    const struct config_entry *first;
    int r = 0;

    (void)snprintf(prefix, sizeof prefix, "Authentication:%s", section->name);
    size_t count = config_keys_below(e->keys, prefix, &first);
    e->name[0] = '\0';
    for (size_t i = 0; r == 0 && i < count; i++) {
        const char *name = first[i].key + strlen(prefix) + 1;
        size_t size = strcspn(name, ":");
        if (strlen(e->name) == size && strncasecmp(e->name, name, size) == 0)
            continue;
        if (size == 0 || size >= NAME_SIZE) {
            text_add_fmt(faults, "%s: a name is empty or too long\n", section->name);
            continue;
        }
        (void)snprintf(e->name, sizeof e->name, "%.*s", (int)size, name);
        (void)snprintf(e->prefix, sizeof e->prefix, "%s:%s", prefix, e->name);
        r = read_entry(c, section, e, faults, err);
    }
    return r;
}

static int read_monitor_key(struct credentials *c, const struct config_keys *keys,
                            const struct temp_key *pinned)
{
    const struct config_entry *first;
    const struct api_key_settings settings = {
        .subject = pinned ? pinned->subject : config_keys_child(keys, MONITOR_KEY, "Subject"),
        .public_key =
            pinned ? pinned->public_key : config_keys_child(keys, MONITOR_KEY, "PublicKey"),
        .issuer = pinned ? NULL : config_keys_child(keys, MONITOR_KEY, "Issuer"),
        .scopes = SCOPE_ALL,
    };

    if (!pinned && config_keys_below(keys, MONITOR_KEY, &first) == 0)
        return 0;
    int r = api_key_init(&c->keys[0], &settings, &c->monitor_key_fault);
    c->monitor_key = r < 0 ? MONITOR_KEY_FAULTY : MONITOR_KEY_GOOD;
    c->key_count = r == 0;
    return r == -ENOMEM ? r : 0;
}

int credentials_new(uv_loop_t *loop, const struct config_keys *keys, const struct temp_key *pinned,
                    struct text *faults, struct credentials **ret, struct error *err)
{
    struct credentials *c = calloc(1, sizeof *c);
    struct entry e = {.loop = loop, .keys = keys};

    if (!c)
        return error_set(err, -ENOMEM, "out of memory");
    int r = read_monitor_key(c, keys, pinned);
    if (r < 0)
        *err = c->monitor_key_fault;
    for (size_t i = 0; r == 0 && i < sizeof sections / sizeof sections[0]; i++)
        r = read_section(c, &sections[i], &e, faults, err);
    if (r < 0)
        credentials_free(c);
    else
        *ret = c;
    return r;
}

void credentials_free(struct credentials *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->key_count; i++)
        api_key_deinit(&c->keys[i]);
    for (size_t i = 0; i < c->token_count; i++)
        token_file_stop(&c->tokens[i]);
    for (size_t i = 0; i < c->certificate_count; i++)
        client_certificate_deinit(&c->certificates[i]);
    free(c);
}

bool credentials_are_none(const struct credentials *c)
{
    return c->monitor_key == MONITOR_KEY_ABSENT && !c->key_count && !c->token_count &&
           !c->certificate_count;
}
