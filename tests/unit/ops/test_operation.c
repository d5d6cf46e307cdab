#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "src/base/limits.h"
#include "src/base/log.h"
#include "src/ops/operation.h"
#include "tests/support/files.h"
#include "tests/unit/ops/fake_operation.h"

static void test_success(void)
{
    struct fake_sink sink = {0};

    begin();
    struct operation *op = start(&sink);
    CHECK(op->state == OPERATION_STARTING && operations_active(all) == 1);
    CHECK(op->pid == 4711 && op->uid.bytes[0] == 1 && strcmp(op->process_name, "dotnet") == 0);
    CHECK(op->tag_count == 2 && strcmp(op->tags[1], "t2") == 0 && !op->egress_provider);
    CHECK(strcmp(sink.base.artifact.name, "core_1") == 0);
    CHECK(strcmp(sink.base.artifact.content_type, "text/plain") == 0);
    CHECK(strcmp(sink.base.artifact.operation_id, op->id) == 0);
    source.events.on_started(source.events.user);
    CHECK(op->state == OPERATION_RUNNING && sink.opens == 0);
    data(4);
    CHECK(sink.opens == 1 && sink.written == 4 && source.proceeds == 0);
    sink.base.events.on_room(sink.base.events.user);
    CHECK(source.proceeds == 1);
    source.events.on_file(source.events.user, 5, 10, 100);
    CHECK(sink.opens == 1 && sink.written == 104);
    sink.base.events.on_room(sink.base.events.user);
    done(0);
    check_ended(op, OPERATION_SUCCEEDED, &sink, 0);
    CHECK(source.abandons == 0 && source.proceeds == 2 && op->error == NULL);
    operations_free(all);
    CHECK(sink.closes == 1);
}

static void test_empty_artifact(void)
{
    struct fake_sink sink = {0};

    begin();
    struct operation *op = start(&sink);
    done(0);
    CHECK_AT("an empty artifact is one", sink.opens == 1 && sink.written == 0);
    check_ended(op, OPERATION_SUCCEEDED, &sink, 0);
    operations_free(all);
}

static void test_failures(void)
{
    for (int pieces = 0; pieces < 3; pieces++) {
        struct fake_sink sink = {0};
        begin();
        struct operation *op = start(&sink);
        for (int i = 0; i < pieces; i++)
            data(1);
        done(-EREMOTEIO);
        CHECK(sink.opens == (pieces > 0) && sink.written == (size_t)pieces);
        check_ended(op, OPERATION_FAILED, &sink, -EREMOTEIO);
        CHECK(op->error && strcmp(op->error, "it broke") == 0 && source.abandons == 0);
        operations_free(all);
    }
}

static void test_failure_inside_start(void)
{
    struct fake_sink sink = {0};

    begin();
    source.fail_start = true;
    struct operation *op = start(&sink);
    check_ended(op, OPERATION_FAILED, &sink, -EIO);
    CHECK(strcmp(op->error, "cannot start") == 0 && strcmp(sink.text, "cannot start") == 0);
    CHECK(sink.opens == 0 && source.abandons == 0);
    operations_free(all);
}

static void test_sink_does_not_open(void)
{
    struct fake_sink sink = {.fail_open = true};

    begin();
    struct operation *op = start(&sink);
    data(3);
    check_ended(op, OPERATION_FAILED, &sink, -EACCES);
    CHECK(source.abandons == 1 && sink.written == 0 && strcmp(op->error, "cannot open") == 0);
    operations_free(all);
}

static void test_client_lost(void)
{
    struct fake_sink sink = {0};
    struct error lost = {-EPIPE, "gone"};

    begin();
    struct operation *op = start(&sink);
    data(3);
    sink.base.events.on_lost(sink.base.events.user, &lost);
    check_ended(op, OPERATION_CANCELLED, &sink, -EPIPE);
    CHECK(source.abandons == 1);
    operations_free(all);
}

static void test_cancel(void)
{
    struct fake_sink sink = {0};
    struct error err = {0};

    begin();
    struct operation *op = start(&sink);
    CHECK(operation_cancel(op, &err) == 0);
    check_ended(op, OPERATION_CANCELLED, &sink, -ECANCELED);
    CHECK(source.abandons == 1);
    CHECK(operation_cancel(op, &err) == -EINVAL);
    CHECK(strcmp(err.text, "Operation is not running.") == 0 && sink.closes == 1);
    CHECK(operation_stop(op, &err) == -EINVAL);
    operations_free(all);
}

