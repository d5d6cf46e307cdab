#include <sys/socket.h>
#include <unistd.h>

#include "src/base/limits.h"
#include "tests/unit/ipc/port_owner.h"

static void test_advertise(void)
{
    struct owner *o = owner_new();

    REQUIRE(open_listener(o) == 0);
    cleanup(close_fd) int fd = fake_connect(o->path);
    send_advertise(fd, 9, FAKE_ADVERTISE_SIZE);
    CHECK(LOOP_UNTIL(o->loop, LOOP_MS, o->advertises == 1));
    CHECK(o->last.pid == 4711 && o->last.cookie.bytes[0] == 9 && o->last.cookie.bytes[2] == 3);
    CHECK(o->troubles == 0);
    owner_end(o);
    CHECK_AT("removed on close", !files_exists(o->path));
}

/* Byte by byte, with the loop turning between them. */
static void test_pieces(void)
{
    struct owner *o = owner_new();
    uint8_t bytes[FAKE_ADVERTISE_SIZE], cookie[FAKE_COOKIE_SIZE] = {1};

    REQUIRE(open_listener(o) == 0);
    cleanup(close_fd) int fd = fake_connect(o->path);
    fake_advertise(bytes, cookie, 12);
    for (size_t i = 0; i < sizeof bytes; i++) {
        CHECK(o->advertises == 0);
        CHECK(send(fd, bytes + i, 1, MSG_NOSIGNAL) == 1);
        (void)uv_run(o->loop, UV_RUN_NOWAIT);
    }
    CHECK(LOOP_UNTIL(o->loop, LOOP_MS, o->advertises == 1) && o->last.pid == 12);
    owner_end(o);
}

static void test_garbage(void)
{
    static const char *const garbage[] = {"GET / HTTP/1.1\r\n\r\n", "ADVR_V2 and more",
                                          "DOTNET_IPC_V1", "xxxxxxxx"};
    struct owner *o = owner_new();

    REQUIRE(open_listener(o) == 0);
    for (size_t i = 0; i < COUNT_OF(garbage); i++) {
        cleanup(close_fd) int fd = fake_connect(o->path);
        CHECK(send(fd, garbage[i], strlen(garbage[i]), MSG_NOSIGNAL) > 0);
        CHECK_AT(garbage[i], LOOP_UNTIL(o->loop, LOOP_MS, is_dropped(fd)));
    }
    CHECK(o->advertises == 0);
    owner_end(o);
}

/* Half an advertise: dropped on hang-up at once, else after LIMIT_ADVERTISE_MS, not before. */
static void test_half(void)
{
    struct owner *o = owner_new();

    REQUIRE(open_listener(o) == 0);
    cleanup(close_fd) int fd = fake_connect(o->path), gone = fake_connect(o->path);
    send_advertise(fd, 1, 20);
    send_advertise(gone, 1, 33);
    close_fd(&gone);
    gone = -1;
    int64_t before = clock_monotonic_ms();
    CHECK(LOOP_UNTIL(o->loop, LIMIT_ADVERTISE_MS + LOOP_MS, is_dropped(fd)));
    CHECK(clock_monotonic_ms() - before >= LIMIT_ADVERTISE_MS - 100);
    CHECK(o->advertises == 0);
    owner_end(o);
}

/* Closing with guests that have said nothing leaves nothing behind. */
static void test_close_with_guests(void)
{
    struct owner *o = owner_new();
    cleanup(close_fd) int quiet = -1;

    REQUIRE(open_listener(o) == 0);
    quiet = fake_connect(o->path);
    loop_for(o->loop, 20);
    owner_end(o);
    CHECK(is_dropped(quiet) && o->advertises == 0);
    ipc_listener_close(NULL);
}

/* A flood of silent connections does not keep a real runtime out; one user has half the places. */
static void test_flood(void)
{
    enum { SHARE = LIMIT_IPC_CONNECTIONS / 2, FLOOD = SHARE + 20 };
    static int fds[FLOOD];
    struct owner *o = owner_new();
    int dropped = 0;

    REQUIRE(open_listener(o) == 0);
    for (int i = 0; i < FLOOD; i++) {
        fds[i] = fake_connect(o->path);
        REQUIRE(fds[i] >= 0);
        (void)uv_run(o->loop, UV_RUN_NOWAIT);
    }
    CHECK_AT("the oldest made room", LOOP_UNTIL(o->loop, LOOP_MS, is_dropped(fds[19])));
    send_advertise(fds[FLOOD - 1], 7, FAKE_ADVERTISE_SIZE);
    CHECK(LOOP_UNTIL(o->loop, LOOP_MS, o->advertises == 1) && o->last.cookie.bytes[0] == 7);
    for (int i = 0; i < FLOOD - 1; i++)
        dropped += is_dropped(fds[i]);
    CHECK_AT("and no more than needed", dropped == 20);
    owner_end(o);
    for (int i = 0; i < FLOOD; i++)
        close_fd(&fds[i]);
}

