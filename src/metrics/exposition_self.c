/* The end of each page: portside's own metrics, and who the processes are. */
#include "portside_version.h"
#include <math.h>
#include <stddef.h>

#include "src/metrics/exposition_page.h"
#include "src/metrics/problems.h"
#include "src/metrics/prom_text.h"

struct own {
    const char *name, *help; /* without `_total` and `_info` */
    enum { OWN_GAUGE, OWN_COUNTER, OWN_INFO } type;
};

static void add_head(struct page *p, const struct own *o)
{
    static const struct {
        const char *suffix, *type;
    } types[] = {[OWN_GAUGE] = {"", "gauge"},
                 [OWN_COUNTER] = {"_total", "counter"},
                 [OWN_INFO] = {"_info", "info"}};
    bool om = p->style->openmetrics;
    const char *suffix = om ? "" : types[o->type].suffix;
    const char *type = o->type == OWN_INFO && !om ? "gauge" : types[o->type].type;

    page_add_texts(p->out, (const char *[]){"# HELP ", o->name, suffix, " ", o->help, "\n# TYPE ",
                                            o->name, suffix, " ", type, "\n", NULL});
}

/* Labels without braces; "" for none. */
static void add_value(struct page *p, const struct own *o, const char *labels, double value)
{
    static const char *const suffixes[] = {
        [OWN_GAUGE] = "", [OWN_COUNTER] = "_total", [OWN_INFO] = "_info"};

    page_add_texts(p->out, (const char *[]){o->name, suffixes[o->type], *labels ? "{" : "", labels,
                                            *labels ? "} " : " ", NULL});
    prom_add_number(p->out, value);
    text_add(p->out, "\n", 1);
}

static const struct {
    struct own own;
    size_t value; /* in struct metrics_self */
} of_self[] = {
#define OF_SELF(name, help, type, member)                                                          \
    {                                                                                              \
        {"portside_" name, help, type}, offsetof(struct metrics_self, member)                      \
    }
    OF_SELF("sessions", "Event sessions that run.", OWN_GAUGE, sessions),
    OF_SELF("events", "Events received of all sessions.", OWN_COUNTER, events),
    OF_SELF("lost_events", "Events that runtimes had no room for.", OWN_COUNTER, lost_events),
    OF_SELF("dump_free_bytes", "Free space where dumps are written.", OWN_GAUGE, dump_free_bytes),
    OF_SELF("resident_memory_bytes", "Resident memory of portside.", OWN_GAUGE, resident_bytes),
    OF_SELF("cpu_seconds", "CPU time that portside has used.", OWN_COUNTER, cpu_seconds),
    OF_SELF("start_time_seconds", "When portside was started, since 1970.", OWN_GAUGE,
            start_unix_seconds),
};

static const struct {
    struct own own;
    size_t value; /* in struct metrics_pushed */
} of_push[] = {
#define OF_PUSH(name, help, type, member)                                                          \
    {                                                                                              \
        {"portside_otlp_" name, help, type}, offsetof(struct metrics_pushed, member)               \
    }
    OF_PUSH("sent", "Data points and lines of log that the collector has taken.", OWN_COUNTER,
            sent),
    OF_PUSH("rejected", "Those that the collector did not want.", OWN_COUNTER, rejected),
    OF_PUSH("dropped", "Those that waited too long, or found no room.", OWN_COUNTER, dropped),
    OF_PUSH("failures", "Pushes that came to nothing.", OWN_COUNTER, failures),
    OF_PUSH("queue_bytes", "What waits for the collector.", OWN_GAUGE, queued_bytes),
};

static double up(const struct metric_process *process)
{
    return process->up;
}

static double series(const struct metric_process *process)
{
    return (double)process->series_count;
}

static double lost(const struct metric_process *process)
{
    return (double)process->lost_events;
}

static double dropped(const struct metric_process *process)
{
    return (double)process->series_dropped;
}

static double silent(const struct metric_process *process)
{
    return process->silent_seconds;
}

static double waited(const struct metric_process *process)
{
    return process->waited_seconds;
}

/* A value that is NaN is left out. */
static const struct {
    struct own own;
    double (*value)(const struct metric_process *process);
} of_process[] = {
    {{"portside_up", "Whether metrics of the process are being received.", OWN_GAUGE}, up},
    {{"portside_metric_series", "Series that are kept of the process.", OWN_GAUGE}, series},
    {{"portside_process_lost_events", "Events that the process's runtime had no room for.",
      OWN_COUNTER},
     lost},
    {{"portside_metric_values_dropped", "Values of series that there was no room for.",
      OWN_COUNTER},
     dropped},
    {{"portside_unresponsive_seconds",
      "For so long the process has not answered on its diagnostic port; 0: it does.", OWN_GAUGE},
     silent},
    {{"portside_suspended_seconds",
      "For so long the process, if it was started suspended, waited to be resumed.", OWN_GAUGE},
     waited},
};