static void test_stop(void)
{
    struct fake_sink sink = {0};
    struct error err = {0};

    begin();
    struct operation *op = start(&sink);
    CHECK(operation_is_stoppable(op) && operation_stop(op, &err) == 0);
    CHECK(op->state == OPERATION_STOPPING && source.stops == 1 && !operation_is_stoppable(op));
    source.events.on_started(source.events.user);
    CHECK_AT("Running never follows Stopping", op->state == OPERATION_STOPPING);
    CHECK(operation_stop(op, &err) == -EINVAL && source.stops == 1);
    data(1);
    done(0);
    check_ended(op, OPERATION_SUCCEEDED, &sink, 0);
    op = start(&sink);
    CHECK(operation_stop(op, &err) == 0 && operation_cancel(op, &err) == 0);
    check_ended(op, OPERATION_CANCELLED, &sink, -ECANCELED);
    operations_free(all);
}

static void test_not_stoppable(void)
{
    struct fake_sink sink = {0};
    struct error err;

    begin();
    CHECK(start_as(&unstoppable, &sink, &err) == 0);
    CHECK(!operation_is_stoppable(newest()) && operation_stop(newest(), &err) == -EINVAL);
    CHECK(strcmp(err.text, "Operation does not support being stopped.") == 0);
    CHECK(newest()->state == OPERATION_STARTING);
    operations_free(all);
    CHECK(sink.closes == 1 && sink.code == -ECANCELED && source.abandons == 1);
}

static void test_limit(void)
{
    struct fake_sink sinks[4] = {0};
    struct error err = {0};

    begin();
    for (int i = 0; i < 2; i++)
        (void)start(&sinks[i]);
    CHECK(start_as(&type, &sinks[2], &err) == -EBUSY && err.code == -EBUSY);
    CHECK(strcmp(err.text, "Rate limit reached.") == 0);
    CHECK(sinks[2].closes == 1 && sinks[2].code == -EBUSY && sinks[2].opens == 0);
    CHECK(sinks[2].base.artifact.operation_id == NULL && source.starts == 2);
    CHECK(newest()->sink == &sinks[1].base);
    CHECK_AT("each kind has its own", start_as(&unstoppable, &sinks[3], &err) == 0);
    CHECK(operations_active(all) == 3);
    struct operation *first = container_of(operations_list(all)->next, struct operation, link);
    CHECK(operation_cancel(first, &err) == 0);
    CHECK_AT("an ended one makes room", start_as(&type, &sinks[0], &err) == 0);
    operations_free(all);
    CHECK(sinks[0].closes == 1 && sinks[1].code == -ECANCELED && sinks[3].closes == 1);
}

static void test_too_many_tags(void)
{
    char tags[1024] = "";
    struct fake_sink sink = {.base = {.type = &sink_type}};
    struct error err = {0};

    begin();
    for (int i = 0; i <= LIMIT_TAGS; i++)
        (void)snprintf(tags + strlen(tags), sizeof tags - strlen(tags), "%d,", i);
    const struct operation_request request = {
        .type = &type,
        .target = &process,
        .params = "params",
        .tags = tags,
        .artifact_name = "core_1",
    };
    CHECK(operations_start(all, &request, &sink.base, NULL, &err) == -E2BIG);
    CHECK(sink.closes == 1 && sink.code == -E2BIG && source.starts == 0);
    CHECK(list_empty(operations_list(all)));
    operations_free(all);
}

static void test_find(void)
{
    struct fake_sink sinks[2] = {0};
    struct guid id, other = {.bytes = {9}};

    begin();
    struct operation *first = start(&sinks[0]), *second = start(&sinks[1]);
    CHECK(strcmp(first->id, second->id) != 0 && guid_parse(first->id, &id));
    CHECK_AT("a random one of version 4", first->id[14] == '4' && strchr("89ab", first->id[19]));
    CHECK(operations_find(all, &id) == first);
    CHECK(operations_find(all, &other) == NULL);
    CHECK(container_of(operations_list(all)->next, struct operation, link) == first);
    operations_free(all);
    operations_free(NULL);
}

/* The oldest ended ones are forgotten; what runs is kept, however old. */
static void test_forgetting(void)
{
    struct fake_sink oldest = {0}, sink = {0};
    struct guid id;
    char second[GUID_TEXT_SIZE] = "";
    unsigned count = 0;

    begin();
    struct operation *running = start(&oldest);
    for (int i = 0; i < LIMIT_OPERATIONS_KEPT + 10; i++) {
        struct operation *op = start(&sink);
        if (i == 0)
            memcpy(second, op->id, sizeof second);
        done(0);
    }
    list_each(op, operations_list(all), struct operation, link)
    {
        count++;
    }
    CHECK(count == LIMIT_OPERATIONS_KEPT || count == LIMIT_OPERATIONS_KEPT + 1);
    CHECK(guid_parse(second, &id) && operations_find(all, &id) == NULL);
    CHECK(container_of(operations_list(all)->next, struct operation, link) == running);
    CHECK(running->state == OPERATION_STARTING && oldest.closes == 0);
    operations_free(all);
    CHECK(oldest.closes == 1);
}

