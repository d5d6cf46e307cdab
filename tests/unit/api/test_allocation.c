/*
 * Memory runs out at the n-th allocation, for every n: no crash, no leak (under the address
 * sanitizer), and a failure is told. Each try is a process of its own. malloc and friends are
 * wrapped by the linker (tests/CMakeLists.txt); what libraries allocate inside is not.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/api/api.h"
#include "src/api/call.h"
#include "src/collect/dump_folder.h"
#include "src/config/command_line.h"
#include "src/config/environment.h"
#include "src/config/options.h"
#include "src/config/settings.h"
#include "src/config/show.h"
#include "src/io/child.h"
#include "src/ipc/listener.h"
#include "src/ops/operation.h"
#include "src/ops/tags.h"
#include "src/target/registry.h"
#include "src/target/requests.h"
#include "tests/support/files.h"
#include "tests/unit/io/loop.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *s);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *s);

static long countdown; /* 0: nothing fails */
static bool refused;

static bool refuse(void)
{
    if (countdown == 0 || --countdown > 0)
        return false;
    refused = true;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return refuse() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return refuse() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return refuse() ? NULL : __real_realloc(old, size);
}

char *__wrap_strdup(const char *s)
{
    return refuse() ? NULL : __real_strdup(s);
}

static uv_loop_t loop;
static const char *folder;
static struct options options;

static int try_keys(struct error *err)
{
    char *environment[] = {(char[]){"DotnetMonitor_A__B=1"}, (char[]){"DOTNET_C=2"}, NULL};
    struct config_keys keys = {0};

    int r = config_keys_add_environment(&keys, environment, err);
    config_keys_deinit(&keys);
    return r;
}

static int try_command_line(struct error *err)
{
    char *argv[] = {(char[]){"portside"}, (char[]){"collect"},           (char[]){"-u"},
                    (char[]){"a"},        (char[]){"--urls=b"},          (char[]){"--no-auth"},
                    (char[]){"-m"},       (char[]){"--diagnostic-port"}, (char[]){"/p"}};
    struct config_keys keys = {0};
    struct command_flags flags;
    enum command command;

    int r = command_line_parse(COUNT_OF(argv), argv, &command, &flags, &keys, err);
    config_keys_deinit(&keys);
    return r;
}

/* Loads from this environment; only the loading itself runs out of memory. */
static int load_options(char *const *environment, struct error *err)
{
    struct config_keys keys = {0};
    struct options o = {0};
    long armed = countdown;

    countdown = 0;
    int r = config_keys_add_environment(&keys, environment, err);
    countdown = armed;
    if (r == 0)
        r = options_load(&o, &keys, err);
    CHECK_AT("no text is missing",
             r < 0 || (o.urls && o.metric_urls && o.diagnostic_port && o.port_name &&
                       o.port_socket_group && o.shared_path && o.dump_folder));
    options_deinit(&o);
    config_keys_deinit(&keys);
    return r;
}

static int try_options(struct error *err)
{
    char *environment[] = {(char[]){"DiagnosticPort=/p"},
                           (char[]){"DiagnosticPort__AllowedUids=1;2;3"},
                           (char[]){"DefaultProcess__Filters__0__ProcessName=dotnet"},
                           (char[]){"DefaultProcess__Filters__1__ProcessId=1"}, NULL};

    return load_options(environment, err);
}

static int try_default_options(struct error *err)
{
    char *environment[] = {NULL};

    return load_options(environment, err);
}

/* All kinds of sources, read twice, and shown. */
static int try_settings(struct error *err)
{
    long armed = countdown;

    countdown = 0; /* for the texts of the test itself */
    char *environment[] = {
        world_text("DotnetMonitorTestSettings__SharedConfigDirectoryOverride=%s/config", folder),
        world_text("DotnetMonitorTestSettings__UserConfigDirectoryOverride=%s/none", folder),
        (char[]){"ASPNETCORE_A="}, (char[]){"DOTNET_B=1"}, NULL};
    struct config_keys command_line = {0};
    const struct settings_start start = {&command_line, environment, "/none.json"};
    struct settings *settings = NULL;
    struct text out = {0};
    bool changed;

    countdown = armed;
    int r = settings_new(&start, &settings, err);
    if (r == 0)
        r = settings_set(settings, "A", "top", err);
    if (r == 0)
        r = settings_reload(settings, &changed, err);
    if (r == 0) {
        show_add(&out, settings_keys(settings), &(struct show_options){.sources = true});
        if (out.failed)
            r = error_set(err, -ENOMEM, "show");
    }
    text_deinit(&out);
    settings_free(settings);
    return r;
}