static int connect_as(uid_t uid, const char *path)
{
    REQUIRE(seteuid(uid) == 0);
    int fd = fake_connect(path);
    REQUIRE(seteuid(0) == 0 && fd >= 0);
    return fd;
}

/* Another user's flood does not cost a connection of ours its place. */
static void test_flood_of_another_user(void)
{
    enum { FLOOD = LIMIT_IPC_CONNECTIONS + 10 };
    static int fds[FLOOD];
    struct owner *o = owner_new();

    if (geteuid() != 0) {
        world_skip("needs root");
        return;
    }
    REQUIRE(open_listener(o) == 0);
    cleanup(close_fd) int ours = fake_connect(o->path);
    loop_for(o->loop, 10);
    for (int i = 0; i < FLOOD; i++) {
        fds[i] = connect_as(4711, o->path);
        (void)uv_run(o->loop, UV_RUN_NOWAIT);
    }
    CHECK(LOOP_UNTIL(o->loop, LOOP_MS, is_dropped(fds[FLOOD - LIMIT_IPC_CONNECTIONS / 2 - 1])));
    send_advertise(ours, 7, FAKE_ADVERTISE_SIZE);
    CHECK(LOOP_UNTIL(o->loop, LOOP_MS, o->advertises == 1));
    owner_end(o);
    for (int i = 0; i < FLOOD; i++)
        close_fd(&fds[i]);
}

static void test_allowed_uids(void)
{
    uid_t uids[] = {geteuid() + 1, geteuid() + 2};
    struct owner *o = owner_new();

    o->config.allowed_uids = uids;
    o->config.allowed_count = 2;
    REQUIRE(open_listener(o) == 0);
    cleanup(close_fd) int refused = fake_connect(o->path), again = fake_connect(o->path);
    send_advertise(again, 1, FAKE_ADVERTISE_SIZE);
    int64_t before = clock_monotonic_ms();
    CHECK(LOOP_UNTIL(o->loop, LOOP_MS, o->troubles == 1));
    CHECK(LOOP_UNTIL(o->loop, LIMIT_REFUSED_MS + LOOP_MS, is_dropped(refused)));
    CHECK_AT("held until then", clock_monotonic_ms() - before >= LIMIT_REFUSED_MS - 100);
    CHECK_AT("told once", o->troubles == 1);
    CHECK(o->advertises == 0 && o->alterations == 0 && strstr(o->text, "AllowedUids"));
    ipc_listener_close(o->listener);

    uids[1] = geteuid();
    REQUIRE(open_listener(o) == 0);
    uids[1]++; /* the list was copied */
    cleanup(close_fd) int fd = fake_connect(o->path);
    send_advertise(fd, 1, FAKE_ADVERTISE_SIZE);
    CHECK(LOOP_UNTIL(o->loop, LOOP_MS, o->advertises == 1) && o->troubles == 1);
    owner_end(o);
}

/* Many refused ones: the oldest go, the rest is held. */
static void test_many_refused(void)
{
    enum { MANY = LIMIT_REFUSED + 6 };
    uid_t other = geteuid() + 1;
    struct owner *o = owner_new();
    int fds[MANY], dropped = 0;

    o->config.allowed_uids = &other;
    o->config.allowed_count = 1;
    REQUIRE(open_listener(o) == 0);
    for (int i = 0; i < MANY; i++)
        fds[i] = fake_connect(o->path);
    CHECK(LOOP_UNTIL(o->loop, LOOP_MS, is_dropped(fds[5])));
    loop_for(o->loop, 50);
    for (int i = 0; i < MANY; i++)
        dropped += is_dropped(fds[i]);
    CHECK(dropped == 6 && o->troubles == 1);
    owner_end(o);
    for (int i = 0; i < MANY; i++)
        close_fd(&fds[i]);
}

WORLD_SUITE("ipc/listener", {"advertise", test_advertise}, {"pieces", test_pieces},
            {"garbage", test_garbage}, {"half", test_half},
            {"close with guests", test_close_with_guests}, {"flood", test_flood},
            {"flood of another user", test_flood_of_another_user},
            {"allowed uids", test_allowed_uids}, {"many refused", test_many_refused})
