/* The table of destinations, and what is logged about it. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "src/base/log.h"
#include "src/egress/egress.h"
#include "tests/support/files.h"
#include "tests/unit/io/loop.h"

static const char *const settings[][2] = {
    {"Egress:AzureBlobStorage:blobs:ContainerName", "c"},
    {"Egress:AzureBlobStorage:Both:ContainerName", "c"},
    {"Egress:FileSystem:artifacts:DirectoryPath", "/tmp/a"},
    {"Egress:FileSystem:both:DirectoryPath", "/tmp/b"},
    {"Egress:FileSystem:zero:DirectoryPath", "/tmp/a"},
    {"Egress:FileSystem:zero:CopyBufferSize", "0"},
    {"Egress:FileSystem:homeless:CopyBufferSize", "1"},
    {"Egress:Mine:thing:Key", "sesame"},
    {"Egress:Properties:artifact:x", "sesame"},
};

static const struct {
    const char *name;
    int want;
    const char *word; /* in the error */
} lookups[] = {
    {"artifacts", 0, NULL},
    {"ARTIFACTS", 0, NULL},
    {"nosuch", -ENOENT, "Egress provider 'nosuch' does not exist."},
    {"", -ENOENT, "Egress provider '' does not exist."},
    {"artifact", -ENOENT, "does not exist"},
    {"x", -ENOENT, "does not exist"},
    {"blobs", -EINVAL, "AzureBlobStorage are not served yet"},
    {"both", -EINVAL, "AzureBlobStorage are not served yet"},
    {"zero", -EINVAL, "Egress:FileSystem:zero:CopyBufferSize (here): "},
    {"homeless", -EINVAL, "Egress:FileSystem:homeless:DirectoryPath"},
    {"thing", -EINVAL, "no destination of type 'Mine'"},
};

static const char *const lines[] = {
    "fail: Microsoft.Diagnostics.Tools.Monitor.Egress.EgressProviderSource[6]\n"
    "      Provider 'blobs': destinations of type AzureBlobStorage are not served yet",
    "fail: Microsoft.Diagnostics.Tools.Monitor.Egress.EgressProviderSource[2]\n"
    "      Provider 'blobs': The options are invalid. The provider will not be available for "
    "use.\n",
    "warn: Microsoft.Diagnostics.Tools.Monitor.Egress.EgressProviderSource[24]\n"
    "      New provider 'both' under type 'FileSystem' was already registered with type "
    "'AzureBlobStorage' and will be ignored.\n",
    "[6]\n      Provider 'zero': Egress:FileSystem:zero:CopyBufferSize (here): ",
    "[2]\n      Provider 'homeless': The options",
    "warn: Microsoft.Diagnostics.Tools.Monitor.Egress.EgressProviderSource[96]\n"
    "      Egress provider type 'Mine' does not exist.\n",
};

static struct config_keys keys;
static int console, file;

static void put(const char *key, const char *value)
{
    struct error err;

    REQUIRE(config_keys_set(&keys, key, value, "here", &err) == 0);
}

static const char *log_path;

static void capture(void)
{
    struct log_settings all = {.stderr_level = LOG_LEVEL_NONE};

    log_path = world_text("%s/log", files_tmpdir());
    console = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
    file = open(log_path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    REQUIRE(console >= 0 && file >= 0 && dup2(file, STDOUT_FILENO) >= 0);
    log_configure(&all);
}

static const char *captured(void)
{
    (void)dup2(console, STDOUT_FILENO);
    (void)close(console);
    (void)close(file);
    log_set_level(LOG_LEVEL_NONE);
    const char *text = files_read(log_path, NULL);
    return text ? text : "";
}

static struct egress *load(uv_loop_t *loop)
{
    struct egress *all;
    struct error err;

    memset(&keys, 0, sizeof keys);
    for (size_t i = 0; i < COUNT_OF(settings); i++)
        put(settings[i][0], settings[i][1]);
    REQUIRE(egress_new(loop, &keys, &all, &err) == 0);
    return all;
}

static void test_lookups(void)
{
    log_set_level(LOG_LEVEL_NONE);
    struct egress *all = load(NULL);

    for (size_t i = 0; i < COUNT_OF(lookups); i++) {
        struct error err = {0};
        CHECK_AT(lookups[i].name, egress_check(all, lookups[i].name, &err) == lookups[i].want);
        CHECK_AT(err.text, !lookups[i].word || strstr(err.text, lookups[i].word));
    }
    egress_free(all);
    egress_free(NULL);
    config_keys_deinit(&keys);
}

static void test_lines(void)
{
    capture();
    egress_free(load(NULL));
    config_keys_deinit(&keys);
    const char *log = captured();

    for (size_t i = 0; i < COUNT_OF(lines); i++)
        CHECK_AT(world_text("%s\n---\n%s", lines[i], log), strstr(log, lines[i]) != NULL);
    CHECK_AT("no secret", strstr(log, "sesame") == NULL);
    CHECK_AT("those that work are not spoken of", strstr(log, "artifacts") == NULL);
}

/* Told again only when something has changed here. */
static void test_reload(void)
{
    struct error err;

    log_set_level(LOG_LEVEL_NONE);
    struct egress *all = load(NULL);
    capture();
    put("Metrics:Enabled", "false");
    CHECK(egress_reload(all, &keys, &err) == 0);
    CHECK(strcmp(captured(), "") == 0);
    capture();
    put("Egress:FileSystem:late:DirectoryPath", "/tmp/l");
    put("Egress:FileSystem:artifacts:DirectoryPath", "");
    CHECK(egress_reload(all, &keys, &err) == 0);
    CHECK(strstr(captured(), "Provider 'artifacts': Egress:FileSystem:artifacts:DirectoryPath"));
    CHECK(egress_check(all, "late", &err) == 0 && egress_check(all, "artifacts", &err) == -EINVAL);
    egress_free(all);
    config_keys_deinit(&keys);
}

static void on_closed(void *user, const char *location, const struct error *err)
{
    (void)err;
    (void)snprintf(user, 256, "%s", location ? location : "");
}

/* A sink that is open keeps the folder with which it began. */
static void test_sink(void)
{
    uv_loop_t *loop = loop_new();
    const char *first = world_text("%s/1", files_tmpdir());
    char location[256] = "";
    struct sink *s;
    struct error err;

    log_set_level(LOG_LEVEL_NONE);
    struct egress *all = load(loop);
    put("Egress:FileSystem:artifacts:DirectoryPath", first);
    REQUIRE(egress_reload(all, &keys, &err) == 0);
    CHECK(egress_sink_new(all, "nosuch", &s, &err) == -ENOENT);
    CHECK(egress_sink_new(all, "blobs", &s, &err) == -EINVAL);
    REQUIRE(egress_sink_new(all, "Artifacts", &s, &err) == 0);
    put("Egress:FileSystem:artifacts:DirectoryPath", "/nowhere");
    REQUIRE(egress_reload(all, &keys, &err) == 0);
    egress_free(all);
    config_keys_deinit(&keys);
    s->events = (struct sink_events){.user = location, .on_closed = on_closed};
    s->artifact.name = "art";
    CHECK(s->type->open(s, &err) == 0);
    s->type->close(s, NULL);
    CHECK(LOOP_UNTIL(loop, LOOP_MS, location[0]));
    loop_end(loop);
    CHECK_AT(location, strcmp(location, world_text("%s/art", first)) == 0);
}

WORLD_SUITE("egress/egress", {"lookups", test_lookups}, {"lines", test_lines},
            {"reload", test_reload}, {"sink", test_sink})
