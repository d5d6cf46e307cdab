#include "src/config/key_order.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "src/base/text.h"

enum { NUMBER_SIZE = 12 }; /* "-2147483648" */

/* ToUpperInvariant for ASCII; bytes of other letters compare as they are. */
static int upper(char c)
{
    return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : (unsigned char)c;
}

/* Blanks as .NET's numbers may have around them. */
static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool to_number(const char *s, size_t size, int64_t *ret)
{
    char digits[NUMBER_SIZE];

    while (size && is_blank(*s)) {
        s++;
        size--;
    }
    while (size && is_blank(s[size - 1]))
        size--;
    if (size == 0 || size >= sizeof digits)
        return false;
    memcpy(digits, s, size);
    digits[size] = '\0';
    return text_to_i64(digits, INT_MIN, INT_MAX, ret);
}

static int compare_names(const char *a, size_t a_size, const char *b, size_t b_size)
{
    for (size_t i = 0; i < a_size && i < b_size; i++) {
        int r = upper(a[i]) - upper(b[i]);
        if (r)
            return r;
    }
    return (a_size > b_size) - (a_size < b_size);
}

/* Nothing, then numbers by value, then names. */
static int compare_levels(const char *a, size_t a_size, const char *b, size_t b_size)
{
    int64_t a_value = 0, b_value = 0;
    bool a_number = to_number(a, a_size, &a_value), b_number = to_number(b, b_size, &b_value);

    if (a_number != b_number && a_size && b_size)
        return a_number ? -1 : 1;
    if (a_value != b_value && a_number && b_number)
        return a_value < b_value ? -1 : 1;
    if (a_number && b_number && a_size != b_size) /* "01" is not "1" */
        return a_size < b_size ? -1 : 1;
    return compare_names(a, a_size, b, b_size);
}

/* Where the first level begins that is not the same to the byte. Neighbours in a file have most of
 * their levels in common, and a large one is sorted while it is read. */
static size_t skip_same(const char *a, const char *b)
{
    size_t level = 0;

    for (size_t i = 0; a[i] && a[i] == b[i]; i++) {
        if (a[i] == ':')
            level = i + 1;
    }
    return level;
}

int key_order_compare(const char *a, const char *b)
{
    size_t same = skip_same(a, b);

    a += same;
    b += same;
    for (;;) {
        size_t a_size = strcspn(a, ":"), b_size = strcspn(b, ":");
        int r = compare_levels(a, a_size, b, b_size);
        if (r || !a[a_size] || !b[b_size])
            return r ? r : (a[a_size] != '\0') - (b[b_size] != '\0');
        a += a_size + 1;
        b += b_size + 1;
    }
}
