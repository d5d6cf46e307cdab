/* The operations of a dump request: list, status, cancel, stop, tags, limits (CONTRACT section 5).
 */
#include <regex.h>
#include <unistd.h>

#include "tests/support/fake_runtime.h"
#include "tests/support/files.h"
#include "tests/support/golden.h"
#include "tests/support/portside.h"
#include "tests/support/world.h"

enum { DUMP_SIZE = 1 << 20, HELD_AT = 256 << 10 };

static const struct fake_dump held_dump = {.size = DUMP_SIZE, .hold_after = HELD_AT};

static bool like(const char *text, const char *pattern)
{
    regex_t re;

    REQUIRE(regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB) == 0);
    bool found = text && regexec(&re, text, 0, NULL, 0) == 0;
    regfree(&re);
    return found;
}

static struct fake_runtime *one_app(const struct portside *p, const struct fake_dump *dump)
{
    struct fake_runtime *r = fake_runtime_start(&(struct fake_options){
        .port = p->socket, .command_line = "/usr/share/dotnet/dotnet", .dump = *dump});

    REQUIRE(portside_wait_count(p, 1, 5000));
    return r;
}

/* A dump that stands still after its first bytes have reached the client. */
static struct http *running_dump(const struct portside *p, struct fake_runtime *r,
                                 const char *query)
{
    int before = fake_runtime_received(r, FAKE_ANY_DUMP);
    struct http *h =
        http_start(&(struct http_request){.url = world_text("%s/dump%s", p->base, query)});

    REQUIRE(fake_runtime_wait(r, FAKE_ANY_DUMP, before + 1, 5000));
    REQUIRE(portside_wait_operation(p, "Running", 5000));
    return h;
}

static const char *operation_url(const struct portside *p)
{
    return world_text("%s/operations/%s", p->base,
                      json_text(portside_last_operation(p), "operationId"));
}

static void check_golden(const char *name, const struct http *h)
{
    const char *difference = golden_difference(name, h);

    CHECK_AT(world_text("%s: %s", name, difference), !difference);
}

/* The same names in the same order; which of the values are null depends on the destination. */
static void check_same_members(const cJSON *want, const cJSON *got)
{
    const cJSON *w = want ? want->child : NULL, *g = got ? got->child : NULL;

    for (; w && g; w = w->next, g = g->next)
        CHECK_AT(g->string, strcmp(w->string, g->string) == 0);
    CHECK_AT("as many members", want && got && !w && !g);
}

static void test_headers_of_a_dump(void)
{
    static const char pattern[] = "^attachment; filename=core_[0-9]{8}_[0-9]{6}_[0-9]{3}(;.*)?$";
    struct portside *p = portside_start(NULL);

    (void)one_app(p, &(struct fake_dump){.size = DUMP_SIZE});
    const struct http *h = portside_get(p, "/dump?tags=a,b");
    REQUIRE(h->status == 200);
    CHECK(h->result == CURLE_OK && atomic_load(&h->received) == DUMP_SIZE);
    CHECK(strcmp(http_header(h, "Content-Type"), "application/octet-stream") == 0);
    CHECK(like(http_header(h, "Content-Disposition"), pattern));
    CHECK(like(http_header(h, "Transfer-Encoding"), "chunked"));
    CHECK(like(http_header(h, "Server"), "^portside"));
    const char *location = http_header(h, "Location");
    REQUIRE(location && strcmp(location, operation_url(p)) == 0);

    /* B-op-dump-succeeded is of an egressed dump; a streamed one has neither place nor provider. */
    const struct http *status = http_get("%s", location);
    const cJSON *doc = json_of(status);
    CHECK(status->status == 201);
    CHECK(!http_header(status, "Location"));
    struct golden succeeded;
    REQUIRE(golden_load("B-op-dump-succeeded", &succeeded));
    check_same_members(json_parse(succeeded.body), doc);
    CHECK(strcmp(json_text(doc, "status"), "Succeeded") == 0);
    CHECK(cJSON_IsNull(json_at(doc, "resourceLocation")) && cJSON_IsNull(json_at(doc, "error")));
    CHECK(cJSON_IsNull(json_at(doc, "egressProviderName")));
    CHECK(cJSON_IsFalse(json_at(doc, "isStoppable")));
    CHECK(like(json_text(doc, "createdDateTime"), "^20..-..-..T..:..:..(\\.[0-9]{1,7})?Z$"));
    CHECK(json_number(doc, "process.pid") == (double)getpid());
    CHECK(strcmp(json_text(doc, "process.name"), "dotnet") == 0);
    CHECK(strcmp(json_text(doc, "tags[0]"), "a") == 0 &&
          strcmp(json_text(doc, "tags[1]"), "b") == 0);
}

