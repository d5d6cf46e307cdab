/* Hashes: sha256sum of the same bytes. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "src/base/events.h"
#include "src/ops/audit_sink.h"
#include "src/ops/operation.h"
#include "tests/support/files.h"
#include "tests/support/json.h"
#include "tests/unit/io/loop.h"

enum { BIG = 3 * 1024 * 1024 };

/* The sink inside. */
static struct {
    struct sink base;
    int opens, closes, code;
    bool room_at_once;
    uint64_t written;
    const char *name;
    const char *location; /* what it says when it has closed */
    const struct error *failure;
} inner;

static int rooms, losses, ends;

static int inner_open(struct sink *s, struct error *err)
{
    (void)s;
    (void)err;
    inner.opens++;
    return 0;
}

static void inner_write(struct sink *s, const void *data, size_t size)
{
    CHECK(s == &inner.base && data != NULL);
    inner.written += size;
    if (inner.room_at_once)
        s->events.on_room(s->events.user);
}

static void inner_write_file(struct sink *s, int fd, uint64_t offset, uint64_t size)
{
    CHECK(s == &inner.base && fd >= 0 && offset < BIG);
    inner.written += size;
}

static void inner_close(struct sink *s, const struct error *err)
{
    CHECK(s == &inner.base && s->artifact.name != NULL);
    inner.closes++;
    inner.code = err ? err->code : 0;
    s->events.on_closed(s->events.user, inner.location, inner.failure);
}

static const struct sink_type inner_type = {.name = "http",
                                            .open = inner_open,
                                            .write = inner_write,
                                            .write_file = inner_write_file,
                                            .close = inner_close};

static void on_room(void *user)
{
    (void)user;
    rooms++;
}

static void on_lost(void *user, const struct error *err)
{
    (void)user;
    losses += err->code == -EPIPE;
}

static void on_closed(void *user, const char *location, const struct error *err)
{
    (void)user;
    CHECK(location == inner.location && err == inner.failure);
    ends++;
}

static const struct collection_type type = {.name = "dump"};
static char process[] = "app\n\x1b\xff", artifact[] = "core_1", subject[] = "joe";
static struct operation op;
static uv_loop_t *loop;
static struct sink *s;

static void begin(void)
{
    memset(&inner, 0, sizeof inner);
    rooms = losses = ends = 0;
    inner.base.type = &inner_type;
    op = (struct operation){.id = "id-1",
                            .pid = 42,
                            .process_name = process,
                            .artifact_name = artifact,
                            .subject = subject,
                            .type = &type};
    loop = loop_new();
    s = audit_sink_new(loop, &inner.base, &op);
    REQUIRE(s != NULL);
    s->events = (struct sink_events){NULL, on_room, on_lost, on_closed};
    s->artifact =
        (struct artifact){.name = artifact, .content_type = "x/y", .operation_id = "id-1"};
    audit_sink_join(s);
}

static void room(void)
{
    inner.base.events.on_room(inner.base.events.user);
}

/* Closes, and reads the line of log that this makes. */
static const cJSON *close_and_read(enum operation_state state, const struct error *err)
{
    struct log_settings settings = {.stderr_level = LOG_LEVEL_NONE,
                                    .format = {.formatter = LOG_FORMATTER_JSON}};
    const char *path = world_text("%s/log", files_tmpdir());
    int console = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    REQUIRE(console >= 0 && fd >= 0 && dup2(fd, STDOUT_FILENO) >= 0);
    log_configure(&settings);
    op.outcome = state;
    s->type->close(s, err);
    CHECK(ends == 1);
    (void)dup2(console, STDOUT_FILENO);
    (void)close(console);
    (void)close(fd);
    loop_end(loop);
    const cJSON *line = json_parse(files_read(path, NULL));
    REQUIRE(line != NULL && json_number(line, "EventId") == 1300);
    return json_at(line, "State");
}

static void test_bytes(void)
{
    char data[] = "hello ";

    begin();
    CHECK(s->type->open(s, NULL) == 0 && inner.opens == 1);
    s->type->write(s, data, 6);
    memset(data, 'x', sizeof data); /* what is hashed is a copy */
    room();
    CHECK(LOOP_UNTIL(loop, LOOP_MS, rooms == 1));
    s->type->write(s, "world\n", 6);
    room();
    CHECK(LOOP_UNTIL(loop, LOOP_MS, rooms == 2));
    const cJSON *line = close_and_read(OPERATION_SUCCEEDED, NULL);
    CHECK(strcmp(json_text(line, "sha256"),
                 "a948904f2f0f479b8f8197694b30184b0d2ed1c1cd2a1ec0fb85d299a192a447") == 0);
    CHECK(strcmp(json_text(line, "subject"), "joe") == 0);
    CHECK(strcmp(json_text(line, "status"), "Succeeded") == 0);
    CHECK(strcmp(json_text(line, "destination"), "http") == 0);
    CHECK(strcmp(json_text(line, "processName"), "app\n\x1b\xEF\xBF\xBD") == 0);
    CHECK(json_number(line, "bytes") == 12 && json_number(line, "pid") == 42);
    CHECK(inner.closes == 1 && inner.code == 0 && inner.written == 12);
}

static int zeros(void)
{
    const char *path = world_text("%s/zeros", files_tmpdir());
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    REQUIRE(fd >= 0 && ftruncate(fd, BIG) == 0);
    return fd;
}