static int try_tags(struct error *err)
{
    char **tags;
    size_t count;

    int r = tags_split("a,b,c", &tags, &count, err);
    tags_free(tags, count);
    return r;
}

static int try_folder(struct error *err)
{
    struct dump_folder *f = NULL;
    struct dump_place place = DUMP_PLACE_NONE;

    int r = dump_folder_new(&options, &f, err);
    if (r == 0)
        r = dump_place_make(f, "", geteuid(), false, &place, err);
    dump_place_remove(&place);
    dump_folder_free(f);
    return r;
}

static void on_exit_seen(void *user, const struct child_result *result)
{
    (void)user;
    (void)result;
}

static int try_child(struct error *err)
{
    char *argv[] = {(char[]){"/bin/true"}, NULL};
    struct child *c;

    int r = child_start(&loop, argv, NULL, on_exit_seen, NULL, &c, err);
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    return r;
}

static void on_nothing(void *user, struct target *t)
{
    (void)user;
    (void)t;
}

static void on_outcome(void *user, const struct ipc_outcome *outcome)
{
    ++*(int *)user;
    CHECK(outcome->code < 0);
}

static int try_target(struct error *err)
{
    const struct target_events events = {NULL, on_nothing, on_nothing, on_nothing};
    const struct ipc_peer peer = {0, 0, 0};
    struct ipc_channel *ch;
    struct target *t = NULL;
    int ends[2], done = 0, asked = 0;

    int r = target_new(&loop, &(struct guid){0}, 1, &peer, &events, &t, err);
    if (r == 0)
        r = target_request_empty(t, IPC_PROCESS_INFO, REQUEST_LAST, 1000, on_outcome, &done, NULL,
                                 err);
    asked = r == 0;
    if (r == 0 && socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0) {
        r = ipc_channel_adopt(&loop, ends[0], &ch, err);
        if (r == 0)
            target_offer(t, ch);
        (void)uv_run(&loop, UV_RUN_NOWAIT);
        (void)uv_run(&loop, UV_RUN_NOWAIT);
        (void)close(ends[1]);
    }
    if (t)
        target_set_gone(t);
    (void)target_unref(t);
    CHECK_AT("told once", done == asked);
    return r;
}

static int try_registry(struct error *err)
{
    struct registry *registry = NULL;

    int r = registry_new(&loop, &options, &registry, err);
    registry_free(registry);
    return r;
}

static int fail_to_start(const struct collect_context *context, struct target *target,
                         const void *params, const struct collection_events *events,
                         struct collection **ret, struct error *err)
{
    (void)context;
    (void)target;
    (void)params;
    (void)events;
    (void)ret;
    return error_set(err, -EIO, "no");
}

static int closes;

static void on_close(struct sink *s, const struct error *err)
{
    closes += s && err;
    s->events.on_closed(s->events.user, NULL, NULL);
}

static int try_operation(struct error *err)
{
    static const struct collection_type type = {.name = "x", .limit = 1, .start = fail_to_start};
    static const struct sink_type sink_type = {.name = "x", .close = on_close};
    static char name[] = "app";
    static struct target t = {.info = {.name = name}};
    const struct collect_context context = {0};
    const struct operation_request request = {
        .type = &type, .target = &t, .tags = "a,b", .artifact_name = "core"};
    struct sink sink = {.type = &sink_type};
    struct operations *all = NULL;

    closes = 0;
    int r = operations_new(&context, &all, err);
    if (r == 0) {
        r = operations_start(all, &request, &sink, NULL, err);
        CHECK_AT("the sink is closed", closes == 1);
    }
    operations_free(all);
    return r;
}

