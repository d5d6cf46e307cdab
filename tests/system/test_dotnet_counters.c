/*
 * /livemetrics of real runtimes beside `dotnet-counters collect`: the same counters and instruments
 * of every kind, the same types and tags, the same values.
 *
 * EventCounters are collected by both at once: the runtime tells both the same values, so that each
 * must be found at its time, within one interval, in what the other has. dotnet-counters does not
 * share its meters' session when it collects, and the two run one after the other; there the values
 * of Portside.Exact (tests/apps/meters/Exact.cs), which are the same in each interval, must be
 * equal.
 *
 * PORTSIDE_DOTNET_COUNTERS names the program (`dotnet tool install dotnet-counters`).
 */
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "tests/support/dotnet.h"
#include "tests/support/files.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

enum {
    SERIES = 64,
    VALUES = 400,
    COLUMNS = 5,
    SECONDS = 6,
    NEIGHBOUR = 2, /* seconds: the interval, and a time cut to a whole second */
    SPARE_MS = 30000,
    ORACLE_MS = 120000,
};

static const char *const apps[] = {"meters10", "meters9", "meters8"};

struct value {
    time_t at;
    double value;
};

/* One counter or set of tags: its values over time. */
struct series {
    const char *name, *type; /* "Portside.Meters|m.count ({item})[team=blue;code=200;route=/a]" */
    unsigned count;
    struct value values[VALUES];
};

struct table {
    struct series list[SERIES];
    size_t count;
};

/* --- reading --- */

static struct series *series_of(struct table *t, const char *name)
{
    for (size_t i = 0; i < t->count; i++) {
        if (strcmp(t->list[i].name, name) == 0)
            return &t->list[i];
    }
    return NULL;
}

static void add_value(struct table *t, const char *name, const char *type, struct value value)
{
    struct series *s = series_of(t, name);

    if (!s) {
        REQUIRE(t->count < SERIES);
        s = &t->list[t->count++];
        *s = (struct series){.name = name, .type = type};
    }
    REQUIRE(s->count < VALUES);
    CHECK_AT(name, strcmp(s->type, type) == 0);
    s->values[s->count++] = value;
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

static bool read_time(const char *text, time_t *ret)
{
    struct tm tm = {.tm_isdst = -1};
    const char *end = strptime(text, "%m/%d/%Y %H:%M:%S", &tm);

    *ret = mktime(&tm);
    return end && !*end;
}

/* What ends is there in one of two runs; a last line that was cut off is passed over. */
static struct table *read_table(const char *text, bool (*split)(char *line, const char **columns))
{
    struct table *t = world_alloc(sizeof *t);
    char *rest = world_text("%s", text), *line = strsep(&rest, "\n");
    const char *columns[COLUMNS];
    struct value value;

    CHECK_AT(line,
             strcmp(line, "Timestamp,Provider,Counter Name,Counter Type,Mean/Increment") == 0);
    while ((line = strsep(&rest, "\n")) != NULL && rest) {
        const char *whole = world_text("%s", line);
        bool is_row = split(line, columns) && read_time(columns[0], &value.at);
        CHECK_AT(whole, is_row);
        if (!is_row || strstr(columns[2], "m.ends"))
            continue;
        value.value = strtod(columns[4], NULL);
        add_value(t, world_text("%s|%s", columns[1], columns[2]), columns[3], value);
    }
    return t;
}

/* --- comparing --- */

/* Is a value of `s` between what `others` has in the intervals around it? */
static bool is_between(struct value v, const struct series *others)
{
    double min = (double)INFINITY, max = -(double)INFINITY, room = 1e-12 * fabs(v.value);

    for (unsigned i = 0; i < others->count; i++) {
        if (labs(others->values[i].at - v.at) > NEIGHBOUR)
            continue;
        min = fmin(min, others->values[i].value);
        max = fmax(max, others->values[i].value);
    }
    return v.value >= min - room && v.value <= max + room;
}

/* While both were there. Returns how many values that were. */
static unsigned compare_times(const char *label, const struct series *s,
                              const struct series *others)
{
    time_t from = others->values[0].at, to = others->values[others->count - 1].at;
    unsigned compared = 0;

    for (unsigned i = 0; i < s->count; i++) {
        if (s->values[i].at < from || s->values[i].at > to)
            continue;
        compared++;
        CHECK_AT(world_text("%s: %s: %.17g at %lld", label, s->name, s->values[i].value,
                            (long long)s->values[i].at),
                 is_between(s->values[i], others));
    }
    return compared;
}

static void compare_in_time(const char *label, const struct series *ours,
                            const struct series *theirs)
{
    unsigned both = compare_times(label, theirs, ours);

    (void)compare_times(label, ours, theirs);
    CHECK_AT(world_text("%s: %s: %u values of ours, %u of theirs, %u at once", label, ours->name,
                        ours->count, theirs->count, both),
             both >= 2);
}

static bool is_exact(const char *name)
{
    static const char *const parts[] = {"Portside.Exact", "|m.observed.level", "|m.observed.queue",
                                        "|m.level"};

    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        if (strstr(name, parts[i]))
            return true;
    }
    return false;
}

