#include "src/config/pattern.h"

#include <ctype.h>
#include <string.h>

static bool same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Only the last `*` need ever be tried again: what an earlier one has passed stays good. */
static bool matches(const char *pattern, size_t pattern_size, const char *name, size_t size)
{
    size_t p = 0, n = 0, star = pattern_size, passed = 0;

    while (n < size) {
        if (p < pattern_size && pattern[p] == '*') {
            star = p++;
            passed = n;
        } else if (p < pattern_size && same(pattern[p], name[n])) {
            p++;
            n++;
        } else if (star < pattern_size) {
            p = star + 1;
            n = ++passed;
        } else {
            return false;
        }
    }
    while (p < pattern_size && pattern[p] == '*')
        p++;
    return p == pattern_size;
}

bool pattern_matches_any(const char *patterns, const char *name, size_t size)
{
    while (*patterns) {
        patterns += strspn(patterns, " \t;");
        size_t length = strcspn(patterns, ";");
        const char *next = patterns + length;
        while (length && (patterns[length - 1] == ' ' || patterns[length - 1] == '\t'))
            length--;
        if (length && matches(patterns, length, name, size))
            return true;
        patterns = next;
    }
    return false;
}
