#include "src/net/request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/cleanup.h"
#include "src/base/text.h"

struct request {
    struct curl_loop *loop;
    const struct curl_library *curl;
    struct curl_transfer transfer;
    struct curl_slist *headers;
    char *url;
    const char *method;
    struct text body; /* of the answer */
    size_t size_max;
    bool too_large;
    char reason[CURL_ERROR_SIZE];
    void (*on_done)(void *user, const struct request_result *result);
    void *user;
};

/* A chunked answer tells no length beforehand; the bound holds for what has come. */
static size_t on_body(char *data, size_t one, size_t count, void *user)
{
    struct request *r = user;

    (void)one; /* always 1 */
    if (r->body.size + count > r->size_max) {
        r->too_large = true;
        return 0;
    }
    text_add(&r->body, data, count);
    return r->body.failed ? 0 : count;
}

/* --- the end --- */

/* It has left the loop. */
static void destroy(struct request *r)
{
    if (r->transfer.easy)
        r->curl->easy_cleanup(r->transfer.easy);
    r->curl->slist_free_all(r->headers);
    text_deinit(&r->body);
    free(r->url);
    free(r);
}

static void destroy_request(struct request **r)
{
    if (*r)
        destroy(*r);
}

static const struct cause {
    CURLcode result;
    int code;
    const char *cure;
} causes[] = {
    {CURLE_OPERATION_TIMEDOUT, -ETIMEDOUT, "; no whole answer in time: check the network"},
    {CURLE_FILESIZE_EXCEEDED, -E2BIG, "; the answer is too large: check the address"},
    {CURLE_COULDNT_CONNECT, -ECONNREFUSED,
     "; check the network policy, or set https_proxy where a proxy is needed"},
    {CURLE_COULDNT_RESOLVE_HOST, -EHOSTUNREACH, "; check the name and DNS"},
    {CURLE_COULDNT_RESOLVE_PROXY, -EHOSTUNREACH, "; check https_proxy"},
    {CURLE_PEER_FAILED_VERIFICATION, -EKEYREJECTED,
     "; name the file of its authority with SSL_CERT_FILE"},
    {CURLE_SSL_CACERT_BADFILE, -EKEYREJECTED,
     "; install the package ca-certificates, or name the authorities with SSL_CERT_FILE"},
    {CURLE_SSL_CERTPROBLEM, -EKEYREJECTED, "; check the client certificate and its key"},
    {CURLE_SSL_CONNECT_ERROR, -EKEYREJECTED, ""},
    {CURLE_OUT_OF_MEMORY, -ENOMEM, ""},
};

static int explain(const struct request *r, CURLcode result, struct error *err)
{
    struct cause cause = {result, -EPROTO, ""};

    for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++) {
        if (causes[i].result == result)
            cause = causes[i];
    }
    if (r->too_large)
        return error_set(err, -E2BIG, "%s %s: the answer is larger than %zu bytes", r->method,
                         r->url, r->size_max);
    return error_set(err, cause.code, "%s %s: %s%s", r->method, r->url,
                     *r->reason ? r->reason : r->curl->easy_strerror(result), cause.cure);
}

static void on_transferred(void *user, CURLcode result)
{
    struct request *r = user;
    void (*on_done)(void *user, const struct request_result *result) = r->on_done;
    void *owner = r->user;
    struct error err = {0};
    struct text body = r->body;
    long status = 0;
    curl_off_t wait = 0;
    int code = result == CURLE_OK ? 0 : explain(r, result, &err);

    (void)r->curl->easy_getinfo(r->transfer.easy, CURLINFO_RESPONSE_CODE, &status);
    (void)r->curl->easy_getinfo(r->transfer.easy, CURLINFO_RETRY_AFTER, &wait);
    r->body = (struct text){0};
    destroy(r);
    on_done(owner, &(struct request_result){.code = code,
                                            .text = err.text,
                                            .status = status,
                                            .retry_after = wait,
                                            .body = body.data ? body.data : "",
                                            .size = body.size});
    text_deinit(&body);
}

/* --- the start --- */

static void set_number(const struct request *r, CURLoption option, long value)
{
    (void)r->curl->easy_setopt(r->transfer.easy, option, value);
}

static void set_text(const struct request *r, CURLoption option, const char *value)
{
    if (value && *value)
        (void)r->curl->easy_setopt(r->transfer.easy, option, value);
}