/* By enum metrics_notice and what problems.h adds. */
static const char *const notices[] = {
    [METRICS_NOTICE_TIME_SERIES_LIMIT] = "time_series_limit",
    [METRICS_NOTICE_HISTOGRAM_LIMIT] = "histogram_limit",
    [METRICS_NOTICE_ERROR] = "error",
    [METRICS_NOTICE_INSTRUMENT_ERROR] = "instrument_error",
    [METRICS_NOTICE_COLLISION] = "collision",
    [PROBLEM_UNAVAILABLE] = "unavailable",
    [PROBLEM_SILENT] = "silent",
};

static const char *const reasons[] = {
    [PAGE_CONFLICT] = "conflict", [PAGE_DUPLICATE] = "duplicate", [PAGE_FULL] = "full"};

static void write_processes(struct page *p)
{
    struct text labels = {0};

    for (size_t i = 0; i < sizeof of_process / sizeof of_process[0]; i++) {
        add_head(p, &of_process[i].own);
        list_each(process, metric_store_processes(p->store), struct metric_process, link)
        {
            double value = of_process[i].value(process);
            if (isnan(value))
                continue;
            labels.size = 0;
            page_add_process(&labels, process, p->style->separator);
            add_value(p, &of_process[i].own, labels.failed ? "" : labels.data, value);
        }
    }
    p->out->failed |= labels.failed;
    text_deinit(&labels);
}

static void write_notices(struct page *p)
{
    static const struct own own = {"portside_metrics_incomplete",
                                   "Why metrics of a process are missing: 1 for what came up.",
                                   OWN_GAUGE};
    struct text labels = {0};

    add_head(p, &own);
    list_each(process, metric_store_processes(p->store), struct metric_process,
              link) for (size_t i = 0; i < sizeof notices / sizeof notices[0]; i++)
    {
        if (!(process->notices & 1U << i))
            continue;
        labels.size = 0;
        page_add_process(&labels, process, p->style->separator);
        text_add_fmt(&labels, "%sreason=\"%s\"", p->style->separator, notices[i]);
        add_value(p, &own, labels.failed ? "" : labels.data, 1);
    }
    p->out->failed |= labels.failed;
    text_deinit(&labels);
}

static void write_left_out(struct page *p)
{
    static const struct own own = {
        "portside_page_left_out",
        "What this page had to leave out: metrics whose names or kinds clash, series whose labels "
        "do, and what would make it too large.",
        OWN_GAUGE};
    char label[64];

    add_head(p, &own);
    for (size_t i = 0; i < PAGE_REASONS; i++) {
        (void)snprintf(label, sizeof label, "reason=\"%s\"", reasons[i]);
        add_value(p, &own, label, (double)p->left_out[i]);
    }
}

static void write_pushed(struct page *p, const struct metrics_pushed pushed[METRICS_PUSHED])
{
    static const char *const labels[METRICS_PUSHED] = {"signal=\"metrics\"", "signal=\"logs\""};

    if (!pushed[0].on && !pushed[1].on)
        return;
    for (size_t i = 0; i < sizeof of_push / sizeof of_push[0]; i++) {
        add_head(p, &of_push[i].own);
        for (size_t k = 0; k < METRICS_PUSHED; k++) {
            const char *at = (const char *)&pushed[k] + of_push[i].value;
            if (pushed[k].on)
                add_value(p, &of_push[i].own, labels[k], *(const double *)(const void *)at);
        }
    }
}

void page_write_self(struct page *p, const struct metrics_self *self)
{
    static const struct own build = {"portside_build", "The version of portside.", OWN_INFO};

    add_head(p, &build);
    add_value(p, &build, "version=\"" PORTSIDE_VERSION "\"", 1);
    if (!list_empty(metric_store_processes(p->store))) {
        write_processes(p);
        write_notices(p);
    }
    for (size_t i = 0; i < sizeof of_self / sizeof of_self[0]; i++) {
        double value = *(const double *)(const void *)((const char *)self + of_self[i].value);
        if (isnan(value))
            continue;
        add_head(p, &of_self[i].own);
        add_value(p, &of_self[i].own, "", value);
    }
    write_pushed(p, self->pushed);
    write_left_out(p);
}

void page_write_targets(struct page *p)
{
    static const struct own own = {"target", "The processes that metrics are of.", OWN_INFO};
    struct text labels = {0};

    if (list_empty(metric_store_processes(p->store)))
        return;
    add_head(p, &own);
    list_each(process, metric_store_processes(p->store), struct metric_process, link)
    {
        labels.size = 0;
        page_add_process(&labels, process, ",");
        text_add_str(&labels, ",service_name=");
        prom_add_value(&labels, process->name);
        text_add_str(&labels, ",service_instance_id=");
        prom_add_value(&labels, process->uid);
        text_add_str(&labels, ",telemetry_sdk_language=\"dotnet\"");
        add_value(p, &own, labels.failed ? "" : labels.data, 1);
    }
    p->out->failed |= labels.failed;
    text_deinit(&labels);
}
