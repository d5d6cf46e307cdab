#include "src/program/commands.h"

#include <stdio.h>
#include <unistd.h>

#include "src/auth/generate_key.h"
#include "src/auth/temp_key.h"
#include "src/base/text.h"
#include "src/config/reference.h"
#include "src/config/schema.h"
#include "src/config/settings.h"
#include "src/config/show.h"
#include "src/config/validate.h"
#include "src/program/server.h"

static int complain(const struct error *err, int code)
{
    (void)fflush(stdout);
    (void)fprintf(stderr, "portside: %s\n", err->text);
    return code;
}

/* What has been printed must have arrived. */
static int finish_output(void)
{
    return fflush(stdout) < 0 || ferror(stdout) ? EXIT_CANNOT_RUN : EXIT_FINE;
}

/* The key that a run with --temp-apikey would make: in the same place, with other values. */
static int show_temp_key(struct settings *settings, struct error *err)
{
    static const char section[] = "Authentication:MonitorApiKey:";
    char name[64];
    struct temp_key key;
    int r = temp_key_make(&key, err);

    if (r < 0)
        return r;
    (void)snprintf(name, sizeof name, "%sSubject", section);
    r = settings_set(settings, name, key.subject, err);
    (void)snprintf(name, sizeof name, "%sPublicKey", section);
    if (r == 0)
        r = settings_set(settings, name, key.public_key, err);
    temp_key_deinit(&key);
    return r;
}

static int show(const struct command_flags *flags, struct settings *settings)
{
    const struct show_options options = {.full = flags->show_full, .sources = flags->show_sources};
    struct text out = {0};
    struct error err;

    if (flags->temp_api_key && show_temp_key(settings, &err) < 0)
        return complain(&err, EXIT_CANNOT_RUN);
    show_add(&out, settings_keys(settings), &options);
    if (!out.failed)
        (void)fputs(out.data, stdout);
    int code = out.failed ? EXIT_CANNOT_RUN : finish_output();
    text_deinit(&out);
    return code;
}

static int validate(const struct command_flags *flags, struct settings *settings)
{
    (void)flags;
    (void)fputs(settings_warnings(settings), stdout);
    int code = config_validate_print(settings_keys(settings), stdout);
    return finish_output() == EXIT_FINE ? code : EXIT_CANNOT_RUN;
}

/* The commands that need the configuration. */
static int run_configured(const struct command_flags *flags, const struct config_keys *command_line,
                          int (*run)(const struct command_flags *flags, struct settings *settings))
{
    const struct settings_start start = {command_line, environ, flags->configuration_file};
    struct settings *settings;
    struct error err;

    if (settings_new(&start, &settings, &err) < 0)
        return complain(&err, EXIT_USAGE);
    int code = run(flags, settings);
    settings_free(settings);
    return code;
}

static int print_schema(void)
{
    struct error err;

    return schema_print(stdout, &err) < 0 ? complain(&err, EXIT_CANNOT_RUN) : finish_output();
}

static int print_reference(void)
{
    reference_print(stdout);
    return finish_output();
}

static int generate_key(const struct command_flags *flags)
{
    struct error err;
    int r = generate_key_print(flags->key_format, flags->key_expiration_ticks, stdout, &err);

    return r < 0 ? complain(&err, EXIT_USAGE) : EXIT_FINE;
}

int command_run(enum command command, const struct command_flags *flags,
                const struct config_keys *command_line)
{
    static const char survey[] =
        "Tell us about your experience with dotnet monitor: https://aka.ms/dotnet-monitor-survey";

    switch (command) {
    case COMMAND_COLLECT:
        return run_configured(flags, command_line, server_run);
    case COMMAND_CONFIG_SHOW:
        printf("%s\n\n", survey); /* scripts that read the peer's output skip two lines */
        return run_configured(flags, command_line, show);
    case COMMAND_CONFIG_VALIDATE:
        return run_configured(flags, command_line, validate);
    case COMMAND_CONFIG_SCHEMA:
        return print_schema();
    case COMMAND_CONFIG_REFERENCE:
        return print_reference();
    case COMMAND_GENERATE_KEY:
        return generate_key(flags);
    case COMMAND_DONE:
    default:
        return EXIT_FINE;
    }
}
