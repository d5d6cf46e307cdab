/* The test harness itself: the fake runtime's bytes against those recorded from real runtimes. */
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "tests/support/core_file.h"
#include "tests/support/fake_runtime.h"
#include "tests/support/files.h"
#include "tests/support/json.h"
#include "tests/support/proc.h"
#include "tests/support/world.h"

enum { REPLY_MAX = 70000, HEAD = 20 };

static const char *socket_path(const char *dir)
{
    struct sockaddr_un a;

    (void)snprintf(a.sun_path, sizeof a.sun_path, "%s/port.sock", dir);
    return world_text("%s", a.sun_path);
}

static int listen_on(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    REQUIRE(bind(fd, (const struct sockaddr *)&a, sizeof a) == 0 && listen(fd, 8) == 0);
    return fd;
}

/* Takes the fake's next connection, checks its advertise, sends `request`, reads to the end. */
static size_t talk(int listener, const void *request, size_t size, uint8_t *reply)
{
    uint8_t advertise[FAKE_ADVERTISE_SIZE];
    cleanup(close_fd) int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

    REQUIRE(recv(fd, advertise, sizeof advertise, MSG_WAITALL) == (ssize_t)sizeof advertise);
    CHECK(memcmp(advertise, "ADVR_V1", 8) == 0);
    CHECK(advertise[24] == 0x47 && advertise[25] == 0x54 && advertise[33] == 0);
    REQUIRE(send(fd, request, size, MSG_NOSIGNAL) == (ssize_t)size);
    ssize_t n = recv(fd, reply, REPLY_MAX, MSG_WAITALL);
    return n > 0 ? (size_t)n : 0;
}

static void test_answers(void)
{
    /* ProcessInfo of pid 0x5447, as recorded; the strings are this test's. */
    static const uint8_t cookie[FAKE_COOKIE_SIZE] = {0x78, 0xf0, 0xa1, 0xa5, 0x87, 0xc6,
                                                     0x75, 0x47, 0xba, 0xb9, 0xed, 0x23,
                                                     0xd2, 0x3a, 0x74, 0x0f};
    static const uint8_t info[] = {
        'D',  'O',  'T',  'N',  'E',  'T',  '_',  'I',  'P',  'C',  '_',  'V',  '1',  0,
        0x56, 0,    0xff, 0,    0,    0,    0x47, 0x54, 0,    0,    0,    0,    0,    0,
        0x78, 0xf0, 0xa1, 0xa5, 0x87, 0xc6, 0x75, 0x47, 0xba, 0xb9, 0xed, 0x23, 0xd2, 0x3a,
        0x74, 0x0f, 3,    0,    0,    0,    '/',  0,    't',  0,    0,    0,    6,    0,
        0,    0,    'L',  0,    'i',  0,    'n',  0,    'u',  0,    'x',  0,    0,    0,
        4,    0,    0,    0,    'x',  0,    '6',  0,    '4',  0,    0,    0,
    };
    static const uint8_t ok[] = "DOTNET_IPC_V1\0\x18\0\xff\0\0\0\0\0\0";
    static const uint8_t error[] = "DOTNET_IPC_V1\0\x18\0\xff\xff\0\0\x85\x13\x13\x80";
    static uint8_t reply[REPLY_MAX];
    const char *path = socket_path(files_tmpdir());
    cleanup(close_fd) int listener = listen_on(path);
    struct fake_options o = {.port = path, .pid = 0x5447, .command_line = "/t"};

    memcpy(o.cookie, cookie, sizeof cookie);
    struct fake_runtime *r = fake_runtime_start(&o);
    size_t n = talk(listener, "DOTNET_IPC_V1\0\x14\0\4\0\0\0", HEAD, reply);
    /* The size field counts what is there; the recorded layout decides the rest. */
    CHECK(n == sizeof info - 0 && reply[14] == sizeof info);
    CHECK(memcmp(reply + HEAD, info + HEAD, sizeof info - HEAD) == 0);
    n = talk(listener, "DOTNET_IPC_V1\0\x14\0\4\1\0\0", HEAD, reply);
    CHECK(n == sizeof ok && memcmp(reply, ok, n) == 0);
    n = talk(listener, "DOTNET_IPC_V1\0\x14\0\5\0\0\0", HEAD, reply);
    CHECK(n == sizeof error - 1 && memcmp(reply, error, n) == 0);
    CHECK(fake_runtime_received(r, FAKE_RESUME) == 1);
    CHECK(fake_runtime_received(r, FAKE_ANY) == 3);
    CHECK(strcmp(fake_runtime_uid(r), "a5a1f078-c687-4775-bab9-ed23d23a740f") == 0);
}

