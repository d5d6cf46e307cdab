/*
 * `config show` side by side with the peer, where it is installed: PORTSIDE_PEER names its program.
 * Both get the same folders, environment and arguments; both must print the same bytes.
 */
#include <stdlib.h>
#include <unistd.h>

#include "tests/support/files.h"
#include "tests/support/proc.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

enum { RUN_MS = 60000, PEER_ARGS = 6, PEER_ENV = 6, PEER_FILES = 6 };

struct peer_case {
    const char *label;
    const char *args[PEER_ARGS];
    const char *env[PEER_ENV];
    const char *files[PEER_FILES][2]; /* path below the folder, content */
    const char *extra;                /* content of --configuration-file-path */
};

static const struct peer_case cases[] = {
    {.label = "nothing"},
    {.label = "values of JSON",
     .extra = "{\"Storage\":{\"A\":null,\"B\":{},\"C\":[],\"D\":\"\",\"E\":[null,{},[]],"
              "\"F\":1.50e3,\"G\":true,\"H\":false},\"Egress\":null,\"Templates\":[]}"},
    {.label = "null over a value",
     .files = {{"user/settings.json",
                "{\"Storage\":{\"A\":\"low\",\"B\":\"low\",\"C\":\"low\",\"D\":{\"x\":\"y\"},"
                "\"E\":[\"1\",\"2\"],\"F\":\"low\"},\"CorsConfiguration\":{\"AllowedOrigins\":"
                "\"a\"}}"}},
     .extra = "{\"Storage\":{\"A\":null,\"B\":{},\"C\":[],\"D\":null,\"E\":[],\"F\":{\"z\":1}},"
              "\"CorsConfiguration\":null}"},
    {.label = "empty variables",
     .env = {"DOTNET_Urls=", "DOTNET_Storage__A=", "ASPNETCORE_Storage__B=", "DOTNET_Storage__B=x",
             "Storage__C=", "DotnetMonitor_Storage__D="}},
    {.label = "plain urls", .env = {"Urls=http://a:1"}},
    {.label = "DOTNET_ urls", .env = {"DOTNET_Urls=http://a:1"}},
    {.label = "ASPNETCORE_ urls", .env = {"ASPNETCORE_Urls=http://a:1", "DOTNET_Urls=http://b:1"}},
    {.label = "DotnetMonitor_ urls", .env = {"DOTNETMONITOR_Urls=http://a:1"}},
    {.label = "all providers",
     .env = {"DOTNET_Storage__A=1", "ASPNETCORE_Storage__B=2", "Storage__C=3",
             "DOTNETMONITOR_Storage__D=4"},
     .files = {{"user/settings.json", "{\"Storage\":{\"E\":5}}"},
               {"etc/settings.json", "{\"Storage\":{\"F\":6}}"},
               {"etc/Storage__G", "7\n"},
               {"etc/Storage__H", "8\r\n"},
               {"etc/ignore.Storage__I", "9"},
               {"etc/Storage__J", "10\n\n"}},
     .extra = "{\"Storage\":{\"K\":11}}"},
    {.label = "key-per-file",
     .files = {{"etc/.Storage__dot", "d"},
               {"etc/Storage__A", ""},
               {"etc/Storage__B", "\xFF"},
               {"etc/Storage__D", "\xEF\xBB\xBF"
                                  "bom"},
               {"etc/Storage:E", "colon"},
               {"etc/Storage__H", "\n"}}},
    {.label = "spelling of names",
     .env = {"DotnetMonitor_STORAGE__dumptempfolder=/x", "Storage__DumpTempFolder=/y",
             "storage__SUB__a=1"},
     .extra = "{\"Storage\":{\"sub\":{\"B\":\"2\"}}}"},
    {.label = "escapes",
     .extra = "{\"Storage\":{\"A\":\"<>&'\\\"+`\\\\/\\n\\r\\t\\b\\f\\u0001\xC3\xA9\xE2\x82\xAC"
              "\xF0\x9F\x98\x80\\ud83d\\ude00 \\u007f \\u00a0 */ ~\",\"k<\xC3\xA9\":\"*/\"}}"},
    {.label = "comments, commas, byte order mark",
     .extra = "\xEF\xBB\xBF/* x */ {\"Storage\":{\"A\":1,/*c*/ // d\n \"B\":[1,2,],},} // e"},
    {.label = "UTF-16 without zeros",
     .files = {{"etc/Storage__A", "\xFF\xFE\xAC\x20\x01\xD8"},
               {"etc/Storage__B", "\xFE\xFF\x20\xAC"}}},
    {.label = "colons in names", .extra = "{\"Storage:A\":{\"B:C\":1}}"},
    {.label = "empty name", .extra = "{\"Storage\":{\"\":\"x\",\"A\":\"1\"}}"},
    {.label = "order of children",
     .extra =
         "{\"Storage\":{\"b\":1,\"A\":2,\"_\":3,\"a1\":4,\"B0\":5,\"10\":6,\"9\":7,\"-1\":8}}"},
    {.label = "lists",
     .extra = "{\"Storage\":{\"A\":[[1,2],[],{\"x\":1}],\"B\":{\"0\":\"a\",\"2\":\"c\"}},"
              "\"CollectionRules\":{\"0\":{\"Trigger\":{\"Type\":\"Startup\"}},\"1\":\"x\"}}"},
    {.label = "value and children",
     .env = {"DotnetMonitor_Storage__A__B=y", "DotnetMonitor_Storage=val"},
     .extra = "{\"Storage\":{\"A\":\"x\"}}"},
    {.label = "short form of the port",
     .env = {"DotnetMonitor_DiagnosticPort=/p", "DotnetMonitor_DiagnosticPort__ConnectionMode="
                                                "Listen"}},
    {.label = "option of the port",
     .args = {"--diagnostic-port", "/q"},
     .env = {"DotnetMonitor_DiagnosticPort="}},
    {.label = "empty short form of the port", .env = {"DotnetMonitor_DiagnosticPort="}},
    {.label = "secrets",
     .extra =
         "{\"Egress\":{\"Properties\":{\"a\":\"b\"},\"AzureBlobStorage\":{\"x\":{\"accountKey\":"
         "\"k\",\"l\":[1,2]}},\"FileSystem\":{\"y\":{\"DirectoryPath\":\"/d\",\"Extra\":\"e\"},"
         "\"z\":\"scalar\"},\"S3Storage\":\"s\"},\"Authentication\":{\"MonitorApiKey\":{"
         "\"Subject\":\"s\",\"PublicKey\":\"k\",\"Issuer\":\"i\"},\"AzureAd\":{\"ClientId\":\"c\"},"
         "\"Other\":\"x\"},\"Kestrel\":{\"Certificates\":{\"Default\":{\"Path\":\"p\","
         "\"Password\":\"w\",\"KeyPath\":\"x\"}},\"Endpoints\":{\"x\":{\"Url\":\"u\"}}}}"},
    {.label = "secrets in full",
     .args = {"--level", "full"},
     .extra = "{\"Egress\":{\"Properties\":{\"a\":\"b\"},\"FileSystem\":{\"y\":{\"Extra\":\"e\"}},"
              "\"S3Storage\":\"s\"},\"Authentication\":{\"MonitorApiKey\":{\"Subject\":\"s\","
              "\"PublicKey\":\"k\"}},\"Kestrel\":{\"Certificates\":{\"Default\":{\"Password\":"
              "\"w\"}},\"Endpoints\":{\"x\":{\"Url\":\"u\"}}}}"},
    {.label = "options", .args = {"-u", "a;b", "--urls=c", "-m:false", "--metricUrls", "d"}},
};

