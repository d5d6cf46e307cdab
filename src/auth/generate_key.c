#include "src/auth/generate_key.h"

#include <errno.h>

#include "src/auth/temp_key.h"
#include "src/base/text.h"

#define SURVEY                                                                                     \
    "Tell us about your experience with dotnet monitor: https://aka.ms/dotnet-monitor-survey"
#define INTRODUCTION                                                                               \
    "Generated ApiKey for dotnet-monitor; use the following header for authorization:"
#define KEY "Authentication__MonitorApiKey__"

/* What stands before, between and after the two values. */
static const struct {
    const char *name;
    bool key_first; /* the public key stands before the subject */
    const char *before, *between, *after;
} formats[] = {
    [KEY_FORMAT_JSON] = {"Json", true,
                         "{\n"
                         "  \"Authentication\": {\n"
                         "    \"MonitorApiKey\": {\n"
                         "      \"PublicKey\": \"",
                         "\",\n"
                         "      \"Subject\": \"",
                         "\"\n"
                         "    }\n"
                         "  }\n"
                         "}\n"},
    [KEY_FORMAT_TEXT] = {"Text", false, "Subject: ", "\nPublic Key: ", "\n"},
    [KEY_FORMAT_CMD] = {"Cmd", false, "set " KEY "Subject=", "\nset " KEY "PublicKey=", "\n"},
    [KEY_FORMAT_SHELL] = {"Shell", false, "export " KEY "Subject=\"",
                          "\"\nexport " KEY "PublicKey=\"", "\"\n"},
    [KEY_FORMAT_POWERSHELL] = {"PowerShell", false, "$env:" KEY "Subject=\"",
                               "\"\n$env:" KEY "PublicKey=\"", "\"\n"},
    [KEY_FORMAT_MACHINE_JSON] = {"MachineJson", false,
                                 "{\n"
                                 "  \"Authentication\": {\n"
                                 "    \"MonitorApiKey\": {\n"
                                 "      \"Subject\": \"",
                                 "\",\n"
                                 "      \"PublicKey\": \"",
                                 "\",\n"
                                 "      \"Issuer\": null\n"
                                 "    },\n"
                                 "    \"AzureAd\": null\n"
                                 "  },\n"},
};

static void print_settings(enum key_format format, const struct temp_key *key, FILE *out)
{
    bool key_first = formats[format].key_first;

    (void)fputs(formats[format].before, out);
    (void)fputs(key_first ? key->public_key : key->subject, out);
    (void)fputs(formats[format].between, out);
    (void)fputs(key_first ? key->subject : key->public_key, out);
    (void)fputs(formats[format].after, out);
}

static void print(enum key_format format, const struct temp_key *key, FILE *out)
{
    if (format == KEY_FORMAT_MACHINE_JSON) { /* nothing around it: the output is one object */
        print_settings(format, key, out);
        (void)fprintf(out, "  \"AuthorizationHeader\": \"Bearer %s\"\n}\n", key->token);
        return;
    }
    (void)fprintf(out,
                  SURVEY "\n\n" INTRODUCTION "\n\nAuthorization: Bearer %s\n\n"
                         "Settings in %s format:\n",
                  key->token, formats[format].name);
    print_settings(format, key, out);
    (void)fputs("\n", out);
}

int generate_key_print(enum key_format format, int64_t ticks, FILE *out, struct error *err)
{
    struct temp_key key;
    int r = temp_key_make_for(ticks, &key, err);

    if (r < 0)
        return r;
    print(format, &key, out);
    temp_key_deinit(&key);
    return fflush(out) == 0 && !ferror(out) ? 0 : error_set(err, -EIO, "cannot write the key");
}
