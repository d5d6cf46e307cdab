#include "src/egress/egress.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/cleanup.h"
#include "src/base/events.h"
#include "src/base/list.h"
#include "src/base/text.h"
#include "src/config/section.h"
#include "src/config/validate.h"
#include "src/egress/filesystem.h"

/* Those without functions are known by name, and not served yet. */
static const struct provider_type later_azure = {.name = "AzureBlobStorage"};
static const struct provider_type later_s3 = {.name = "S3Storage"};

static const struct provider_type *const types[] = {&provider_filesystem, &later_azure, &later_s3};
enum { TYPES = sizeof types / sizeof types[0] };

struct destination {
    struct list link;
    char *name, *type;         /* as in the settings */
    struct provider *provider; /* NULL: cannot be used */
    char *fault;               /* why not */
};

struct egress {
    uv_loop_t *loop;
    struct list destinations;
    char *section; /* all that the settings say, to see a change */
};

/* What an attempt to read the section needs. */
struct reading {
    const struct config_keys *keys;
    struct config_faults faults;
    struct list *list;
    struct error *err;
};

static const struct provider_type *find_type(const char *name)
{
    for (size_t i = 0; i < TYPES; i++) {
        if (strcasecmp(types[i]->name, name) == 0)
            return types[i];
    }
    return NULL;
}

static struct destination *find(const struct list *list, const char *name)
{
    list_each(d, list, struct destination, link)
    {
        if (strcasecmp(d->name, name) == 0)
            return d;
    }
    return NULL;
}

static void destination_free(struct destination *d)
{
    list_remove(&d->link);
    if (d->provider)
        d->provider->type->free(d->provider);
    free(d->name);
    free(d->type);
    free(d->fault);
    free(d);
}

static void free_list(struct list *list)
{
    list_each(d, list, struct destination, link)
    {
        destination_free(d);
    }
}

/* What config/validate found in its section, in one text; empty: nothing. */
static void gather_faults(const struct reading *r, const char *section, struct text *out)
{
    size_t size = strlen(section);

    for (size_t i = 0; i < r->faults.count; i++) {
        const struct config_fault *f = &r->faults.items[i];
        bool inside = strncasecmp(f->key, section, size) == 0 &&
                      (f->key[size] == ':' || f->key[size] == '\0');
        if (f->kind == FAULT_ERROR && inside)
            text_add_fmt(out, "%s%s (%s): %s", out->size ? "; " : "", f->key, f->origin, f->text);
    }
}

static void log_fault(const struct destination *d)
{
    log_event(&event_egress_fault, {"providerName", d->name}, {"failureMessage", d->fault});
    log_event(&event_egress_invalid, {"providerName", d->name});
}

static int load(const struct reading *r, struct destination *d, const char *section)
{
    const struct provider_type *type = find_type(d->type);
    struct text fault = {0};

    if (!type)
        text_add_fmt(&fault, "there is no destination of type '%s'", d->type);
    else if (!type->load)
        text_add_fmt(&fault, "destinations of type %s are not served yet by this version",
                     type->name);
    else
        gather_faults(r, section, &fault);
    if (fault.failed) {
        text_deinit(&fault);
        return error_set(r->err, -ENOMEM, "Egress");
    }
    if (!fault.size)
        return type->load(r->keys, section, &d->provider, r->err);
    d->fault = text_take(&fault);
    if (type) /* of an unknown one, event 96 tells */
        log_fault(d);
    return 0;
}

static int add(const struct reading *r, const char *type, const char *name)
{
    const struct destination *other = find(r->list, name);
    char section[2 * LIMIT_CONFIG_KEY + sizeof "Egress::"];

    if (other) {
        log_event(&event_egress_duplicate, {"providerName", name}, {"providerType", type},
                  {"existingProviderType", other->type});
        return 0;
    }
    struct destination *d = calloc(1, sizeof *d);
    if (!d)
        return error_set(r->err, -ENOMEM, "Egress");
    list_init(&d->link);
    list_append(r->list, &d->link);
    d->name = strdup(name);
    d->type = strdup(type);
    if (!d->name || !d->type)
        return error_set(r->err, -ENOMEM, "Egress");
    (void)snprintf(section, sizeof section, "Egress:%s:%s", type, name);
    return load(r, d, section);
}

