#include "src/cli/top_view.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/json_escape.h"

#define OWN_PREFIX "portside_"
#define UP OWN_PREFIX "up"

enum { NAME_WIDTH = 60, VALUE_WIDTH = 16 };

static bool same_labels(const struct exposition_sample *a, const struct exposition_sample *b)
{
    if (a->label_count != b->label_count)
        return false;
    for (size_t i = 0; i < a->label_count; i++) {
        if (strcmp(a->labels[i].name, b->labels[i].name) != 0 ||
            strcmp(a->labels[i].value, b->labels[i].value) != 0)
            return false;
    }
    return true;
}

/* The page is in the same order each time: the search begins where the last one ended. */
static const struct exposition_sample *find_before(const struct exposition *before,
                                                   const struct exposition_sample *s, size_t *at)
{
    for (size_t n = 0; before && n < before->count; n++) {
        size_t i = (*at + n) % before->count;
        if (strcmp(before->samples[i].name, s->name) == 0 && same_labels(&before->samples[i], s)) {
            *at = i + 1;
            return &before->samples[i];
        }
    }
    return NULL;
}

/* NaN: it does not only grow, was not there before, or began anew. */
static double rate_of(const struct exposition *before, const struct exposition_sample *s,
                      double seconds, size_t *at)
{
    const struct exposition_sample *old = s->counter ? find_before(before, s, at) : NULL;

    return old && seconds > 0 && s->value >= old->value ? (s->value - old->value) / seconds
                                                        : (double)NAN;
}

static bool is_wanted(const struct top_view *view, const struct exposition_sample *s)
{
    const char *pid = exposition_label(s, "pid");

    if (!view->own && (strncmp(s->name, OWN_PREFIX, strlen(OWN_PREFIX)) == 0 ||
                       strcmp(s->name, "target_info") == 0))
        return false;
    if (view->pid && pid && strcmp(pid, view->pid) != 0)
        return false;
    return !view->filter || strcasestr(s->name, view->filter) || strcasestr(s->help, view->filter);
}

/* A line of a terminal: what could move the cursor or set colours does not get there. */
static void add_plain(struct text *out, const char *s)
{
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        text_add(out, c < 0x20 || c == 0x7f ? "?" : s, 1);
    }
}

/* Labels that name the process are in the heading of its section; its scope would be on each line
 * of the OpenTelemetry style. */
static bool is_hidden_label(const char *name)
{
    static const char *const hidden[] = {"pid", "process", "uid", "otel_scope_name",
                                         "otel_scope_version"};

    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++) {
        if (strcmp(name, hidden[i]) == 0)
            return true;
    }
    return false;
}

/* A summary's sum and count have its description. */
static const char *part_of(const struct exposition_sample *s)
{
    if (strcmp(s->part, "_sum") == 0)
        return " (sum)";
    return strcmp(s->part, "_count") == 0 ? " (count)" : "";
}

static void add_title(struct text *out, const struct exposition_sample *s)
{
    const char *separator = " {";

    add_plain(out, s->help[0] ? s->help : s->name);
    text_add_str(out, s->help[0] ? part_of(s) : "");
    for (size_t i = 0; i < s->label_count; i++) {
        if (is_hidden_label(s->labels[i].name))
            continue;
        text_add_str(out, separator);
        add_plain(out, s->labels[i].name);
        text_add_str(out, "=");
        add_plain(out, s->labels[i].value);
        separator = ",";
    }
    text_add_str(out, separator[0] == ',' ? "}" : "");
}

static void add_number(struct text *out, double value)
{
    if (fabs(value) < 1e15 && value == floor(value))
        text_add_fmt(out, " %*.0f", VALUE_WIDTH, value);
    else
        text_add_fmt(out, " %*.3f", VALUE_WIDTH, value);
}

static void add_line(struct text *out, const struct exposition_sample *s, double rate)
{
    struct text title = {0};

    add_title(&title, s);
    text_add_fmt(out, "  %-*s", NAME_WIDTH, title.data ? title.data : "");
    text_deinit(&title);
    add_number(out, s->value);
    if (!isnan(rate)) {
        add_number(out, rate);
        text_add_str(out, "/s");
    }
    text_add_str(out, "\n");
}

static void add_heading(struct text *out, const struct exposition_sample *s)
{
    const char *name = exposition_label(s, "process"), *pid = exposition_label(s, "pid");

    add_plain(out, name ? name : "?");
    text_add_str(out, " (");
    add_plain(out, pid ? pid : "?");
    text_add_str(out, ")");
}