static const char *run(const char *program, const struct peer_case *c, const char *dir)
{
    const char *argv[PEER_ARGS + 8] = {program, "config", "show", "--show-sources"};
    const char *env[PEER_ENV + 6] = {
        world_text("HOME=%s", dir), "DOTNET_EnableDiagnostics=0",
        world_text("DotnetMonitorTestSettings__SharedConfigDirectoryOverride=%s/etc", dir),
        world_text("DotnetMonitorTestSettings__UserConfigDirectoryOverride=%s/user", dir)};
    const char *out = "";
    size_t n = 4;

    for (size_t i = 0; i < PEER_ARGS && c->args[i]; i++)
        argv[n++] = c->args[i];
    if (c->extra) {
        argv[n++] = "--configuration-file-path";
        argv[n++] = world_text("%s/extra.json", dir);
    }
    for (size_t i = 0; i < PEER_ENV && c->env[i]; i++)
        env[4 + i] = c->env[i];
    int code = proc_run(&(struct proc_options){.argv = argv,
                                               .env = env,
                                               .clean_env = true,
                                               .cwd = dir,
                                               .output = world_text("%s/output", dir)},
                        RUN_MS, &out);
    CHECK_AT(world_text("%s: %s ended with %d: %s", c->label, program, code, out), code == 0);
    return out;
}

static void compare(const char *peer, const struct peer_case *c)
{
    const char *dir = files_tmpdir();

    (void)files_mkdir(dir, "etc", 0755, 0);
    (void)files_mkdir(dir, "user", 0755, 0);
    for (size_t i = 0; i < PEER_FILES && c->files[i][0]; i++)
        CHECK(files_write(world_text("%s/%s", dir, c->files[i][0]), c->files[i][1],
                          strlen(c->files[i][1])));
    if (c->extra)
        CHECK(files_write(world_text("%s/extra.json", dir), c->extra, strlen(c->extra)));
    const char *want = run(peer, c, dir), *got = run(getenv("PORTSIDE_BIN"), c, dir);
    CHECK_AT(world_text("%s\npeer:\n%s\nportside:\n%s", c->label, want, got),
             strcmp(want, got) == 0);
}

static void test_peer(void)
{
    const char *peer = getenv("PORTSIDE_PEER");

    if (!peer || access(peer, X_OK) < 0) {
        world_skip("PORTSIDE_PEER does not name dotnet-monitor's program");
        return;
    }
    REQUIRE(getenv("PORTSIDE_BIN") != NULL);
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        compare(peer, &cases[i]);
}

WORLD_SUITE("component/config_peer", {"same output", test_peer})
