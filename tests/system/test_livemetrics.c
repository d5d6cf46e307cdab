/*
 * /livemetrics of real runtimes beside `dotnet-counters collect`: the same counters and instruments
 * of every kind, with tags, and values that differ by no more than an interval does.
 *
 * PORTSIDE_DOTNET_COUNTERS names the program (`dotnet tool install dotnet-counters`). It does not
 * share its meters' session when it collects, so that the two run one after the other.
 */
#include <math.h>
#include <stdlib.h>

#include "tests/support/dotnet.h"
#include "tests/support/files.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define BODY                                                                                       \
    "{\"includeDefaultProviders\":false,\"providers\":[{\"providerName\":\"Portside.Counters\"}]," \
    "\"meters\":[{\"meterName\":\"Portside.Meters\"}]}"

enum { SERIES = 64, COLUMNS = 5, SECONDS = 5, ORACLE_MS = 60000 };

static const char *const apps[] = {"meters10", "meters9", "meters8"};

/* One counter or set of tags: its values over time. */
struct series {
    const char *name, *type; /* "Portside.Meters|m.count ({item})[team=blue;code=200;route=/a]" */
    unsigned count;
    double min, max, sum;
};

struct table {
    struct series list[SERIES];
    size_t count;
};

static struct series *series_of(struct table *t, const char *name, const char *type)
{
    for (size_t i = 0; i < t->count; i++) {
        if (strcmp(t->list[i].name, name) == 0)
            return &t->list[i];
    }
    REQUIRE(t->count < SERIES);
    struct series *s = &t->list[t->count++];
    *s = (struct series){
        .name = name, .type = type, .min = (double)INFINITY, .max = -(double)INFINITY};
    return s;
}

static void add_value(struct series *s, double value)
{
    s->count++;
    s->sum += value;
    s->min = fmin(s->min, value);
    s->max = fmax(s->max, value);
}

/* dotnet-counters quotes nothing: the name is what is left between the other columns. */
static bool split_plain(char *line, const char *columns[static COLUMNS])
{
    size_t place[] = {4, 3};

    columns[0] = strsep(&line, ",");
    columns[1] = strsep(&line, ",");
    for (size_t i = 0; line && i < COUNT_OF(place); i++) {
        char *comma = strrchr(line, ',');
        if (!comma)
            return false;
        *comma = '\0';
        columns[place[i]] = comma + 1;
    }
    columns[2] = line;
    return line != NULL;
}

/* RFC 4180. */
static bool split_quoted(char *line, const char *columns[static COLUMNS])
{
    size_t n = 0;

    while (line && n < COLUMNS) {
        char *out = line, *in = line;
        bool quoted = *in == '"';
        columns[n++] = line;
        for (in += quoted; *in && (quoted || *in != ','); in++) {
            if (quoted && *in == '"' && *++in != '"')
                break;
            *out++ = *in;
        }
        line = *in == ',' ? in + 1 : NULL;
        *out = '\0';
    }
    return n == COLUMNS && !line;
}

static struct table *read_table(const char *text, bool (*split)(char *line, const char **columns))
{
    struct table *t = world_alloc(sizeof *t);
    char *rest = world_text("%s", text), *line = strsep(&rest, "\n");
    const char *columns[COLUMNS];

    CHECK(strcmp(line, "Timestamp,Provider,Counter Name,Counter Type,Mean/Increment") == 0);
    while ((line = strsep(&rest, "\n")) != NULL && *line) {
        const char *whole = world_text("%s", line);
        bool is_split = split(line, columns);
        CHECK_AT(whole, is_split);
        if (is_split && !strstr(columns[2], "m.ends"))
            add_value(series_of(t, world_text("%s|%s", columns[1], columns[2]), columns[3]),
                      strtod(columns[4], NULL));
    }
    return t;
}

/* The machine is busy: ticks that the app could not make are no difference of ours. The queue goes
 * up and down by one, from where the session finds it. */
