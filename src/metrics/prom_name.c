#include "src/metrics/prom_name.h"

#include <ctype.h>
#include <string.h>

#include "src/base/cleanup.h"
#include "src/metrics/prom_text.h"

/* The provider keeps what a name may have, in lower case. */
static void add_provider(struct text *out, const char *provider)
{
    size_t start = out->size;

    for (const char *at = provider; *at; at++) {
        bool digit = *at >= '0' && *at <= '9';
        bool letter = (unsigned char)*at < 0x80 && (isalpha((unsigned char)*at) || *at == '_');
        char c = (char)tolower((unsigned char)*at);
        /* A digit is no start of a name, also when what came before has been left out. */
        if (digit && at != provider && out->size == start)
            text_add(out, "_", 1);
        if (letter || (digit && at != provider))
            text_add(out, &c, 1);
    }
    if (out->size == start)
        text_add(out, "_", 1);
}

static const struct {
    const char *unit, *name;
} compat_units[] = {
    {"", ""}, {"count", ""}, {"B", "bytes"}, {"MB", "bytes"}, {"%", "ratio"},
};

double prom_name_compat(struct text *out, const struct metric_instrument *in)
{
    const char *unit = in->unit ? in->unit : "";

    add_provider(out, in->provider);
    text_add(out, "_", 1);
    prom_add_name(out, in->name);
    for (size_t i = 0; i < sizeof compat_units / sizeof compat_units[0]; i++)
        if (text_equal_nocase(in->unit ? in->unit : "", compat_units[i].unit)) {
            unit = compat_units[i].name;
            break;
        }
    if (*unit) {
        text_add(out, "_", 1);
        prom_add_name(out, unit);
    }
    return in->unit && text_equal_nocase(in->unit, "MB") ? 1e6 : 1;
}

/* UCUM, and what EventCounters say; everything in base units. */
static const struct {
    const char *unit, *name, *per; /* per: behind `/` */
    double scale;
} otel_units[] = {
    {"s", "seconds", "second", 1},
    {"ms", "seconds", NULL, 1e-3},
    {"us", "seconds", NULL, 1e-6},
    {"ns", "seconds", NULL, 1e-9},
    {"sec", "seconds", "second", 1},
    {"min", "seconds", NULL, 60},
    {"h", "seconds", NULL, 3600},
    {"d", "seconds", NULL, 86400},
    {"By", "bytes", "byte", 1},
    {"B", "bytes", "byte", 1},
    {"KiBy", "bytes", NULL, 1024},
    {"MiBy", "bytes", NULL, 1048576},
    {"GiBy", "bytes", NULL, 1073741824},
    {"kBy", "bytes", NULL, 1e3},
    {"KBy", "bytes", NULL, 1e3},
    {"MBy", "bytes", NULL, 1e6},
    {"GBy", "bytes", NULL, 1e9},
    {"KB", "bytes", NULL, 1e3},
    {"MB", "bytes", NULL, 1e6},
    {"GB", "bytes", NULL, 1e9},
    {"%", "ratio", NULL, 1e-2},
    {"m", "meters", "meter", 1},
    {"V", "volts", "volt", 1},
    {"A", "amperes", "ampere", 1},
    {"J", "joules", "joule", 1},
    {"W", "watts", "watt", 1},
    {"g", "grams", "gram", 1},
    {"Hz", "hertz", "hertz", 1},
    {"Cel", "celsius", NULL, 1},
    {"bit", "bits", "bit", 1},
    {"count", "", NULL, 1},
};

static const char *unit_name(const char *unit, double *scale)
{
    for (size_t i = 0; i < sizeof otel_units / sizeof otel_units[0]; i++)
        if (strcmp(unit, otel_units[i].unit) == 0) {
            *scale = otel_units[i].scale;
            return otel_units[i].name;
        }
    return unit;
}