static int add_type(const struct reading *r, const struct section *section, const char *type)
{
    const struct config_entry *at = section_first(section);
    char name[LIMIT_CONFIG_KEY];
    struct section child;

    if (strcasecmp(type, "Properties") == 0)
        return 0;
    if (!find_type(type))
        log_event(&event_egress_no_type, {"type", type});
    while (section_next(section, &at, &child, name)) {
        int result = add(r, type, name);
        if (result < 0)
            return result;
    }
    return 0;
}

static int read_all(const struct config_keys *keys, struct list *list, struct error *err)
{
    struct reading r = {.keys = keys, .list = list, .err = err};
    struct section egress = section_find(keys, "Egress"), child;
    const struct config_entry *at = section_first(&egress);
    char type[LIMIT_CONFIG_KEY];
    int result = 0;

    config_validate(keys, &r.faults);
    while (result == 0 && section_next(&egress, &at, &child, type))
        result = add_type(&r, &child, type);
    config_faults_deinit(&r.faults);
    return result;
}

/* Secrets are in it: it is never shown. */
static char *all_text(const struct config_keys *keys)
{
    const struct config_entry *first;
    size_t count = config_keys_below(keys, "Egress", &first);
    struct text all = {0};

    for (size_t i = 0; i < count; i++)
        text_add_fmt(&all, "%s=%s%s\n", first[i].key, first[i].value,
                     first[i].is_null ? " null" : "");
    text_add_str(&all, ".");
    return text_take(&all);
}

int egress_reload(struct egress *all, const struct config_keys *keys, struct error *err)
{
    struct list fresh;
    cleanup(free_str) char *section = all_text(keys);

    if (!section)
        return error_set(err, -ENOMEM, "Egress");
    if (all->section && strcmp(section, all->section) == 0)
        return 0;
    list_init(&fresh);
    int r = read_all(keys, &fresh, err);
    if (r < 0) {
        free_list(&fresh);
        return r;
    }
    free_list(&all->destinations);
    list_each(d, &fresh, struct destination, link)
    {
        list_remove(&d->link);
        list_append(&all->destinations, &d->link);
    }
    free(all->section);
    all->section = take_ptr(section);
    return 0;
}

int egress_new(uv_loop_t *loop, const struct config_keys *keys, struct egress **ret,
               struct error *err)
{
    struct egress *all = calloc(1, sizeof *all);

    if (!all)
        return error_set(err, -ENOMEM, "Egress");
    all->loop = loop;
    list_init(&all->destinations);
    int r = egress_reload(all, keys, err);
    if (r < 0) {
        egress_free(all);
        return r;
    }
    *ret = all;
    return 0;
}

void egress_free(struct egress *all)
{
    if (!all)
        return;
    free_list(&all->destinations);
    free(all->section);
    free(all);
}

static int find_usable(const struct egress *all, const char *name, const struct destination **ret,
                       struct error *err)
{
    const struct destination *d = find(&all->destinations, name);

    if (!d)
        return error_set(err, -ENOENT, "Egress provider '%s' does not exist.", name);
    if (!d->provider)
        return error_set(err, -EINVAL, "Egress provider '%s' cannot be used: %s.", name, d->fault);
    *ret = d;
    return 0;
}

int egress_check(const struct egress *all, const char *provider, struct error *err)
{
    const struct destination *d;

    return find_usable(all, provider, &d, err);
}

int egress_sink_new(struct egress *all, const char *provider, struct sink **ret, struct error *err)
{
    const struct destination *d;
    int r = find_usable(all, provider, &d, err);

    return r < 0 ? r : d->provider->type->sink_new(all->loop, d->provider, ret, err);
}