static void test_names(void)
{
    static const char *const names[] = {"Starting",  "Running", "Stopping",
                                        "Succeeded", "Failed",  "Cancelled"};

    for (unsigned i = 0; i < COUNT_OF(names); i++)
        CHECK_AT(names[i], strcmp(operation_state_name((enum operation_state)i), names[i]) == 0);
}

static const char *start_and_capture(const char *category)
{
    struct collection_type told = type;
    struct log_settings settings = {.stderr_level = LOG_LEVEL_NONE,
                                    .format = {.include_scopes = true}};
    const char *path = world_text("%s/log", files_tmpdir());
    struct fake_sink sink = {0};
    struct error err;

    begin();
    told.log_category = category;
    REQUIRE(log_levels_add(&settings.levels, "Default", LOG_LEVEL_DEBUG, false, &err) == 0);
    log_configure(&settings);
    int console = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    REQUIRE(console >= 0 && fd >= 0 && dup2(fd, STDOUT_FILENO) >= 0);
    CHECK(start_as(&told, &sink, &err) == 0);
    source.events.on_started(source.events.user);
    (void)dup2(console, STDOUT_FILENO);
    (void)close(console);
    (void)close(fd);
    log_set_level(LOG_LEVEL_NONE);
    operations_free(all);
    const char *log = files_read(path, NULL);
    return log ? log : "";
}

/* Event 79 comes when the target is at work; dumps have none. */
static void test_started_line(void)
{
    const char *log = start_and_capture("A.LogsOperation");

    CHECK(strncmp(log, "dbug: A.LogsOperation[79]\n      => ArtifactType:fake ArtifactSource_Pro",
                  70) == 0);
    CHECK(strstr(log, "\n      Started capturing fake artifact.\n") != NULL);
    CHECK(strcmp(start_and_capture(NULL), "") == 0);
}

/* The audit's sink stands between, and nobody notices. */
static void test_audited(void)
{
    struct options options = {.audit = true};
    struct collect_context context = {.options = &options};
    struct fake_sink sink = {0};
    struct error err;

    begin();
    operations_free(all);
    REQUIRE(operations_new(&context, &all, &err) == 0);
    struct operation *op = start(&sink);
    CHECK(op->sink != &sink.base && strcmp(op->sink->type->name, "audit") == 0);
    CHECK(strcmp(op->subject, "anonymous") == 0);
    CHECK(sink.base.artifact.scope == &op->scope.scope);
    done(0);
    CHECK(sink.opens == 1);
    check_ended(op, OPERATION_SUCCEEDED, &sink, 0);
    op = start(&sink);
    (void)error_set(&err, -EPIPE, "gone");
    sink.base.events.on_lost(sink.base.events.user, &err);
    check_ended(op, OPERATION_CANCELLED, &sink, -EPIPE);
    operations_free(all);
}

/* What is known of the artifact reaches the sink with the end, and not another kind's. */
static void test_facts(void)
{
    struct fake_sink a = {0}, b = {0};
    struct error err;

    begin();
    REQUIRE(start_as(&type, &a, &err) == 0);
    source.events.on_data(source.events.user, "x", 1);
    source.events.on_fact(source.events.user, 1, UINT64_MAX);
    source.events.on_done(source.events.user, NULL);
    CHECK_AT(a.facts, strcmp(a.facts, "Lines;Pages=18446744073709551615;") == 0);
    REQUIRE(start_as(&unstoppable, &b, &err) == 0);
    source.events.on_done(source.events.user, NULL);
    CHECK(b.closes == 1 && b.facts[0] == '\0');
    operations_free(all);
}

WORLD_SUITE("ops/operation", {"success", test_success}, {"empty artifact", test_empty_artifact},
            {"failures", test_failures}, {"failure inside start", test_failure_inside_start},
            {"sink does not open", test_sink_does_not_open}, {"client lost", test_client_lost},
            {"cancel", test_cancel}, {"stop", test_stop}, {"not stoppable", test_not_stoppable},
            {"limit", test_limit}, {"too many tags", test_too_many_tags}, {"find", test_find},
            {"forgetting", test_forgetting}, {"names", test_names},
            {"started line", test_started_line}, {"audited", test_audited}, {"facts", test_facts})