/* The caller closes its descriptor as soon as there is room: both have read by then. */
static void test_file(void)
{
    int fd = zeros();

    begin();
    s->type->write_file(s, fd, 0, BIG - 1);
    room();
    CHECK(LOOP_UNTIL(loop, LOOP_MS, rooms == 1));
    s->type->write_file(s, fd, BIG - 1, 1);
    room();
    CHECK(LOOP_UNTIL(loop, LOOP_MS, rooms == 2));
    (void)close(fd);
    const cJSON *line = close_and_read(OPERATION_SUCCEEDED, NULL);
    CHECK(strcmp(json_text(line, "sha256"),
                 "bbd05cf6097ac9b1f89ea29d2542c1b7b67ee46848393895f5a9e43fa1f621e5") == 0);
    CHECK(json_number(line, "bytes") == BIG);
}

/* Room comes only when the bytes are hashed and sent. */
static void test_both(void)
{
    begin();
    s->type->write(s, "a", 1);
    loop_for(loop, 50);
    CHECK(rooms == 0);
    room();
    CHECK(LOOP_UNTIL(loop, LOOP_MS, rooms == 1));
    s->type->write(s, "b", 1);
    room();
    CHECK_AT("not yet hashed: the loop has not turned", rooms == 1);
    CHECK(LOOP_UNTIL(loop, LOOP_MS, rooms == 2));
    (void)close_and_read(OPERATION_SUCCEEDED, NULL);
}

/* The client leaves while the pool reads: nothing is waited for, and no hash is told. */
static void test_lost(void)
{
    struct error err;
    int fd = zeros();

    begin();
    s->type->write(s, "a", 1);
    room();
    CHECK(LOOP_UNTIL(loop, LOOP_MS, rooms == 1));
    s->type->write_file(s, fd, 0, BIG);
    (void)error_set(&err, -EPIPE, "gone");
    inner.base.events.on_lost(inner.base.events.user, &err);
    CHECK(losses == 1);
    (void)close(fd);
    const cJSON *line = close_and_read(OPERATION_CANCELLED, &err);
    CHECK(cJSON_IsNull(json_at(line, "sha256")) && json_number(line, "bytes") == 1);
    CHECK(strcmp(json_text(line, "status"), "Cancelled") == 0);
    CHECK(inner.closes == 1 && inner.code == -EPIPE);
}

/* A file that is shorter than what was promised: the line says that the hash is not known. */
static void test_short_file(void)
{
    int fd = zeros();

    begin();
    s->type->write_file(s, fd, BIG - 1, 2);
    room();
    CHECK(LOOP_UNTIL(loop, LOOP_MS, rooms == 1));
    s->type->write(s, "a", 1);
    room();
    CHECK(rooms == 2);
    (void)close(fd);
    CHECK(cJSON_IsNull(json_at(close_and_read(OPERATION_SUCCEEDED, NULL), "sha256")));
}

/* The destination could not keep it: the line says so, without a hash. */
static void test_not_kept(void)
{
    struct error full;

    begin();
    (void)error_set(&full, -ENOSPC, "full");
    inner.failure = &full;
    const cJSON *line = close_and_read(OPERATION_SUCCEEDED, NULL);
    CHECK(strcmp(json_text(line, "status"), "Failed") == 0);
    CHECK(cJSON_IsNull(json_at(line, "sha256")));
}

static void test_kept_elsewhere(void)
{
    static char provider[] = "bucket";

    begin();
    op.egress_provider = provider;
    inner.location = "/there";
    const cJSON *line = close_and_read(OPERATION_SUCCEEDED, NULL);
    CHECK(strcmp(json_text(line, "destination"), "bucket") == 0);
    CHECK(strcmp(json_text(line, "status"), "Succeeded") == 0);
}

static void test_nothing_written(void)
{
    begin();
    const cJSON *line = close_and_read(OPERATION_SUCCEEDED, NULL);
    CHECK(strcmp(json_text(line, "sha256"),
                 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855") == 0);
    CHECK(json_number(line, "bytes") == 0);
}

/* The sink inside has room at once: the hash is still waited for. */
static void test_room_at_once(void)
{
    begin();
    inner.room_at_once = true;
    CHECK(s->type->open(s, NULL) == 0);
    s->type->write(s, "hello ", 6);
    CHECK(rooms == 0 && LOOP_UNTIL(loop, LOOP_MS, rooms == 1));
    s->type->write(s, "world\n", 6);
    CHECK(LOOP_UNTIL(loop, LOOP_MS, rooms == 2));
    const cJSON *line = close_and_read(OPERATION_SUCCEEDED, NULL);
    CHECK(json_number(line, "bytes") == 12);
    CHECK(strcmp(json_text(line, "sha256"),
                 "a948904f2f0f479b8f8197694b30184b0d2ed1c1cd2a1ec0fb85d299a192a447") == 0);
}

WORLD_SUITE("ops/audit_sink", {"bytes", test_bytes}, {"room at once", test_room_at_once},
            {"file", test_file}, {"both", test_both}, {"lost", test_lost},
            {"short file", test_short_file}, {"nothing written", test_nothing_written},
            {"not kept", test_not_kept}, {"kept elsewhere", test_kept_elsewhere})