static void test_dump_file(void)
{
    static const uint8_t head[] = "DOTNET_IPC_V1\0";
    const char *dir = files_tmpdir(), *path = socket_path(dir);
    const char *file = world_text("%s/d", dir);
    cleanup(close_fd) int listener = listen_on(path);
    uint8_t request[512] = {0}, reply[REPLY_MAX];
    size_t units = strlen(file) + 1, size = HEAD + 4 + units * 2 + 8;
    struct fake_runtime *r = fake_runtime_start(&(struct fake_options){
        .port = path, .pid = 0x5447, .dump = {.size = 100000, .claimed = 100000}});

    memcpy(request, head, 14);
    request[14] = (uint8_t)size;
    request[15] = (uint8_t)(size >> 8);
    request[16] = 1;
    request[17] = 3;
    request[HEAD] = (uint8_t)units;
    for (size_t i = 0; i < units; i++)
        request[HEAD + 4 + 2 * i] = (uint8_t)file[i];
    request[HEAD + 4 + 2 * units] = 4;
    CHECK(talk(listener, request, size, reply) == 24 && reply[17] == 0);
    CHECK(strcmp(fake_runtime_dump_path(r), file) == 0 && fake_runtime_dump_type(r) == 4);
    CHECK(core_file_whole(file));
    REQUIRE(truncate(file, 99999) == 0);
    CHECK_AT("a short file is seen", !core_file_whole(file));
}

static void test_shapes(void)
{
    static const struct {
        const char *want, *got;
        bool same;
    } cases[] = {
        {"{\"a\":1,\"b\":null}", "{\"a\":2,\"b\":null}", true},
        {"{\"a\":1}", "{\"a\":\"1\"}", false},
        {"{\"a\":1}", "{\"a\":1,\"b\":1}", false},
        {"{\"a\":1,\"b\":1}", "{\"a\":1}", false},
        {"{\"a\":1,\"b\":1}", "{\"b\":1,\"a\":1}", false},
        {"[{\"a\":true}]", "[{\"a\":false},{\"a\":true}]", true},
        {"[{\"a\":true}]", "[{\"a\":0}]", false},
        {"{}", "not json", false},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CHECK_AT(cases[i].got, !json_shape_difference(json_parse(cases[i].want),
                                                      json_parse(cases[i].got)) == cases[i].same);
}

static void test_processes(void)
{
    const char *dir = files_tmpdir();
    const char *argv[] = {"sh", "-c", "echo out; echo err >&2; echo $A; exit 7", NULL};
    const char *output = "";

    CHECK(proc_run(&(struct proc_options){.argv = argv,
                                          .env = (const char *const[]){"A=set", NULL},
                                          .output = world_text("%s/out", dir)},
                   5000, &output) == 7);
    CHECK(strcmp(output, "out\nerr\nset\n") == 0);
    struct proc *p =
        proc_spawn(&(struct proc_options){.argv = (const char *const[]){"sleep", "600", NULL}});
    CHECK(!proc_wait(p, 0));
    CHECK(WAIT_UNTIL(2000, proc_fd_count(p->pid) == 3));
    proc_signal(p, SIGSTOP);
    CHECK(WAIT_UNTIL(2000, proc_state(p->pid) == 'T'));
    proc_kill_group(p);
    CHECK(proc_exit_code(p) == 128 + SIGKILL);
    CHECK(proc_state(p->pid) == '?');
}

WORLD_SUITE("component/harness", {"answers", test_answers}, {"dump file", test_dump_file},
            {"shapes", test_shapes}, {"processes", test_processes})
