#include <errno.h>
#include <stdlib.h>

#include "proto/ipc/header.h"
#include "src/session/attempts.h"
#include "src/session/session.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define ALL IPC_TRACE_RUNDOWN_DEFAULT

static const uint32_t ids[] = {1, 2};
static const struct ipc_trace_provider plain[] = {
    {.name = "One", .keywords = 5, .level = 4, .arguments = "a=b"},
    {.name = "Two", .keywords = UINT64_MAX, .level = 5},
};
static const struct ipc_trace_provider filtered[] = {
    {.name = "One", .keywords = 5, .level = 4, .filter = {true, ids, 2}},
};

#define REQUEST(list, count, keyword, stacks, mode)                                                \
    {                                                                                              \
        .buffer_mb = 7, .format = IPC_TRACE_NET_TRACE, .rundown_keyword = (keyword),               \
        .stackwalk = (stacks), .buffer_mode = (mode), .providers = (list),                         \
        .provider_count = (count)                                                                  \
    }

/* What each attempt says, highest revision first, in the words of its revision. */
static const struct {
    const char *label;
    struct session_config config;
    size_t count; /* attempts: revisions `count` down to 1 */
    uint64_t rundown[ATTEMPTS_MAX];
    bool stackwalk[ATTEMPTS_MAX];
} rows[] = {
    {"all that 1 can say", {REQUEST(plain, 2, ALL, true, 0), ALL, 0}, 1, {ALL}, {true}},
    {"no rundown", {REQUEST(plain, 2, 0, true, 0), 0, 0}, 2, {0, ALL}, {true, true}},
    {"no stacks",
     {REQUEST(plain, 2, ALL, false, 0), ALL, 0},
     3,
     {ALL, ALL, ALL},
     {false, true, true}},
    {"some rundown, else none",
     {REQUEST(plain, 2, 1, true, 0), 0, 0},
     4,
     {1, 0, 0, ALL},
     {true, true, true, true}},
    {"some rundown, else all",
     {REQUEST(plain, 2, 0x11, false, 0), ALL, 0},
     4,
     {0x11, ALL, ALL, ALL},
     {false, false, true, true}},
    {"filters",
     {REQUEST(filtered, 1, 2, false, 0), 0, 0},
     5,
     {2, 2, 0, 0, ALL},
     {false, false, false, true, true}},
    {"blocking",
     {REQUEST(filtered, 1, 2, true, IPC_TRACE_BUFFER_BLOCK), 0, 0},
     6,
     {2, 2, 2, 0, 0, ALL},
     {true, true, true, true, true, true}},
};

static void check_one(const char *label, const struct session_config *config, unsigned revision,
                      const struct attempt *a, uint64_t rundown, bool stackwalk)
{
    struct cursor in = {a->message, a->size, false};
    struct ipc_trace_request got;
    struct ipc_header head;

    CHECK_AT(label, ipc_header_decode(&in, &head) == WIRE_OK && head.size == a->size);
    CHECK_AT(label, ipc_command_find(head.set, head.id) == a->command);
    CHECK_AT(label, ipc_command_info(a->command)->revision == revision);
    REQUIRE(ipc_trace_decode(&in, revision, &got) == WIRE_OK);
    CHECK_AT(label, got.rundown_keyword == rundown && got.stackwalk == stackwalk);
    CHECK_AT(label, got.buffer_mb == 7 && got.format == IPC_TRACE_NET_TRACE);
    CHECK_AT(label, got.buffer_mode == (revision == 6 ? config->request.buffer_mode : 0));
    REQUIRE(got.provider_count == config->request.provider_count);
    for (size_t i = 0; i < got.provider_count; i++) {
        const struct ipc_trace_provider *w = &config->request.providers[i];
        const struct ipc_trace_provider *g = &got.providers[i];

        CHECK_AT(label, strcmp(g->name, w->name) == 0 && g->keywords == w->keywords);
        CHECK_AT(label, g->level == w->level);
        CHECK_AT(label,
                 strcmp(g->arguments ? g->arguments : "", w->arguments ? w->arguments : "") == 0);
        CHECK_AT(label, g->filter.count == (revision >= 5 ? w->filter.count : 0));
        CHECK_AT(label, g->filter.enable == (revision >= 5 && w->filter.enable));
    }
    ipc_trace_request_deinit(&got);
}

static void test_rows(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *label = rows[i].label;
        struct attempts a;
        struct error err;

        REQUIRE(attempts_init(&a, &rows[i].config, &err) == 0);
        CHECK_AT(label, a.count == rows[i].count && a.current == 0);
        for (size_t at = 0; at < a.count; at++) {
            CHECK_AT(label, attempts_current(&a) == &a.list[at]);
            check_one(label, &rows[i].config, (unsigned)(rows[i].count - at), &a.list[at],
                      rows[i].rundown[at], rows[i].stackwalk[at]);
            CHECK_AT(label, attempts_next(&a) == (at + 1 < a.count));
        }
        attempts_deinit(&a);
        CHECK_AT(label, a.count == 0);
    }
}

static const struct ipc_trace_provider nameless[] = {{.name = ""}}, none[] = {{.name = NULL}};

/* Each of these would kill some runtime, or be refused. */
static const struct {
    const char *label;
    struct ipc_trace_request request;
} bad[] = {
    {"no providers", REQUEST(plain, 0, ALL, true, 0)},
    {"no buffer", {.format = 1, .stackwalk = true, .providers = plain, .provider_count = 1}},
    {"empty name", REQUEST(nameless, 1, ALL, true, 0)},
    {"no name", REQUEST(none, 1, ALL, true, 0)},
};

static void test_bad(void)
{
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct session_config config = {.request = bad[i].request};
        struct attempts a;
        struct error err = {0};

        CHECK_AT(bad[i].label, attempts_init(&a, &config, &err) == -EINVAL);
        CHECK_AT(bad[i].label, err.code == -EINVAL && err.text[0] && a.count == 0);
    }
}

/* 20 bytes of header and 34 of the rest of revision 1: the largest argument that still goes. */
static void test_long(void)
{
    size_t room = (IPC_REQUEST_MAX - IPC_HEADER_SIZE - 12 - 12 - 12 - 4) / 2 - 1;
    char *argument = malloc(room + 2);
    struct ipc_trace_provider p = {.name = "One", .arguments = argument};
    struct session_config config = {.request = REQUEST(&p, 1, ALL, true, 0)};
    struct attempts a;
    struct error err = {0};

    REQUIRE(argument != NULL);
    memset(argument, 'x', room + 1);
    argument[room] = '\0';
    CHECK(attempts_init(&a, &config, &err) == 0);
    CHECK(a.count == 1 && a.list[0].size <= IPC_REQUEST_MAX &&
          a.list[0].size > IPC_REQUEST_MAX - 3);
    attempts_deinit(&a);
    argument[room] = 'x';
    argument[room + 1] = '\0';
    CHECK(attempts_init(&a, &config, &err) == -E2BIG && a.count == 0);
    CHECK(strstr(err.text, "too long") != NULL);
    free(argument);
}

TEST_SUITE("session/attempts", {"rows", test_rows}, {"bad", test_bad}, {"long", test_long})