static const char *per_name(const char *unit)
{
    for (size_t i = 0; i < sizeof otel_units / sizeof otel_units[0]; i++)
        if (otel_units[i].per && strcmp(unit, otel_units[i].unit) == 0)
            return otel_units[i].per;
    return unit;
}

/* Cuts `{annotations}` out. */
static void drop_annotations(char *unit)
{
    char *open, *close;

    while ((open = strchr(unit, '{')) && (close = strchr(open, '}')))
        memmove(open, close + 1, strlen(close + 1) + 1);
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Adds the words of `s`, whatever parts them, with one `_` before each. */
static void add_words(struct text *out, const char *s)
{
    while (*s) {
        size_t size = 0;
        while (*s && !is_word(*s))
            s++;
        while (is_word(s[size]))
            size++;
        if (size == 0)
            break;
        if (out->size && out->data[out->size - 1] != '_')
            text_add(out, "_", 1);
        text_add(out, s, size);
        s += size;
    }
}

static bool has_word(const char *name, const char *word)
{
    size_t size = strlen(word);

    for (const char *at = name; (at = strstr(at, word)); at += size)
        if ((at == name || at[-1] == '_') && (at[size] == '_' || at[size] == '\0'))
            return true;
    return false;
}

/* The format keeps these for samples that belong to a metric. */
static void drop_reserved(struct text *name)
{
    static const char *const reserved[] = {"_total", "_count",   "_sum",  "_bucket",
                                           "_info",  "_created", "_gsum", "_gcount"};

    for (size_t i = 0; name->size && i < sizeof reserved / sizeof reserved[0]; i++) {
        size_t size = strlen(reserved[i]);
        if (name->size <= size || strcmp(name->data + name->size - size, reserved[i]) != 0)
            continue;
        name->size -= size;
        name->data[name->size] = '\0';
    }
}

static void add_unit(struct text *name, const char *unit, double *scale)
{
    struct text words = {0};

    add_words(&words, unit_name(unit, scale));
    if (words.size && !has_word(name->data, words.data)) {
        text_add(name, "_", 1);
        text_add(name, words.data, words.size);
    }
    name->failed |= words.failed;
    text_deinit(&words);
}

static void add_units(struct text *name, const struct metric_instrument *in, double *scale)
{
    cleanup(free_str) char *unit = strdup(in->unit ? in->unit : "");
    struct text per = {0};

    if (!unit) {
        name->failed = true;
        return;
    }
    drop_annotations(unit);
    char *slash = strchr(unit, '/');
    if (slash)
        *slash++ = '\0';
    if (strcmp(unit, "1") == 0) /* a gauge between 0 and 1; of anything else a plain number */
        add_unit(name, in->kind == MEASUREMENT_GAUGE ? "ratio" : "", scale);
    else
        add_unit(name, unit, scale);
    if (slash && *slash) {
        text_add_str(&per, "per ");
        text_add_str(&per, per_name(slash));
        add_unit(name, per.failed ? "" : per.data, &(double){1});
    }
    text_deinit(&per);
}

static void add_lower_words(struct text *out, const char *s)
{
    cleanup(free_str) char *lower = strdup(s);

    if (!lower) {
        out->failed = true;
        return;
    }
    for (char *at = lower; *at; at++)
        *at = (char)tolower((unsigned char)*at);
    add_words(out, lower);
}

double prom_name_otel(struct text *out, const struct metric_instrument *in)
{
    struct text name = {0};
    double scale = 1;

    if (!in->is_meter)
        add_lower_words(&name, in->provider);
    add_words(&name, in->name);
    if (name.size == 0)
        text_add(&name, "_", 1);
    drop_reserved(&name);
    if (!name.failed)
        add_units(&name, in, &scale);
    if (!name.failed && name.data[0] >= '0' && name.data[0] <= '9')
        text_add(out, "_", 1);
    if (!name.failed)
        text_add(out, name.data, name.size);
    out->failed |= name.failed;
    text_deinit(&name);
    return scale;
}
