#include "src/metrics/series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/limits.h"
#include "src/metrics/labels.h"

size_t metric_text_size(const char *s, size_t limit)
{
    size_t size = s ? strnlen(s, limit) : 0;

    /* Not inside of a character. */
    if (s && s[size] != '\0')
        while (size && ((unsigned char)s[size] & 0xC0) == 0x80)
            size--;
    return size;
}

/* Copies into `*at` and goes on behind it. NULL stays NULL. */
static const char *store_text(char **at, const char *s, size_t size)
{
    char *text = *at;

    if (!s)
        return NULL;
    memcpy(text, s, size);
    text[size] = '\0';
    *at += size + 1;
    return text;
}

/* What is not told is as good as empty. */
static bool same_text(const char *kept, const char *told, size_t limit)
{
    size_t size = metric_text_size(told, limit);

    return strlen(kept ? kept : "") == size && (size == 0 || memcmp(kept, told, size) == 0);
}

bool instrument_fits(const struct metric_instrument *in, const struct metric_process *p,
                     const struct measurement *m)
{
    return in->process == p && in->kind == m->kind &&
           same_text(in->name, m->name, LIMIT_METRIC_TEXT) &&
           same_text(in->provider, m->provider, LIMIT_METRIC_TEXT) &&
           same_text(in->meter_version, m->meter_version, LIMIT_METRIC_TEXT) &&
           same_text(in->meter_tags, m->meter_tags, LIMIT_METRIC_TAGS) &&
           same_text(in->instrument_tags, m->instrument_tags, LIMIT_METRIC_TAGS);
}

bool instrument_fits_end(const struct metric_instrument *in, const struct measurement *m)
{
    return in->is_meter && same_text(in->name, m->name, LIMIT_METRIC_TEXT) &&
           same_text(in->provider, m->provider, LIMIT_METRIC_TEXT);
}

size_t instrument_size(const struct metric_instrument *in)
{
    return in->size + (in->display_name ? strlen(in->display_name) + 1 : 0) +
           (in->unit ? strlen(in->unit) + 1 : 0);
}

struct metric_instrument *instrument_new(struct metric_process *p, const struct measurement *m)
{
    const char *told[] = {m->provider, m->name, m->meter_version, m->meter_tags,
                          m->instrument_tags};
    static const size_t limits[] = {LIMIT_METRIC_TEXT, LIMIT_METRIC_TEXT, LIMIT_METRIC_TEXT,
                                    LIMIT_METRIC_TAGS, LIMIT_METRIC_TAGS};
    const char *kept[5];
    size_t sizes[5], size = sizeof(struct metric_instrument);

    for (size_t i = 0; i < 5; i++) {
        sizes[i] = metric_text_size(told[i], limits[i]);
        size += told[i] ? sizes[i] + 1 : 0;
    }
    struct metric_instrument *in = calloc(1, size);
    if (!in)
        return NULL;
    char *at = (char *)(in + 1);
    for (size_t i = 0; i < 5; i++)
        kept[i] = store_text(&at, told[i], sizes[i]);
    *in = (struct metric_instrument){.process = p, .kind = m->kind, .size = size};
    in->is_meter = m->kind >= MEASUREMENT_GAUGE;
    in->provider = kept[0];
    in->name = kept[1];
    in->meter_version = kept[2];
    in->meter_tags = kept[3];
    in->instrument_tags = kept[4];
    list_init(&in->link);
    list_init(&in->series);
    if (!instrument_refresh(in, m)) {
        instrument_free(in);
        return NULL;
    }
    return in;
}

void instrument_free(struct metric_instrument *in)
{
    if (!in)
        return;
    list_remove(&in->link);
    free(in->display_name);
    free(in->unit);
    free(in);
}

static bool refresh_text(char **kept, const char *told)
{
    if (!told || (*kept && same_text(*kept, told, LIMIT_METRIC_TEXT)))
        return true;
    char *copy = strndup(told, metric_text_size(told, LIMIT_METRIC_TEXT));
    if (!copy)
        return false;
    free(*kept);
    *kept = copy;
    return true;
}

bool instrument_refresh(struct metric_instrument *in, const struct measurement *m)
{
    in->interval = m->interval;
    return refresh_text(&in->display_name, m->display_name) && refresh_text(&in->unit, m->unit);
}

/* When the interval of the first value began, as far as it is one: a total is counted from there.
 */
static int64_t start_of(const struct measurement *m)
{
    bool known = m->interval > 0 && m->interval <= LIMIT_METRIC_INTERVAL;

    return m->unix_ns - (known ? (int64_t)(m->interval * 1e9) : 0);
}

struct metric_series *series_new(struct metric_instrument *in, const struct measurement *m)
{
    size_t tags = metric_text_size(m->tags, LIMIT_METRIC_TAGS), labels_size;
    struct metric_series *s = calloc(1, sizeof *s + tags + 1);