/* Whole, or not at all: it is kept. */
static int try_document(struct error *err)
{
    static struct api api;
    struct text all = {0};

    api_init(&api);
    api.security.kind = SECURITY_ENTRA;
    api.security.authority = "https://login/tenant";
    int r = document_build(&api.router, &api.security, &api.document, err);
    if (r == 0)
        document_write(&api.document, "http", "host", &all);
    if (r == 0 && all.failed)
        r = error_set(err, -ENOMEM, "written");
    CHECK_AT("whole", r < 0 || (all.data[0] == '{' && all.data[all.size - 1] == '}'));
    text_deinit(&all);
    api_deinit(&api);
    return r;
}

static int try_call(struct error *err)
{
    static const struct http_pair query[] = {
        {"tags", "a"}, {"name", "b"}, {"tags", "c"}, {"name", "d"}, {"tags", "e"}};
    const struct endpoint e = {.params = {PARAM_TAGS, PARAM_NAME}};
    const struct http_request request = {.query = query, .query_count = COUNT_OF(query)};
    struct call c = {0};

    int r = call_bind_query(&e, &request, &c);
    CHECK_AT("joined", r < 0 || (strcmp(c.at[PARAM_TAGS].text, "a,c,e") == 0 &&
                                 strcmp(c.at[PARAM_NAME].text, "b,d") == 0));
    call_deinit(&c);
    return r < 0 ? error_set(err, r, "call") : 0;
}

static const struct {
    const char *label;
    int (*run)(struct error *err);
} tries[] = {
    {"keys", try_keys},         {"command line", try_command_line},
    {"options", try_options},   {"default options", try_default_options},
    {"tags", try_tags},         {"dump folder", try_folder},
    {"child", try_child},       {"target", try_target},
    {"registry", try_registry}, {"operation", try_operation},
    {"document", try_document}, {"call", try_call},
    {"settings", try_settings},
};

enum { ENOUGH = 0, AGAIN = 1, UNTOLD = 2, ASSERTED = 3, NTH_MAX = 500 };

/* In a process of its own: the exit code is one of the above, or a sanitizer's. */
__attribute__((noreturn)) static void run_alone(size_t i, long nth)
{
    struct error err = {0};
    unsigned before = CU_get_number_of_failures(); /* inherited */

    log_set_level(LOG_LEVEL_NONE);
    if (uv_loop_init(&loop) < 0)
        abort();
    countdown = nth;
    int r = tries[i].run(&err);
    countdown = 0;
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    if (uv_loop_close(&loop) < 0 || CU_get_number_of_failures() != before)
        exit(ASSERTED);
    if (r < 0 && (err.code >= 0 || err.text[0] == '\0'))
        exit(UNTOLD);
    exit(refused ? AGAIN : ENOUGH);
}

static int run_forked(size_t i, long nth)
{
    int status = -1;

    (void)fflush(stdout);
    pid_t pid = fork();
    if (pid == 0)
        run_alone(i, nth);
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void test_every_allocation(void)
{
    folder = files_tmpdir();
    options = (struct options){.dump_folder = world_text("%s/dumps", folder),
                               .shared_path = world_text("%s", ""),
                               .port_mode = PORT_LISTEN,
                               .port_name = world_text("%s/port", folder),
                               .port_socket_mode = 0600,
                               .port_socket_group = world_text("%s", ""),
                               .diagnostic_port = world_text("%s", "")};
    (void)files_mkdir(folder, "config", 0755, 0);
    CHECK(files_write(world_text("%s/config/settings.json", folder), "{\"A\":{\"B\":[1]}}", 15));
    CHECK(files_write(world_text("%s/config/A__C", folder), "x", 1));
    for (size_t i = 0; i < COUNT_OF(tries); i++) {
        int code = AGAIN;
        long nth = 1;
        for (; nth < NTH_MAX && code != ENOUGH; nth++) {
            code = run_forked(i, nth);
            CHECK_AT(world_text("%s: allocation %ld: %s%d", tries[i].label, nth,
                                code < 0 ? "signal " : "exit code ", code < 0 ? -code : code),
                     code == ENOUGH || code == AGAIN);
        }
        CHECK_AT(tries[i].label, code == ENOUGH && nth > 2);
    }
}

WORLD_SUITE("api/allocation", {"every allocation", test_every_allocation})
