#include "src/config/suggest.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST = 63 };

void suggestion_init(struct suggestion *s, const char *written, size_t size)
{
    *s = (struct suggestion){.written = written, .written_size = size, .distance = size / 3 + 1};
}

static int lower(char c)
{
    return tolower((unsigned char)c);
}

static size_t least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;

    return ab < c ? ab : c;
}

/* Levenshtein: letters to add, remove or replace. One row of the table at a time. */
static size_t distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
    size_t row[LONGEST + 1];

    for (size_t k = 0; k <= b_size; k++)
        row[k] = k;
    for (size_t i = 1; i <= a_size; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t k = 1; k <= b_size; k++) {
            size_t above = row[k];
            row[k] =
                least(above + 1, row[k - 1] + 1, corner + (lower(a[i - 1]) != lower(b[k - 1])));
            corner = above;
        }
    }
    return row[b_size];
}

void suggestion_offer(struct suggestion *s, const char *name)
{
    size_t size = strlen(name);

    if (size > LONGEST || s->written_size > LONGEST || strcmp(name, "*") == 0)
        return;
    size_t d = distance(s->written, s->written_size, name, size);
    if (d > s->distance || (d == s->distance && s->name[0]))
        return;
    s->distance = d;
    (void)snprintf(s->name, sizeof s->name, "%s", name);
}
