/* A suspended runtime is resumed on every path, and its answers never harm the daemon. */
#include "tests/support/fake_runtime.h"
#include "tests/support/files.h"
#include "tests/support/portside.h"
#include "tests/support/world.h"

enum { RESUME_MS = 30000 };

static const uint8_t garbage[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
/* A good header that promises 4 bytes more than ProcessInfo's fixed part, strings cut off. */
static const uint8_t cut_info[] =
    "DOTNET_IPC_V1\0\x30\x00\xff\x00\x00\x00"
    "\x01\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00"
    "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10";
/* A string length of 2^31 units. */
static const uint8_t huge_string[] =
    "DOTNET_IPC_V1\0\x34\x00\xff\x00\x00\x00"
    "\x01\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00"
    "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\xff\xff\xff\x7f";
/* A size field below the header's own size. */
static const uint8_t small_size[] = "DOTNET_IPC_V1\0\x13\x00\xff\x00\x00\x00";

static const struct {
    const char *label;
    struct fake_rule rule;
} resume_cases[] = {
    {"healthy", {0}},
    {"info is an error", {FAKE_ANY_INFO, FAKE_ACT_ERROR, .hresult = FAKE_E_FAIL}},
    {"info is unknown", {FAKE_ANY_INFO, FAKE_ACT_ERROR, .hresult = FAKE_UNKNOWN_COMMAND}},
    {"only the oldest info", {FAKE_INFO3, FAKE_ACT_ERROR, .hresult = FAKE_UNKNOWN_COMMAND}},
    {"info is silent", {.command = FAKE_ANY_INFO, .act = FAKE_ACT_SILENT}},
    {"info closes at once", {FAKE_ANY_INFO, FAKE_ACT_HANG_UP, .size = 0}},
    {"info closes in the header", {FAKE_ANY_INFO, FAKE_ACT_HANG_UP, .size = 10}},
    {"info closes after the header", {FAKE_ANY_INFO, FAKE_ACT_HANG_UP, .size = 20}},
    {"info closes in the payload", {FAKE_ANY_INFO, FAKE_ACT_HANG_UP, .size = 61}},
    {"info is HTTP", {FAKE_ANY_INFO, FAKE_ACT_RAW, .bytes = garbage, .size = sizeof garbage - 1}},
    {"info is 65535 zero bytes", {FAKE_ANY_INFO, FAKE_ACT_RAW, .size = 65535}},
    {"info lacks its strings",
     {FAKE_ANY_INFO, FAKE_ACT_RAW, .bytes = cut_info, .size = sizeof cut_info - 1}},
    {"info has a huge string",
     {FAKE_ANY_INFO, FAKE_ACT_RAW, .bytes = huge_string, .size = sizeof huge_string - 1}},
    {"info has size 19",
     {FAKE_ANY_INFO, FAKE_ACT_RAW, .bytes = small_size, .size = sizeof small_size - 1}},
    {"first command closes at once", {FAKE_ANY, FAKE_ACT_HANG_UP, .times = 1, .size = 0}},
    {"first command is silent", {FAKE_ANY, FAKE_ACT_SILENT, .times = 1}},
};

enum { CASES = sizeof resume_cases / sizeof resume_cases[0] };

/* All at once: one bad runtime must not hold up another. */
static void resume_all(const struct portside_options *o, int healthy_ms)
{
    struct portside *p = portside_start(o);
    struct fake_runtime *r[CASES];

    for (size_t i = 0; i < CASES; i++)
        r[i] = fake_runtime_start(
            &(struct fake_options){.port = p->socket, .rules = {resume_cases[i].rule}});
    CHECK_AT("the healthy one at once", fake_runtime_wait(r[0], FAKE_RESUME, 1, healthy_ms));
    for (size_t i = 0; i < CASES; i++)
        CHECK_AT(resume_cases[i].label, fake_runtime_wait(r[i], FAKE_RESUME, 1, RESUME_MS));
    CHECK(!proc_wait(p->proc, 0));
    CHECK(portside_stop(p) == 0);
}

static void test_resumed_on_every_path(void)
{
    resume_all(NULL, 2000);
}

/* Collection rules ask before; whatever goes wrong, they let go. */
static void test_resumed_with_rules(void)
{
    resume_all(
        &(struct portside_options){
            .env = {"DotnetMonitor_CollectionRules__A__Trigger__Type=Startup",
                    "DotnetMonitor_CollectionRules__A__Actions__0__Type=GetEnvironmentVariable",
                    "DotnetMonitor_CollectionRules__A__Actions__0__Settings__Name=PATH",
                    "DotnetMonitor_CollectionRules__B__Trigger__Type=CPUUsage",
                    "DotnetMonitor_CollectionRules__C__Trigger__Type=None"}},
        RESUME_MS);
}

/* The resume itself fails the first time: it is sent again. */
static void test_resume_is_repeated(void)
{
    static const struct fake_rule failures[] = {
        {FAKE_RESUME, FAKE_ACT_HANG_UP, .times = 1, .size = 0},
        {FAKE_RESUME, FAKE_ACT_HANG_UP, .times = 1, .size = 12},
    };
    struct portside *p = portside_start(NULL);

    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
        struct fake_runtime *r =
            fake_runtime_start(&(struct fake_options){.port = p->socket, .rules = {failures[i]}});

        CHECK(fake_runtime_wait(r, FAKE_RESUME, 2, RESUME_MS));
    }
}

/* A refusal is an answer: the runtime is listed, and not asked for ever. */
static void test_refused_resume_is_ignored(void)
{
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r = fake_runtime_start(&(struct fake_options){
        .port = p->socket,
        .rules = {{FAKE_RESUME, FAKE_ACT_ERROR, .hresult = FAKE_UNKNOWN_COMMAND}}});

    CHECK(portside_wait_count(p, 1, 5000));
    CHECK(fake_runtime_received(r, FAKE_RESUME) <= 3);
}

/* The daemon is killed in the handshake; its successor on the same socket resumes the runtime. */
static void test_killed_in_handshake(void)
{
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r = fake_runtime_start(&(struct fake_options){
        .port = p->socket, .rules = {{FAKE_ANY, FAKE_ACT_SILENT, .times = 1}}});

    REQUIRE(fake_runtime_wait(r, FAKE_ANY, 1, 5000));
    proc_kill_group(p->proc);
    struct portside *again = portside_start(&(struct portside_options){.dir = p->dir});
    CHECK(fake_runtime_wait(r, FAKE_RESUME, 1, RESUME_MS));
    CHECK(portside_wait_count(again, 1, 5000));
}

/* It was running already: a command that only a daemon's restart repeats does no harm. */
static void test_runtime_before_daemon(void)
{
    const char *dir = files_tmpdir();
    struct fake_runtime *r =
        fake_runtime_start(&(struct fake_options){.port = world_text("%s/diag.sock", dir)});

    (void)files_mkdir(dir, "tmp", 0777, 0);
    struct portside *p = portside_start(&(struct portside_options){.dir = dir});
    CHECK(fake_runtime_wait(r, FAKE_RESUME, 1, 5000));
    CHECK(portside_wait_count(p, 1, 5000));
}

WORLD_SUITE("component/resume", {"resumed on every path", test_resumed_on_every_path},
            {"resumed with rules", test_resumed_with_rules},
            {"a lost resume is repeated", test_resume_is_repeated},
            {"a refused resume is ignored", test_refused_resume_is_ignored},
            {"killed in the handshake", test_killed_in_handshake},
            {"runtime before daemon", test_runtime_before_daemon})
