#include "src/auth/claims.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "src/base/text.h"

/* The end of .NET's calendar, 9999-12-31 23:59:59: what lies behind it is taken for it. */
enum { DATE_SIZE = 32 };
static const int64_t last_second = 253402300799;

/* "1795926984", as `generatekey` writes it; also with blanks around, a fraction or an exponent. */
static bool read_quoted(const char *text, double *ret)
{
    char *end;

    text += strspn(text, " ");
    size_t size = strspn(text, "+-.0123456789eE");
    if (!size || text[size + strspn(text + size, " ")])
        return false;
    *ret = strtod(text, &end);
    return end == text + size;
}

/* Halves to the even neighbour, as .NET. nearbyint() would bring libm: 0.3 MiB for one call. */
static int64_t nearest(double x)
{
    int64_t whole = (int64_t)x;
    double rest = fabs(x - (double)whole);
    bool away = rest > 0.5 || (rest == 0.5 && whole % 2 != 0);

    return whole + (away ? (x < 0 ? -1 : 1) : 0);
}

static bool read_time(json_t *value, int64_t *ret)
{
    const char *text = json_object_string(value);
    double seconds;

    if (json_is_integer(value)) {
        *ret = json_integer_value(value);
        return true;
    }
    if (text && text_to_i64(text, INT64_MIN, INT64_MAX, ret))
        return true;
    if (json_is_real(value))
        seconds = json_real_value(value);
    else if (!text || !read_quoted(text, &seconds))
        return false;
    if (!(fabs(seconds) < 9e18))
        return false;
    *ret = nearest(seconds);
    return true;
}

/* False when there is no such claim. */
static bool find_time(json_t *claims, const char *name, int64_t *ret)
{
    if (!read_time(json_object_get(claims, name), ret))
        return false;
    *ret = *ret < 0 ? 0 : *ret > last_second ? last_second : *ret;
    return true;
}

static bool audience_well_formed(json_t *value)
{
    json_t *item;
    size_t i;

    json_array_foreach(value, i, item)
    {
        if (!json_is_string(item))
            return false;
    }
    return !value || json_is_array(value) || json_is_string(value) || json_is_null(value);
}

bool claims_well_formed(json_t *claims)
{
    static const char *const times[] = {"exp", "nbf", "iat"}, *const texts[] = {"sub", "jti",
                                                                                "azp"};
    int64_t ignored;

    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        json_t *value = json_object_get(claims, times[i]);
        if (value && !read_time(value, &ignored))
            return false;
    }
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        json_t *value = json_object_get(claims, texts[i]);
        if (value && !json_is_string(value) && !json_is_number(value) && !json_is_null(value))
            return false;
    }
    json_t *issuer = json_object_get(claims, "iss");
    return audience_well_formed(json_object_get(claims, "aud")) &&
           (!issuer || json_is_string(issuer) || json_is_null(issuer));
}

/* As .NET's invariant culture writes a point in time. */
static const char *date_text(int64_t seconds, char text[static DATE_SIZE])
{
    time_t when = (time_t)seconds;
    struct tm parts;

    if (!gmtime_r(&when, &parts) || strftime(text, DATE_SIZE, "%m/%d/%Y %H:%M:%S", &parts) == 0)
        text[0] = '\0';
    return text;
}

static int check_time(json_t *claims, const struct jwt_expected *e, struct error *err)
{
    int64_t expires, from = 0;
    char text[DATE_SIZE], other[DATE_SIZE];

    if (!find_time(claims, "exp", &expires))
        return error_set(err, -EKEYREJECTED, "The token has no expiration");
    bool has_from = find_time(claims, "nbf", &from);
    if (has_from && from > expires)
        return error_set(err, -EKEYREJECTED,
                         "The token lifetime is invalid; NotBefore: '%s', Expires: '%s'",
                         date_text(from, text), date_text(expires, other));
    if (has_from && from > e->now + e->skew_seconds)
        return error_set(err, -EKEYREJECTED, "The token is not valid before '%s'",
                         date_text(from, text));
    if (expires < e->now - e->skew_seconds)
        return error_set(err, -EKEYREJECTED, "The token expired at '%s'", date_text(expires, text));
    return 0;
}

/* A slash at the end makes no difference to the peer. */
static bool same_audience(const char *text, const char *expected)
{
    size_t size = strlen(expected);

    return text && strncmp(text, expected, size) == 0 &&
           (text[size] == '\0' || (text[size] == '/' && text[size + 1] == '\0'));
}

static int check_audience(json_t *claims, const char *expected, struct error *err)
{
    json_t *value = json_object_get(claims, "aud");
    json_t *item;
    size_t i;

    if (same_audience(json_object_string(value), expected))
        return 0;
    json_array_foreach(value, i, item)
    {
        if (same_audience(json_object_string(item), expected))
            return 0;
    }
    bool none = !json_is_string(value) && json_array_size(value) == 0;
    return error_set(err, -EKEYREJECTED, "The audience '%s' is invalid", none ? "empty" : "(null)");
}

int claims_check(json_t *claims, const struct jwt_expected *e, struct error *err)
{
    const char *issuer = json_object_text(claims, "iss", false);
    int r = check_time(claims, e, err);

    if (r == 0)
        r = check_audience(claims, e->audience, err);
    if (r < 0)
        return r;
    if (issuer && strcmp(issuer, e->issuer) == 0)
        return 0;
    bool null = json_is_null(json_object_get(claims, "iss"));
    return error_set(err, -EKEYREJECTED, "The issuer '%s' is invalid",
                     issuer ? issuer
                     : null ? "(null)"
                            : "");
}

bool claims_have(json_t *claims, const char *name, const char *value)
{
    json_t *claim = json_object_get(claims, name);
    const char *text = json_object_string(claim);
    json_t *item;
    size_t i;

    if (text)
        return strcmp(text, value) == 0;
    json_array_foreach(claim, i, item)
    {
        text = json_object_string(item);
        if (text && strcmp(text, value) == 0)
            return true;
    }
    return false;
}