static void set_bounds(const struct request *r, const struct request_options *o)
{
    set_number(r, CURLOPT_CONNECTTIMEOUT_MS, o->connect_ms);
    set_number(r, CURLOPT_TIMEOUT_MS, o->total_ms);
    set_number(r, CURLOPT_MAXFILESIZE, (long)o->size_max);
    set_number(r, CURLOPT_FOLLOWLOCATION, 0);
    set_number(r, CURLOPT_NOSIGNAL, 1);
    /* Without it the end of a request waits for its name to be resolved: seconds, on the loop. */
    set_number(r, CURLOPT_QUICK_EXIT, 1);
    set_number(r, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    set_text(r, CURLOPT_PROTOCOLS_STR, o->protocols);
    if (o->direct)
        (void)r->curl->easy_setopt(r->transfer.easy, CURLOPT_PROXY, "");
}

/* The curl program reads these variables, the library does not. */
static void set_certificates(const struct request *r, const struct request_options *o)
{
    if (o->authorities && *o->authorities) {
        set_text(r, CURLOPT_CAINFO, o->authorities);
    } else {
        set_text(r, CURLOPT_CAINFO, getenv("SSL_CERT_FILE"));
        set_text(r, CURLOPT_CAPATH, getenv("SSL_CERT_DIR"));
    }
    set_text(r, CURLOPT_SSLCERT, o->certificate);
    set_text(r, CURLOPT_SSLKEY, o->key);
}

static bool add_header(struct request *r, const char *header)
{
    struct curl_slist *longer = r->curl->slist_append(r->headers, header);

    if (longer)
        r->headers = longer;
    return longer != NULL;
}

/* "Expect:" takes away curl's question before large bodies, which some servers leave unanswered. */
static bool set_body(struct request *r, const struct request_options *o)
{
    bool ok = !o->body || add_header(r, "Expect:");

    for (const char *const *h = o->headers; ok && h && *h; h++)
        ok = add_header(r, *h);
    (void)r->curl->easy_setopt(r->transfer.easy, CURLOPT_HTTPHEADER, r->headers);
    if (o->body) {
        (void)r->curl->easy_setopt(r->transfer.easy, CURLOPT_POSTFIELDS, o->body);
        (void)r->curl->easy_setopt(r->transfer.easy, CURLOPT_POSTFIELDSIZE_LARGE,
                                   (curl_off_t)o->body_size);
    }
    return ok;
}

static bool set_easy(struct request *r, const struct request_options *o)
{
    size_t (*body_function)(char *, size_t, size_t, void *) = on_body;

    set_text(r, CURLOPT_URL, r->url);
    set_text(r, CURLOPT_USERAGENT, "portside");
    set_bounds(r, o);
    set_certificates(r, o);
    (void)r->curl->easy_setopt(r->transfer.easy, CURLOPT_ERRORBUFFER, r->reason);
    (void)r->curl->easy_setopt(r->transfer.easy, CURLOPT_WRITEFUNCTION, body_function);
    (void)r->curl->easy_setopt(r->transfer.easy, CURLOPT_WRITEDATA, r);
    return set_body(r, o);
}

int request_start(struct curl_loop *loop, const struct request_options *options,
                  void (*on_done)(void *user, const struct request_result *result), void *user,
                  struct request **ret, struct error *err)
{
    cleanup(destroy_request) struct request *r = calloc(1, sizeof *r);

    if (!r)
        return error_set(err, -ENOMEM, "%.200s", options->url);
    *r = (struct request){.loop = loop, .size_max = options->size_max, .user = user};
    r->curl = curl_loop_library(loop);
    r->method = options->body ? "POST" : "GET";
    r->on_done = on_done;
    r->url = strdup(options->url);
    r->transfer = (struct curl_transfer){.on_done = on_transferred, .user = r};
    list_init(&r->transfer.node);
    r->transfer.easy = r->curl->easy_init();
    if (!r->url || !r->transfer.easy || !set_easy(r, options))
        return error_set(err, -ENOMEM, "%.200s", options->url);
    int result = curl_loop_add(loop, &r->transfer, err);
    if (result < 0)
        return result;
    *ret = take_ptr(r);
    return 0;
}

void request_abandon(struct request *r)
{
    curl_loop_remove(r->loop, &r->transfer);
    destroy(r);
}