/* What each interval adds to an up-down counter, the value of all others; the first interval is not
 * a whole one. -1 and a fault when it is not always the same. */
static double constant_of(const char *label, const struct series *s)
{
    bool climbs = strstr(s->name, "|x.queue") != NULL;
    double first = NAN;

    CHECK_AT(world_text("%s: %s: %u values", label, s->name, s->count), s->count >= 3);
    for (unsigned i = 2; i < s->count; i++) {
        double now = s->values[i].value - (climbs ? s->values[i - 1].value : 0);
        if (i == 2)
            first = now;
        CHECK_AT(world_text("%s: %s: %.17g, then %.17g", label, s->name, first, now), now == first);
    }
    return first;
}

/* The machine is busy: ticks that the app could not make are no difference of ours. The queue goes
 * up and down by one, from where the session finds it. */
static void compare_means(const char *label, const struct series *ours, const struct series *theirs)
{
    double sums[2] = {0}, min = (double)INFINITY, max = -(double)INFINITY;

    for (unsigned i = 0; i < ours->count; i++)
        sums[0] += ours->values[i].value / ours->count;
    for (unsigned i = 0; i < theirs->count; i++) {
        sums[1] += theirs->values[i].value / theirs->count;
        min = fmin(min, theirs->values[i].value);
        max = fmax(max, theirs->values[i].value);
    }
    double room = max - min + 0.35 * fabs(sums[1]) + (strstr(ours->name, "m.queue") ? 1 : 0);
    CHECK_AT(world_text("%s: %s: %g, not %g", label, ours->name, sums[0], sums[1]),
             fabs(sums[0] - sums[1]) <= room + 1e-9);
}

static void compare_in_turn(const char *label, const struct series *ours,
                            const struct series *theirs)
{
    if (!is_exact(ours->name)) {
        compare_means(label, ours, theirs);
        return;
    }
    double a = constant_of(label, ours), b = constant_of(label, theirs);
    CHECK_AT(world_text("%s: %s: %.17g, not %.17g", label, ours->name, a, b), a == b);
}

/* `least`: so many series, of which `exact` are exact, are there at least. */
static void compare_all(const char *label, struct table *ours, struct table *theirs,
                        void (*compare)(const char *label, const struct series *ours,
                                        const struct series *theirs),
                        size_t least, size_t exact)
{
    size_t found = 0;

    for (size_t i = 0; i < theirs->count; i++) {
        const struct series *s = &theirs->list[i], *own = series_of(ours, s->name);
        CHECK_AT(world_text("%s: %s is missing", label, s->name), own != NULL);
        if (!own)
            continue;
        CHECK_AT(s->name, strcmp(own->type, s->type) == 0);
        found += is_exact(s->name);
        compare(label, own, s);
    }
    for (size_t i = 0; i < ours->count; i++) {
        const char *name = ours->list[i].name;
        CHECK_AT(world_text("%s: only we have %s", label, name), series_of(theirs, name) != NULL);
    }
    CHECK_AT(world_text("%s: %zu series, %zu exact", label, theirs->count, found),
             theirs->count >= least && found >= exact);
}