static void test_location_follows_the_host_header(void)
{
    struct portside *p = portside_start(NULL);

    (void)one_app(p, &(struct fake_dump){0});
    const struct http *h = http_run(&(struct http_request){.url = world_text("%s/dump", p->base),
                                                           .headers = {"Host: sidecar.test:1234"}});
    CHECK(like(http_header(h, "Location"), "^http://sidecar.test:1234/operations/[0-9a-f-]{36}$"));
}

static void test_cancel(void)
{
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r = one_app(p, &held_dump);
    struct http *dump = running_dump(p, r, "");
    REQUIRE(WAIT_UNTIL(5000, atomic_load(&dump->received) > 0));
    const char *url = operation_url(p);
    const struct http *running = http_get("%s", url);

    CHECK(running->status == 200);
    CHECK(cJSON_IsFalse(json_at(json_of(running), "isStoppable")));
    const struct http *stop = http_delete("%s?stop=true", url);
    CHECK(stop->status == 400 && *json_text(json_of(stop), "detail"));
    check_golden("B-op-delete", http_delete("%s", url));
    const cJSON *doc = json_of(http_get("%s", url));
    CHECK(strcmp(json_text(doc, "status"), "Cancelled") == 0);
    struct golden cancelled;
    REQUIRE(golden_load("B-op-cancelled", &cancelled));
    CHECK(cJSON_GetArraySize(doc) == cJSON_GetArraySize(json_parse(cancelled.body)));
    check_golden("B-op-delete-again", http_delete("%s", url));
    CHECK(http_wait(dump, 5000));
    CHECK_AT("the client sees that it is not whole",
             dump->status == 200 && dump->result != CURLE_OK);
    fake_runtime_open_gate(r);
    CHECK(portside_nothing_left(p));
}

static void test_bad_ids(void)
{
    static const char unknown[] = "operations/00000000-0000-0000-0000-000000000001";
    struct portside *p = portside_start(NULL);

    check_golden("B-op-badguid", http_get("%s/operations/zzz", p->base));
    check_golden("B-op-badguid", http_delete("%s/operations/zzz", p->base));
    check_golden("B-op-post", http_run(&(struct http_request){
                                  .method = "POST", .url = world_text("%s/operations", p->base)}));
    const struct http *h = http_get("%s/%s", p->base, unknown);
    CHECK(h->status == 400 && *json_text(json_of(h), "detail"));
    h = http_delete("%s/%s", p->base, unknown);
    CHECK(h->status == 400 && *json_text(json_of(h), "detail"));
}

static void test_list_filters(void)
{
    static const struct {
        const char *query;
        int want;
    } cases[] = {
        {"", 3},
        {"?tags=a", 2},
        {"?tags=a,b", 1},
        {"?tags=b,a", 1},
        {"?tags=a,,b", 1},
        {"?tags=A", 0},
        {"?tags=", 3},
        {"?tags=a,c", 0},
        {"?pid=1", 0},
        {"?name=dotnet", 3},
        {"?name=DOTNET", 0},
        {"/", 3},
        {"?tags=%20a", 0},
        {"?name=dotnet&pid=1", 0},
    };
    struct portside *p = portside_start(NULL);

    (void)one_app(p, &(struct fake_dump){0});
    CHECK(portside_get(p, "/dump?tags=a,b")->status == 200);
    CHECK(portside_get(p, "/dump?tags=,a,")->status == 200);
    CHECK(portside_get(p, "/dump")->status == 200);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const cJSON *list = json_of(http_get("%s/operations%s", p->base, cases[i].query));

        CHECK_AT(cases[i].query, cJSON_IsArray(list) && cJSON_GetArraySize(list) == cases[i].want);
    }
    check_golden("B-ops-list-pid-nomatch", portside_get(p, "/operations?pid=1"));
    const cJSON *own = json_of(http_get("%s/operations?pid=%d", p->base, (int)getpid()));
    CHECK(cJSON_GetArraySize(own) == 3);
    CHECK_AT("in order of creation", strcmp(json_text(own, "[0].createdDateTime"),
                                            json_text(own, "[2].createdDateTime")) < 0);
    struct golden member;
    REQUIRE(golden_load("F-ops", &member));
    const char *difference =
        json_shape_difference(json_at(json_parse(member.body), "[0]"), json_at(own, "[2]"));
    CHECK_AT(difference, !difference);
}