static void compare(const char *app, const struct series *ours, const struct series *theirs)
{
    double a = ours->sum / ours->count, b = theirs->sum / theirs->count;
    double room = theirs->max - theirs->min + 0.35 * fabs(b) + 1e-9;
    const char *label = world_text("%s %s: %g (%u), not %g (%u)", app, ours->name, a, ours->count,
                                   b, theirs->count);

    if (strstr(ours->name, "m.queue"))
        room += 1;
    CHECK_AT(label, strcmp(ours->type, theirs->type) == 0);
    CHECK_AT(label, ours->count >= 2 && theirs->count >= 2);
    CHECK_AT(label, fabs(a - b) <= room);
}

static void compare_all(const char *app, struct table *ours, struct table *theirs)
{
    size_t both = theirs->count;

    for (size_t i = 0; i < both; i++) {
        const struct series *s = &theirs->list[i];
        const struct series *own = series_of(ours, s->name, s->type);
        CHECK_AT(world_text("%s: %s is missing", app, s->name), own->count > 0);
        if (own->count > 0)
            compare(app, own, s);
    }
    for (size_t i = 0; i < ours->count; i++) {
        const char *name = ours->list[i].name;
        CHECK_AT(world_text("%s: only we have %s", app, name),
                 series_of(theirs, name, "")->count > 0);
    }
    CHECK_AT(world_text("%s: %zu series", app, both), both >= 17);
}

static const char *run_oracle(const char *oracle, const struct dotnet_app *app)
{
    const char *file = world_text("%s/counters.csv", app->tmp);
    const char *pid = world_text("%d", app->proc->pid);
    const char *duration = world_text("00:00:%02d", SECONDS + 1);
    const char *argv[] = {oracle,
                          "collect",
                          "--process-id",
                          pid,
                          "--counters",
                          "EventCounters\\Portside.Counters,Portside.Meters",
                          "--refresh-interval",
                          "1",
                          "--format",
                          "csv",
                          "--output",
                          file,
                          "--duration",
                          duration,
                          NULL};
    const char *env[] = {world_text("TMPDIR=%s", app->tmp),
                         "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1", NULL};
    const char *output = "";
    size_t size;

    int code = proc_run(&(struct proc_options){.argv = argv,
                                               .env = env,
                                               .output = world_text("%s/oracle.log", app->tmp)},
                        ORACLE_MS, &output);
    CHECK_AT(world_text("%d: %s", code, output), code == 0);
    const char *text = files_read(file, &size);
    REQUIRE(text != NULL);
    return text;
}

static struct portside *server(void)
{
    return portside_start(&(struct portside_options){
        .args = {"--metrics", "false"}, .env = {"DotnetMonitor_GlobalCounter__IntervalSeconds=1"}});
}

static struct dotnet_app *meters(const struct portside *p, const char *name)
{
    struct dotnet_app *app =
        dotnet_start(&(struct dotnet_options){.name = name, .port = p->socket});

    REQUIRE(portside_wait_count(p, 1, DOTNET_START_MS));
    REQUIRE(WAIT_UNTIL(DOTNET_START_MS, strstr(proc_output(app->proc), "running") != NULL));
    return app;
}

static struct http_request request_to(const struct portside *p, const char *query)
{
    return (struct http_request){.method = "POST",
                                 .url = world_text("%s/livemetrics?%s", p->base, query),
                                 .body = BODY,
                                 .headers = {"Content-Type: application/json"}};
}

static void test_as_dotnet_counters(void)
{
    const char *oracle = getenv("PORTSIDE_DOTNET_COUNTERS");

    if (!oracle) {
        world_skip("PORTSIDE_DOTNET_COUNTERS does not name dotnet-counters");
        return;
    }
    for (size_t i = 0; i < COUNT_OF(apps); i++) {
        if (!dotnet_have(apps[i]))
            continue;
        struct portside *p = server();
        struct dotnet_app *app = meters(p, apps[i]);
        struct http_request request =
            request_to(p, world_text("durationSeconds=%d&format=csv", SECONDS));
        struct table *theirs = read_table(run_oracle(oracle, app), split_plain);
        const struct http *h = http_run(&request);
        CHECK_AT(h->body, h->status == 200 && h->result == CURLE_OK);
        compare_all(apps[i], read_table(h->body, split_quoted), theirs);
        proc_kill_group(app->proc);
        (void)portside_stop(p);
    }
}

