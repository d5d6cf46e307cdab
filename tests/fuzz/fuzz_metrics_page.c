/* Measurements, one a line (kind|provider|name|unit|display name|tags|meter tags|value), as pages:
 * lines are whole, each metric has one TYPE, no sample is there twice. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/hash.h"
#include "src/base/number_map.h"
#include "src/metrics/exposition.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FIELDS = 8, NOW_S = 1000 };

static void put_line(struct metric_store *store, struct metric_process *p, char *line,
                     unsigned number)
{
    static const struct measurement_quantile quantiles[] = {{0.5, 1}, {0.99, 2}};
    const char *field[FIELDS];

    for (size_t i = 0; i < FIELDS; i++) {
        field[i] = strsep(&line, "|");
        if (!field[i])
            field[i] = "";
    }
    double value = strtod(field[7], NULL);
    struct measurement m = {
        .kind = (enum measurement_kind)((unsigned char)*field[0] % (MEASUREMENT_ENDED + 1)),
        .unix_ns = (int64_t)(NOW_S + number) * 1000000000,
        .interval = 5,
        .provider = field[1],
        .name = field[2],
        .unit = *field[3] ? field[3] : NULL,
        .display_name = field[4],
        .tags = field[5],
        .meter_version = "",
        .meter_tags = *field[6] ? field[6] : NULL,
        .value = value,
        .total = value,
        .sum = value,
        .count = 1,
        .quantiles = quantiles,
        .quantile_count = 2};
    metric_store_put(store, p, &m);
}

static void once(struct number_map *seen, const char *text, size_t size)
{
    uint64_t hash = hash_bytes(text, size);

    if (number_map_get(seen, hash) != NUMBER_MAP_NONE || !number_map_set(seen, hash, 0))
        abort();
}

/* The end of a sample's name and labels. */
static const char *end_of_labels(const char *line)
{
    const char *at = line + strcspn(line, "{ \n");
    bool quoted = false;

    if (*at != '{')
        return at;
    for (at++; quoted || *at != '}'; at++) {
        if (*at == '\\' && quoted)
            at++;
        else if (*at == '"')
            quoted = !quoted;
        if (*at == '\n' || *at == '\0')
            abort();
    }
    return at + 1;
}

static void check_page(struct metric_store *store, enum exposition_style style)
{
    const struct exposition e = {
        .style = style, .now_unix_ns = (int64_t)NOW_S * 1000000000, .since_unix_ns = INT64_MAX};
    const struct metrics_self self = {1, 1, 1, 1, 1, 1, 1, {{0}}};
    struct number_map types = {0}, samples = {0};
    struct text page = {0};

    exposition_write(&page, store, &e, &self);
    if (page.failed || strlen(page.data) != page.size || page.data[page.size - 1] != '\n')
        abort();
    for (char *line = page.data, *end; *line; line = end + 1) {
        end = strchr(line, '\n');
        if (strncmp(line, "# TYPE ", 7) == 0)
            once(&types, line + 7, strcspn(line + 7, " "));
        if (*line == '#')
            continue;
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_", *line))
            abort();
        const char *labels_end = end_of_labels(line);
        if (*labels_end != ' ')
            abort();
        once(&samples, line, (size_t)(labels_end - line));
    }
    number_map_deinit(&types);
    number_map_deinit(&samples);
    text_deinit(&page);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1), *rest = text, *line;
    struct metric_store *store = metric_store_new(3);
    unsigned number = 0;

    if (!text || !store)
        abort();
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    struct metric_process *p = metric_process_add(store, 1, "app", "uid");
    struct metric_process *other = metric_process_add(store, 2, "\"\n\\", "uid2");
    for (; (line = strsep(&rest, "\n")); number++)
        put_line(store, number % 3 ? p : other, line, number);
    check_page(store, EXPOSITION_COMPAT);
    check_page(store, EXPOSITION_OPENTELEMETRY);
    check_page(store, EXPOSITION_OPENMETRICS);
    metric_process_remove(store, other);
    check_page(store, EXPOSITION_COMPAT);
    metric_store_free(store);
    free(text);
    return 0;
}