static void test_limit(void)
{
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r = one_app(p, &held_dump);
    struct fake_runtime *other = fake_runtime_start(&(struct fake_options){.port = p->socket});

    REQUIRE(portside_wait_count(p, 2, 5000));
    struct http *first = running_dump(p, r, world_text("?uid=%s", fake_runtime_uid(r)));
    check_golden("B-429-dump", http_get("%s/dump?uid=%s", p->base, fake_runtime_uid(r)));
    /* The limit is one dump of the whole daemon. */
    check_golden("B-429-dump", http_get("%s/dump?uid=%s", p->base, fake_runtime_uid(other)));
    CHECK_AT("refused ones are no operations",
             cJSON_GetArraySize(json_of(portside_get(p, "/operations"))) == 1);
    fake_runtime_open_gate(r);
    REQUIRE(http_wait(first, 5000));
    CHECK(first->result == CURLE_OK);
    CHECK(http_get("%s/dump?uid=%s", p->base, fake_runtime_uid(other))->status == 200);
}

static void test_types(void)
{
    static const struct {
        const char *query;
        uint32_t want;      /* the runtime's number: 1 mini, 2 heap, 3 triage, 4 full; 0: refused */
        const char *golden; /* status and type, NULL: none */
    } cases[] = {
        {"", 2, NULL},
        {"?type=Full", 4, "B-dump-Full"},
        {"?type=Mini", 1, "B-dump-Mini"},
        {"?type=WithHeap", 2, "B-dump-WithHeap"},
        {"?type=Triage", 3, NULL},
        {"?type=mini", 1, "B-dump-lower"},
        {"?TYPE=fULL", 4, NULL},
        {"?type=1", 4, "B-dump-numtype"},
        {"?type=2", 1, NULL},
        {"?type=3", 2, NULL},
        {"?type=4", 3, NULL},
        {"?type=Nope", 0, NULL},
        {"?type=Full2", 0, NULL},
        {"?pid=x", 0, NULL},
    };
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r = one_app(p, &(struct fake_dump){0});

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct http *h = http_get("%s/dump%s", p->base, cases[i].query);

        if (cases[i].want == 0) {
            check_golden("B-dump-badtype", h);
            continue;
        }
        CHECK_AT(cases[i].query, h->status == 200);
        if (cases[i].golden)
            check_golden(cases[i].golden, h);
        CHECK_AT(cases[i].query, fake_runtime_dump_type(r) == cases[i].want);
    }
    check_golden("B-dump-badegress", portside_get(p, "/dump?type=Mini&egressProvider=nosuch"));
}

static void test_no_http_egress(void)
{
    struct portside *p = portside_start(&(struct portside_options){.args = {"--no-http-egress"}});
    struct fake_runtime *r = one_app(p, &(struct fake_dump){0});

    check_golden("D4-nohttpegress-dump", portside_get(p, "/dump?type=Mini"));
    CHECK(fake_runtime_received(r, FAKE_ANY_DUMP) == 0);
    const struct http *info = portside_get(p, "/info");
    check_golden("D4-nohttpegress-info", info);
    CHECK(strcmp(json_text(json_of(info), "capabilities[4].name"), "http_egress") == 0);
    CHECK(cJSON_IsFalse(json_at(json_of(info), "capabilities[4].enabled")));
}

WORLD_SUITE("component/operations", {"headers of a dump", test_headers_of_a_dump},
            {"location follows the Host header", test_location_follows_the_host_header},
            {"cancel", test_cancel}, {"bad ids", test_bad_ids}, {"list filters", test_list_filters},
            {"limit", test_limit}, {"types", test_types}, {"no http egress", test_no_http_egress})