    if (!s)
        return NULL;
    char *at = (char *)(s + 1);
    s->tags = store_text(&at, m->tags, tags);
    s->instrument = in;
    list_init(&s->link);
    s->labels = labels_parse(m, &s->label_count, &labels_size);
    if (!s->labels && labels_size) {
        series_free(s);
        return NULL;
    }
    s->start_unix_ns = start_of(m);
    s->sum = s->observations = (double)NAN;
    s->size = sizeof *s + tags + 1 + labels_size;
    return s;
}

void series_free(struct metric_series *s)
{
    if (!s)
        return;
    list_remove(&s->link);
    free(s->labels);
    free(s->points);
    free(s->quantiles);
    free(s);
}

bool series_fits(const struct metric_series *s, const struct measurement *m)
{
    return same_text(s->tags, m->tags, LIMIT_METRIC_TAGS);
}

size_t series_size(const struct metric_series *s)
{
    return s->size + s->capacity * sizeof *s->points + s->quantile_count * sizeof *s->quantiles;
}

/* Room for one more point, or a full ring. */
static bool ring_grow(struct metric_series *s, unsigned points)
{
    unsigned capacity = s->capacity ? s->capacity * 2 : 4;

    if (s->count < s->capacity || s->capacity == points)
        return true;
    capacity = capacity < points ? capacity : points;
    struct metric_point *grown = realloc(s->points, capacity * sizeof *grown);
    if (!grown)
        return false;
    s->points = grown;
    s->capacity = capacity;
    return true;
}

/* Points are in order of time, each of another millisecond: what Prometheus takes. A clock that was
 * set back begins anew. */
static bool ring_put(struct metric_series *s, int64_t unix_ns, double value, unsigned points)
{
    if (s->count) {
        int64_t last = metric_series_last(s)->unix_ns / 1000000;
        if (unix_ns / 1000000 < last)
            s->first = s->count = 0;
        else if (unix_ns / 1000000 == last)
            s->count--;
    }
    if (!ring_grow(s, points))
        return false;
    if (s->count == s->capacity) {
        s->first = (s->first + 1) % s->capacity;
        s->count--;
    }
    s->points[(s->first + s->count++) % s->capacity] =
        (struct metric_point){.unix_ns = unix_ns, .value = value};
    return true;
}

/* What is told stands, also when it is less than before: another session counts anew, and apps use
 * observable counters for what goes up and down. Readers know of resets: by a later start. */
static void count_told(struct metric_series *s, const struct measurement *m)
{
    if (!isnan(m->total) && m->total < s->total)
        s->start_unix_ns = start_of(m);
    if (!isnan(m->total))
        s->total = m->total;
    else if (!isnan(m->value))
        s->total += m->value;
}

static void add_told(double *sum, double value)
{
    if (!isnan(value))
        *sum = (isnan(*sum) ? 0 : *sum) + value;
}

static int by_quantile(const void *a, const void *b)
{
    const struct measurement_quantile *p = a, *q = b;

    return (p->quantile > q->quantile) - (p->quantile < q->quantile);
}

static bool put_quantiles(struct metric_series *s, const struct measurement *m)
{
    size_t count =
        m->quantile_count < LIMIT_METRIC_QUANTILES ? m->quantile_count : LIMIT_METRIC_QUANTILES;

    s->quiet = count == 0;
    if (count == 0)
        return true;
    if (count != s->quantile_count) {
        struct measurement_quantile *q = realloc(s->quantiles, count * sizeof *q);
        if (!q)
            return false;
        s->quantiles = q;
        s->quantile_count = count;
    }
    memcpy(s->quantiles, m->quantiles, count * sizeof *s->quantiles);
    qsort(s->quantiles, count, sizeof *s->quantiles, by_quantile);
    return true;
}

bool series_put(struct metric_series *s, const struct measurement *m, unsigned points)
{
    s->ended = false;
    switch (m->kind) {
    case MEASUREMENT_INCREMENT:
        s->total += isnan(m->value) ? 0 : m->value;
        break;
    case MEASUREMENT_COUNTER:
        count_told(s, m);
        break;
    case MEASUREMENT_UP_DOWN:
        s->total = m->total;
        return ring_put(s, m->unix_ns, m->total, points);
    case MEASUREMENT_HISTOGRAM:
        add_told(&s->sum, m->sum);
        add_told(&s->observations, m->count);
        return put_quantiles(s, m) && ring_put(s, m->unix_ns, m->count, 1);
    case MEASUREMENT_MEAN:
    case MEASUREMENT_GAUGE:
    case MEASUREMENT_ENDED:
        break;
    }
    return ring_put(s, m->unix_ns, m->value, points);
}
