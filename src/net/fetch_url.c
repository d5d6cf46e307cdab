#include "src/net/fetch_url.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"
#include "src/net/curl_library.h"

static bool is_loopback(const char *host)
{
    return strcmp(host, "127.0.0.1") == 0 || strcmp(host, "[::1]") == 0 ||
           text_equal_nocase(host, "localhost");
}

static bool has_user(const struct curl_library *curl, CURLU *url)
{
    char *user = NULL;
    bool found = curl->url_get(url, CURLUPART_USER, &user, 0) == CURLUE_OK;

    curl->free(user);
    return found;
}

enum rule { RULE_HTTPS, RULE_LOOPBACK, RULE_PUSH };

static bool may(enum rule rule, const char *scheme, const char *host)
{
    if (strcmp(scheme, "https") == 0)
        return true;
    return strcmp(scheme, "http") == 0 &&
           (rule == RULE_PUSH || (rule == RULE_LOOPBACK && is_loopback(host)));
}

static int check_parts(const struct curl_library *curl, CURLU *url, const char *text,
                       enum rule rule, struct error *err)
{
    static const char *const schemes[] = {"an https://", "an https://", "an http:// or https://"};
    char *scheme = NULL, *host = NULL;
    int r = 0;

    if (curl->url_set(url, CURLUPART_URL, text, 0) != CURLUE_OK ||
        curl->url_get(url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
        curl->url_get(url, CURLUPART_HOST, &host, 0) != CURLUE_OK || has_user(curl, url) ||
        (rule == RULE_PUSH && !may(rule, scheme, host)))
        r = error_set(err, -EINVAL, "'%.200s' is not %s address", text, schemes[rule]);
    else if (!may(rule, scheme, host))
        r = error_set(err, -EINVAL, "'%.200s' must begin with https:// (http:// is only for %s)",
                      text, "127.0.0.1, [::1] and localhost");
    curl->free(scheme);
    curl->free(host);
    return r;
}

static int check(const char *url, enum rule rule, struct error *err)
{
    const struct curl_library *curl;
    int r = curl_library_load(&curl, err);

    if (r < 0)
        return r;
    CURLU *parts = curl->url();
    if (!parts)
        return error_set(err, -ENOMEM, "check an address");
    r = check_parts(curl, parts, url, rule, err);
    curl->url_cleanup(parts);
    return r;
}

int fetch_url_check(const char *url, bool loopback, struct error *err)
{
    return check(url, loopback ? RULE_LOOPBACK : RULE_HTTPS, err);
}

int push_url_check(const char *url, struct error *err)
{
    return check(url, RULE_PUSH, err);
}
