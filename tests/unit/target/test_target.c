#include "src/target/target.h"
#include "tests/unit/target/runtime_end.h"

static void test_new(void)
{
    struct watched *w = watched_new();
    struct target *t = w->target;
    const char *const texts[] = {t->info.name,           t->info.command_line, t->info.os,
                                 t->info.entry_assembly, t->info.arch,         t->info.clr_version};

    CHECK(t->pid == 4711 && t->host_pid == 0 && t->refs == 1 && !t->settled && !t->gone);
    CHECK(t->root[0] == '\0' && t->socket_path == NULL && t->unresponsive_since == 0);
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        CHECK(strcmp(texts[i], "unknown") == 0);
    CHECK(target_ref(t) == t && t->refs == 2);
    CHECK(target_unref(t) == NULL && t->refs == 1);
    CHECK(target_unref(NULL) == NULL);
    watched_end(w);
    CHECK(w->gone == 0);
}

static void test_identity(void)
{
    struct watched *w = watched_new();
    char pid[24];

    w->target->pid = UINT64_MAX;
    struct process_identity p = target_identity(w->target, pid);
    CHECK(strcmp(p.text[PROCESS_KEY_ID], "18446744073709551615") == 0);
    for (int k = 0; k < PROCESS_KEY_COUNT; k++)
        CHECK(p.text[k] != NULL);
    watched_end(w);
}

static const struct {
    const char *label;
    struct ipc_process_info info;
    const char *name, *command_line, *os, *arch, *entry, *version;
} rows[] = {
    {"all",
     {.command_line = "/usr/bin/dotnet x.dll",
      .os = "Linux",
      .arch = "x64",
      .entrypoint_assembly = "x",
      .clr_version = "10.0.12"},
     "dotnet",
     "/usr/bin/dotnet x.dll",
     "Linux",
     "x64",
     "x",
     "10.0.12"},
    {"revision 1",
     {.command_line = "/app/web", .os = "Linux", .arch = "arm64"},
     "web",
     "/app/web",
     "Linux",
     "arm64",
     "unknown",
     "unknown"},
    {"empty texts",
     {.command_line = "", .os = "", .arch = "", .entrypoint_assembly = "", .clr_version = ""},
     "unknown",
     "unknown",
     "unknown",
     "unknown",
     "unknown",
     "unknown"},
    {"a command line without a name",
     {.command_line = "/app/ x", .os = "Linux", .arch = "x64"},
     "unknown",
     "/app/ x",
     "Linux",
     "x64",
     "unknown",
     "unknown"},
};

static void test_set_info(void)
{
    struct watched *w = watched_new();
    const struct target_info *info = &w->target->info;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        target_set_info(w->target, &rows[i].info);
        CHECK_AT(rows[i].label, strcmp(info->name, rows[i].name) == 0);
        CHECK_AT(rows[i].label, strcmp(info->command_line, rows[i].command_line) == 0);
        CHECK_AT(rows[i].label, strcmp(info->os, rows[i].os) == 0);
        CHECK_AT(rows[i].label, strcmp(info->arch, rows[i].arch) == 0);
        CHECK_AT(rows[i].label, strcmp(info->entry_assembly, rows[i].entry) == 0);
        CHECK_AT(rows[i].label, strcmp(info->clr_version, rows[i].version) == 0);
    }
    CHECK_AT("an advertised cookie stays", w->target->cookie.bytes[0] == 1);
    watched_end(w);
}

static void test_service_name(void)
{
    static const struct {
        const char *command_line, *assembly, *name;
    } names[] = {
        {"/usr/bin/dotnet web.dll", "web", "web"},
        {"dotnet", "", "dotnet"},
        {"/app/web --urls x", "other", "web"},
        {"/app/dotnet-thing", "thing", "dotnet-thing"},
    };
    struct watched *w = watched_new();

    CHECK_AT("until told", strcmp(target_service_name(w->target), w->target->info.name) == 0);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char line[64], assembly[16];
        (void)snprintf(line, sizeof line, "%s", names[i].command_line);
        (void)snprintf(assembly, sizeof assembly, "%s", names[i].assembly);
        const struct ipc_process_info info = {.command_line = line,
                                              .entrypoint_assembly = assembly};
        target_set_info(w->target, &info);
        CHECK_AT(names[i].command_line, strcmp(target_service_name(w->target), names[i].name) == 0);
    }
    watched_end(w);
}

/* Found by a scan: who it is is known with the first answer. */
static void test_cookie_from_info(void)
{
    struct watched *w = watched_new();
    struct ipc_process_info info = {.command_line = "x", .cookie = {.bytes = {9, 8}}};

    w->target->cookie = (struct guid){0};
    target_set_info(w->target, &info);
    CHECK(guid_equal(&w->target->cookie, &info.cookie));
    info.cookie.bytes[0] = 7;
    target_set_info(w->target, &info);
    CHECK_AT("and does not change", w->target->cookie.bytes[0] == 9);
    watched_end(w);
}

WORLD_SUITE("target/target", {"new", test_new}, {"identity", test_identity},
            {"set info", test_set_info}, {"service name", test_service_name},
            {"cookie from info", test_cookie_from_info})
