#include "src/collect/cgroup_text.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NO_LIMIT_V1 (UINT64_C(1) << 60) /* above it: 2^63 less a page */

/* A whole decimal number at `text`; CGROUP_UNKNOWN: none. */
static uint64_t number_at(const char *text)
{
    char *end;

    if (!isdigit((unsigned char)text[0]))
        return CGROUP_UNKNOWN;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    return errno || value >= CGROUP_UNLIMITED ? CGROUP_UNLIMITED : value;
}

/* Is `word` in the list "cpu,cpuacct"? */
static bool has_word(const char *list, size_t size, const char *word)
{
    size_t wanted = strlen(word);

    while (size > 0) {
        const char *comma = memchr(list, ',', size);
        size_t n = comma ? (size_t)(comma - list) : size;
        if (n == wanted && memcmp(list, word, n) == 0)
            return true;
        list += comma ? n + 1 : n;
        size -= comma ? n + 1 : n;
    }
    return false;
}

static void take_path(char ret[static CGROUP_PATH], const char *path, size_t size)
{
    if (size == 0 || size >= CGROUP_PATH || path[0] != '/')
        return;
    memcpy(ret, path, size);
    ret[size] = '\0';
}

/* "4:memory:/a/b", "0::/a" */
static void read_line(const char *line, size_t size, struct cgroup_paths *ret)
{
    const char *first = memchr(line, ':', size);
    const char *second = first ? memchr(first + 1, ':', size - (size_t)(first + 1 - line)) : NULL;

    if (!second)
        return;
    const char *path = second + 1;
    size_t path_size = size - (size_t)(path - line), words = (size_t)(second - first - 1);
    if (words == 0 && line[0] == '0' && first == line + 1)
        take_path(ret->unified, path, path_size);
    if (has_word(first + 1, words, "memory"))
        take_path(ret->memory, path, path_size);
    if (has_word(first + 1, words, "cpu"))
        take_path(ret->cpu, path, path_size);
}

void cgroup_paths_read(const char *text, struct cgroup_paths *ret)
{
    *ret = (struct cgroup_paths){0};
    while (*text) {
        size_t size = strcspn(text, "\n");
        read_line(text, size, ret);
        text += text[size] ? size + 1 : size;
    }
}

uint64_t cgroup_amount_read(const char *text)
{
    if (strncmp(text, "max", 3) == 0 || strncmp(text, "-1", 2) == 0)
        return CGROUP_UNLIMITED;
    uint64_t value = number_at(text);
    return value != CGROUP_UNKNOWN && value >= NO_LIMIT_V1 ? CGROUP_UNLIMITED : value;
}

double cgroup_cpu_max_read(const char *text)
{
    uint64_t quota = cgroup_amount_read(text), period;
    const char *blank = strchr(text, ' ');

    period = blank ? number_at(blank + 1) : CGROUP_UNKNOWN;
    if (quota == CGROUP_UNKNOWN || period == CGROUP_UNKNOWN || period == 0)
        return (double)NAN;
    return quota == CGROUP_UNLIMITED ? 0 : (double)quota / (double)period;
}

/* The line that begins with the word and a blank; NULL: none. */
static const char *line_of(const char *text, const char *word)
{
    size_t size = strlen(word);

    while (text) {
        if (strncmp(text, word, size) == 0 && text[size] == ' ')
            return text + size + 1;
        text = strchr(text, '\n');
        text = text ? text + 1 : NULL;
    }
    return NULL;
}

uint64_t cgroup_value_read(const char *text, const char *word)
{
    const char *at = line_of(text, word);

    return at ? number_at(at) : CGROUP_UNKNOWN;
}

static void read_shares(const char *text, const char *word, double *ret10, double *ret60)
{
    const char *at = line_of(text, word);
    double avg10, avg60;

    *ret10 = *ret60 = (double)NAN;
    if (at && sscanf(at, "avg10=%lf avg60=%lf", &avg10, &avg60) == 2 && isfinite(avg10) &&
        isfinite(avg60)) {
        *ret10 = avg10;
        *ret60 = avg60;
    }
}

void cgroup_pressure_read(const char *text, struct cgroup_pressure *ret)
{
    read_shares(text, "some", &ret->some10, &ret->some60);
    read_shares(text, "full", &ret->full10, &ret->full60);
}

/* "Max open files            1024                 524288               files" */
uint64_t limits_open_files_read(const char *text)
{
    const char *at = line_of(text, "Max open files");

    if (!at)
        return CGROUP_UNKNOWN;
    at += strspn(at, " ");
    return strncmp(at, "unlimited", 9) == 0 ? CGROUP_UNLIMITED : number_at(at);
}