/* --- running --- */

static const char *run_oracle(const char *oracle, const struct dotnet_app *app,
                              const char *counters)
{
    const char *file = world_text("%s/counters.csv", app->tmp);
    const char *argv[] = {oracle,
                          "collect",
                          "--process-id",
                          world_text("%d", app->proc->pid),
                          "--counters",
                          counters,
                          "--refresh-interval",
                          "1",
                          "--format",
                          "csv",
                          "--output",
                          file,
                          "--duration",
                          world_text("00:00:%02d", SECONDS + 1),
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

static struct http_request request_to(const struct portside *p, int seconds, const char *body)
{
    return (struct http_request){
        .method = "POST",
        .url = world_text("%s/livemetrics?format=csv&durationSeconds=%d", p->base, seconds),
        .body = body,
        .timeout_ms = 2 * ORACLE_MS,
        .headers = {"Content-Type: application/json"}};
}

/* More has come of it, so that a moment before is complete. */
static bool wait_more(struct http *h)
{
    for (int i = 0; i < 2; i++) {
        size_t received = atomic_load(&h->received);
        if (!WAIT_UNTIL(SPARE_MS, atomic_load(&h->received) > received))
            return false;
    }
    return true;
}

/* Ours begins before theirs and ends, with the server, after it. */
static void check_at_once(const char *oracle, const char *name, struct portside *p,
                          const struct dotnet_app *app)
{
    const struct http_request request = request_to(
        p, 600,
        "{\"includeDefaultProviders\":false,\"providers\":[{\"providerName\":\"Portside.Counters\"}"
        ","
        "{\"providerName\":\"Portside.ExactCounters\"},{\"providerName\":\"System.Runtime\"}]}");
    struct http *h = http_start(&request);

    REQUIRE(wait_more(h));
    struct table *theirs =
        read_table(run_oracle(oracle, app,
                              "EventCounters\\Portside.Counters,EventCounters\\Portside."
                              "ExactCounters,EventCounters\\System.Runtime"),
                   split_plain);
    CHECK(wait_more(h));
    (void)portside_stop(p);
    REQUIRE(http_wait(h, SPARE_MS));
    struct table *ours = read_table(h->body, split_quoted);
    compare_all(name, ours, theirs, compare_in_time, 25, 4);
    for (size_t i = 0; i < ours->count; i++) {
        if (is_exact(ours->list[i].name))
            (void)constant_of(name, &ours->list[i]);
    }
}

static void check_in_turn(const char *oracle, const char *name, const struct portside *p,
                          const struct dotnet_app *app)
{
    const struct http_request request =
        request_to(p, SECONDS,
                   "{\"includeDefaultProviders\":false,\"meters\":[{\"meterName\":\"Portside."
                   "Meters\"},{\"meterName\":\"Portside.Exact\"}]}");
    struct table *theirs =
        read_table(run_oracle(oracle, app, "Portside.Meters,Portside.Exact"), split_plain);
    const struct http *h = http_run(&request);

    CHECK_AT(h->body, h->status == 200 && h->result == CURLE_OK);
    compare_all(name, read_table(h->body, split_quoted), theirs, compare_in_turn, 28, 17);
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
        struct portside *p = portside_start(
            &(struct portside_options){.args = {"--metrics", "false"},
                                       .env = {"DotnetMonitor_GlobalCounter__IntervalSeconds=1"}});
        struct dotnet_app *app =
            dotnet_start(&(struct dotnet_options){.name = apps[i], .port = p->socket});
        REQUIRE(portside_wait_count(p, 1, DOTNET_START_MS));
        REQUIRE(WAIT_UNTIL(DOTNET_START_MS, strstr(proc_output(app->proc), "running") != NULL));
        check_in_turn(oracle, apps[i], p, app);
        check_at_once(oracle, apps[i], p, app);
        proc_kill_group(app->proc);
    }
}

WORLD_SUITE("system/dotnet_counters", {"as dotnet-counters", test_as_dotnet_counters})