/* Does the sample belong to the process whose `portside_up` is `up`? When there is but one process
 * the page does not name it. */
static bool is_of(const struct exposition_sample *s, const struct exposition_sample *up)
{
    const char *pid = exposition_label(s, "pid");

    return !pid || strcmp(pid, exposition_label(up, "pid")) == 0;
}

static void add_section(const struct top_view *view, const struct exposition *page,
                        const struct exposition *before, double seconds,
                        const struct exposition_sample *up, struct text *out)
{
    size_t at = 0;

    add_heading(out, up);
    text_add_str(out, up->value > 0 ? "\n" : " - no metrics from it now\n");
    for (size_t i = 0; i < page->count; i++) {
        const struct exposition_sample *s = &page->samples[i];
        bool own = strncmp(s->name, OWN_PREFIX, strlen(OWN_PREFIX)) == 0;
        if (is_wanted(view, s) && is_of(s, up) && (!own || exposition_label(s, "pid")))
            add_line(out, s, rate_of(before, s, seconds, &at));
    }
    text_add_str(out, "\n");
}

static void add_own(const struct top_view *view, const struct exposition *page,
                    const struct exposition *before, double seconds, struct text *out)
{
    size_t at = 0;

    if (!view->own)
        return;
    text_add_str(out, "portside\n");
    for (size_t i = 0; i < page->count; i++) {
        const struct exposition_sample *s = &page->samples[i];
        if (strncmp(s->name, OWN_PREFIX, strlen(OWN_PREFIX)) == 0 && !exposition_label(s, "pid") &&
            is_wanted(view, s))
            add_line(out, s, rate_of(before, s, seconds, &at));
    }
}

void top_view_text(const struct top_view *view, const struct exposition *page,
                   const struct exposition *before, double seconds, struct text *out)
{
    unsigned shown = 0;

    for (size_t i = 0; i < page->count; i++) {
        const struct exposition_sample *up = &page->samples[i];
        const char *pid = exposition_label(up, "pid");
        if (strcmp(up->name, UP) != 0 || !pid || (view->pid && strcmp(pid, view->pid) != 0))
            continue;
        add_section(view, page, before, seconds, up, out);
        shown++;
    }
    if (!shown)
        text_add_str(out, view->pid ? "No such process.\n" : "No .NET process.\n");
    add_own(view, page, before, seconds, out);
}

/* Is the one process that is asked for another than those of the page? One that is alone is not
 * named at its metrics. */
static bool is_other(const struct top_view *view, const struct exposition *page)
{
    for (size_t i = 0; view->pid && i < page->count; i++) {
        const char *pid = exposition_label(&page->samples[i], "pid");
        if (strcmp(page->samples[i].name, UP) == 0 && pid && strcmp(pid, view->pid) == 0)
            return false;
    }
    return view->pid != NULL;
}

static void add_json_number(struct text *out, const char *key, double value)
{
    if (isfinite(value))
        text_add_fmt(out, ",\"%s\":%.17g", key, value);
    else
        text_add_fmt(out, ",\"%s\":null", key);
}

void top_view_json(const struct top_view *view, const struct exposition *page,
                   const struct exposition *before, double seconds, int64_t unix_ms,
                   struct text *out)
{
    const char *separator = "";
    bool other = is_other(view, page);
    size_t at = 0;

    text_add_fmt(out, "{\"time\":%" PRId64 ",\"metrics\":[", unix_ms);
    for (size_t i = 0; i < page->count; i++) {
        const struct exposition_sample *s = &page->samples[i];
        if (other || !is_wanted(view, s))
            continue;
        text_add_fmt(out, "%s{\"name\":", separator);
        json_escape_add(out, s->name);
        text_add_str(out, ",\"labels\":{");
        for (size_t l = 0; l < s->label_count; l++) {
            text_add_str(out, l ? "," : "");
            json_escape_add(out, s->labels[l].name);
            text_add_str(out, ":");
            json_escape_add(out, s->labels[l].value);
        }
        text_add_str(out, "}");
        add_json_number(out, "value", s->value);
        double rate = rate_of(before, s, seconds, &at);
        if (!isnan(rate))
            add_json_number(out, "perSecond", rate);
        text_add_str(out, "}");
        separator = ",";
    }
    text_add_str(out, "]}\n");
}