/* Two at once share what the runtime measures; what ends, and what throws, is said in the log. */
static void test_together(void)
{
    for (size_t i = 0; i < COUNT_OF(apps); i++) {
        if (!dotnet_have(apps[i]))
            continue;
        struct portside *p = server();
        struct dotnet_app *app = meters(p, apps[i]);
        struct http_request brief = request_to(p, "durationSeconds=2"),
                            whole = request_to(p, "durationSeconds=6");
        struct http *first = http_start(&brief), *second = http_start(&whole);
        REQUIRE(http_wait(first, 10000) && http_wait(second, 20000));
        CHECK_AT(first->body, strstr(first->body, "\"m.count\"") != NULL);
        /* The one that stays is not silenced by the other's end. */
        const char *last = strrchr(second->body, 0x1e);
        REQUIRE(last != NULL && first->body[0] == 0x1e);
        CHECK_AT(last, strcmp(world_text("%.40s", last),
                              world_text("%.40s", strrchr(first->body, 0x1e))) > 0);
        unsigned counts = 0;
        for (const char *at = second->body; (at = strstr(at, "\"name\":\"m.count\"")) != NULL; at++)
            counts++;
        CHECK_AT(world_text("%s: %u values of m.count", apps[i], counts), counts >= 8);
        const char *log = proc_output(p->proc);
        CHECK(strstr(log, "The counter m.ends ended") != NULL);
        CHECK(!strstr(log, "m.observed.count ended"));
        CHECK(strstr(log, "as it should") != NULL);
        CHECK(strstr(second->body, "\"meterTags\":\"team=blue\",\"instrumentTags\":\"kind=h\"") !=
              NULL);
        proc_kill_group(app->proc);
        (void)portside_stop(p);
    }
}

static bool has_sessions(const struct portside *p, int count)
{
    return strstr(http_get("%s/metrics", p->metrics)->body,
                  world_text("\nportside_sessions %d\n", count)) != NULL;
}

/* What the settings name comes out of the scrape's session, with what the instruments are. */
static void test_with_scrape(void)
{
    for (size_t i = 0; i < COUNT_OF(apps); i++) {
        if (!dotnet_have(apps[i]))
            continue;
        struct portside *p = portside_start(&(struct portside_options){
            .env = {"DotnetMonitor_GlobalCounter__IntervalSeconds=1",
                    "DotnetMonitor_Metrics__Meters__0__MeterName=Portside.Meters"}});
        struct dotnet_app *app = meters(p, apps[i]);
        REQUIRE(WAIT_UNTIL(DOTNET_START_MS, strstr(http_get("%s/metrics", p->metrics)->body,
                                                   "portsidemeters_m_count") != NULL));
        struct http *h = http_start(
            &(struct http_request){.url = world_text("%s/livemetrics?durationSeconds=3", p->base)});
        REQUIRE(WAIT_UNTIL(5000, atomic_load(&h->received) > 0));
        CHECK_AT(apps[i], has_sessions(p, 1));
        REQUIRE(http_wait(h, 10000));
        CHECK_AT(h->body, strstr(h->body, "\"m.count\"") &&
                              strstr(h->body, "\"meterTags\":\"team=blue\",\"instrumentTags\":"));
        proc_kill_group(app->proc);
        (void)portside_stop(p);
    }
}

WORLD_SUITE("system/livemetrics", {"as dotnet-counters", test_as_dotnet_counters},
            {"together", test_together}, {"with scrape", test_with_scrape})
