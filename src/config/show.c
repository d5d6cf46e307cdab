#include "src/config/show.h"

#include <stdio.h>
#include <string.h>

#include "src/config/model.h"
#include "src/config/section.h"
#include "src/config/show_writer.h"

static const char not_present[] = ":NOT PRESENT:", redacted[] = ":REDACTED:";

struct show {
    const struct config_keys *keys;
    const struct show_options *options;
    struct show_writer writer;
};

/* What of the values below a section is hidden. */
enum hide { HIDE_NOTHING, HIDE_SECRETS, HIDE_ALL };

static void write_value(struct show *s, const char *name, const struct config_entry *entry,
                        enum hide hide)
{
    bool hidden =
        hide == HIDE_ALL || (entry && hide == HIDE_SECRETS && config_key_is_secret(entry->key));
    const char *value = entry && !entry->is_null ? entry->value : NULL;

    show_writer_value(&s->writer, name, hidden ? redacted : value);
    if (entry && s->options->sources)
        show_writer_comment(&s->writer, entry->shown->provider);
}

static void write_section(struct show *s, const char *name, const struct section *section,
                          enum hide hide);

static void write_children(struct show *s, const char *name_or_null, const struct section *section,
                           bool as_list, enum hide hide)
{
    const struct config_entry *at = section_first(section);
    char name[LIMIT_CONFIG_KEY];
    struct section child;

    show_writer_open(&s->writer, name_or_null, as_list ? '[' : '{');
    while (section_next(section, &at, &child, name)) {
        if (!as_list)
            write_section(s, name, &child, hide);
        else if (section_has_children(&child)) /* a list directly in a list prints as an object */
            write_children(s, NULL, &child, false, hide);
        else
            write_value(s, NULL, section_value(&child), hide);
    }
    show_writer_close(&s->writer, as_list ? ']' : '}');
}

static void write_section(struct show *s, const char *name, const struct section *section,
                          enum hide hide)
{
    const struct config_entry *own = section_value(section);
    bool is_port = own && text_equal_nocase(own->key, "DiagnosticPort");

    /* The short form of the port hides the long one; the peer shows an empty short form as a list.
     */
    if (is_port ? !own->value[0] : section_has_children(section))
        write_children(s, name, section,
                       section_is_list(section) && strcmp(name, "CollectionRules") != 0, hide);
    else
        write_value(s, name, own, hide);
}

/* A section that is named in the code; `key` is its whole key. */
static void write_named(struct show *s, const char *key, enum hide hide)
{
    const char *colon = strrchr(key, ':');
    const char *name = colon ? colon + 1 : key;
    struct section section = section_find(s->keys, key);

    if (section_exists(&section))
        write_section(s, name, &section, hide);
    else
        show_writer_value(&s->writer, name, not_present);
}

/* A section of which only some members are shown. True: its object is open. */
static bool open_named(struct show *s, const char *key)
{
    const char *colon = strrchr(key, ':');
    const char *name = colon ? colon + 1 : key;
    struct section section = section_find(s->keys, key);

    if (section_has_children(&section)) {
        show_writer_open(&s->writer, name, '{');
        return true;
    }
    if (section_exists(&section))
        write_value(s, name, section_value(&section), HIDE_ALL);
    else
        show_writer_value(&s->writer, name, not_present);
    return false;
}

static void write_kestrel(struct show *s)
{
    enum hide password = s->options->full ? HIDE_NOTHING : HIDE_ALL;

    if (!open_named(s, "Kestrel"))
        return;
    if (open_named(s, "Kestrel:Certificates")) {
        if (open_named(s, "Kestrel:Certificates:Default")) {
            write_named(s, "Kestrel:Certificates:Default:Path", HIDE_NOTHING);
            write_named(s, "Kestrel:Certificates:Default:Password", password);
            show_writer_close(&s->writer, '}');
        }
        show_writer_close(&s->writer, '}');
    }
    show_writer_close(&s->writer, '}');
}

static void write_authentication(struct show *s)
{
    if (!open_named(s, "Authentication"))
        return;
    if (open_named(s, "Authentication:MonitorApiKey")) {
        write_named(s, "Authentication:MonitorApiKey:Subject", HIDE_NOTHING);
        write_named(s, "Authentication:MonitorApiKey:PublicKey", HIDE_ALL);
        show_writer_close(&s->writer, '}');
    }
    write_named(s, "Authentication:AzureAd", HIDE_NOTHING);
    show_writer_close(&s->writer, '}');
}

static void write_file_system(struct show *s)
{
    static const char *const members[] = {"DirectoryPath", "IntermediateDirectoryPath",
                                          "CopyBufferSize"};
    struct section section = section_find(s->keys, "Egress:FileSystem"), child;
    const struct config_entry *at = section_first(&section);
    char name[LIMIT_CONFIG_KEY], key[2 * LIMIT_CONFIG_KEY];

    if (!open_named(s, "Egress:FileSystem"))
        return;
    while (section_next(&section, &at, &child, name)) {
        show_writer_open(&s->writer, name, '{');
        for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
            (void)snprintf(key, sizeof key, "Egress:FileSystem:%s:%s", name, members[i]);
            write_named(s, key, HIDE_NOTHING);
        }
        show_writer_close(&s->writer, '}');
    }
    show_writer_close(&s->writer, '}');
}

/* What the providers of others are told may be anything, so all of it is hidden. */
static void write_egress(struct show *s)
{
    struct section section = section_find(s->keys, "Egress"), child;
    const struct config_entry *at = section_first(&section);
    char name[LIMIT_CONFIG_KEY], key[2 * LIMIT_CONFIG_KEY];

    if (!open_named(s, "Egress"))
        return;
    write_named(s, "Egress:Properties", HIDE_ALL);
    write_file_system(s);
    while (section_next(&section, &at, &child, name)) {
        bool is_done =
            (text_equal_nocase(name, "Properties") || text_equal_nocase(name, "FileSystem")) &&
            section_exists(&child);
        (void)snprintf(key, sizeof key, "Egress:%s", name);
        if (!is_done)
            write_named(s, key, HIDE_ALL);
    }
    show_writer_close(&s->writer, '}');
}

/* The peer has no such sections, so they are shown only when they are set. */
static void write_own(struct show *s, enum hide hide)
{
    static const char *const names[] = {"Http", "Tls", "Audit", "Redaction", "Otlp"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct section section = section_find(s->keys, names[i]);
        if (section_exists(&section))
            write_named(s, names[i], hide);
    }
}

void show_add(struct text *out, const struct config_keys *keys, const struct show_options *options)
{
    static const char *const names[] = {
        "Templates",         "CollectionRuleDefaults", "GlobalCounter",     "CollectionRules",
        "CorsConfiguration", "DiagnosticPort",         "InProcessFeatures", "Metrics",
        "Storage",           "DefaultProcess",         "Logging",           "DotnetMonitorDebug",
    };
    struct show s = {.keys = keys, .options = options, .writer = {.out = out}};
    enum hide hide = options->full ? HIDE_NOTHING : HIDE_SECRETS;

    show_writer_open(&s.writer, NULL, '{');
    write_named(&s, "urls", hide);
    write_kestrel(&s);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        write_named(&s, names[i], hide);
    if (options->full) {
        write_named(&s, "Authentication", HIDE_NOTHING);
        write_named(&s, "Egress", HIDE_NOTHING);
    } else {
        write_authentication(&s);
        write_egress(&s);
    }
    write_own(&s, hide);
    show_writer_close(&s.writer, '}');
}
