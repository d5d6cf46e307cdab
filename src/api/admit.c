/*
 * Who may reach a route: by address, then by credential (CONTRACT section 1.2).
 *
 * While signing keys are being fetched nobody can be judged: such requests wait, a bounded number
 * of them, and are asked again once.
 */
#include <stdlib.h>
#include <string.h>

#include "src/api/api.h"
#include "src/base/limits.h"
#include "src/base/text.h"

struct waiting {
    struct api *api;
    const struct http_route *route;
    struct http_exchange *x;
    struct auth_waiter waiter;
};

static void ask(struct api *api, const struct http_route *route, struct http_exchange *x,
                struct auth_answer *answer)
{
    const struct http_request *r = http_exchange_request(x);
    unsigned scope = route->flags >> 8;
    struct text all = {0};

    /* ASP.NET judges repeated headers as one list. */
    for (size_t i = 0; i < r->header_count; i++) {
        if (text_equal_nocase(r->headers[i].name, "Authorization"))
            text_add_fmt(&all, "%s%s", all.data ? "," : "", r->headers[i].value);
    }
    auth_ask(api->auth,
             &(struct auth_question){
                 .authorization = all.failed ? NULL : all.data,
                 .client_subject = r->client_subject,
                 .client_fingerprint = r->client_fingerprint,
                 .scope = scope ? (enum auth_scope)scope : SCOPE_ALL,
             },
             answer);
    text_deinit(&all);
}

static void answer_no(struct http_exchange *x, const struct auth_answer *answer)
{
    const struct http_pair challenge = {"WWW-Authenticate", answer->challenge};

    if (answer->verdict == AUTH_UNKNOWN)
        http_respond(x, 401, &challenge, 1, NULL, 0);
    else
        http_respond(x, 403, NULL, 0, NULL, 0);
}

/* AUTH_WAIT excluded. False when it has answered. */
static bool settle(struct http_exchange *x, const struct auth_answer *answer)
{
    if (answer->verdict != AUTH_ALLOWED) {
        answer_no(x, answer);
        return false;
    }
    if (!answer->subject[0] || http_exchange_identify(x, answer->subject))
        return true;
    http_respond(x, 503, NULL, 0, NULL, 0);
    return false;
}

static void forget(struct waiting *w)
{
    w->api->waiting--;
    free(w);
}

static void on_gone(void *user)
{
    struct waiting *w = user;

    auth_wait_cancel(&w->waiter);
    forget(w);
}

static void on_ready(void *user)
{
    struct waiting *w = user;
    struct api *api = w->api;
    const struct http_route *route = w->route;
    struct http_exchange *x = w->x;
    struct auth_answer answer;

    forget(w);
    http_exchange_unwatch(x);
    ask(api, route, x, &answer);
    if (answer.verdict == AUTH_WAIT)
        http_respond(x, 503, NULL, 0, NULL, 0);
    else if (settle(x, &answer))
        route->handle(api->router.user, x);
}

static void hold(struct api *api, const struct http_route *route, struct http_exchange *x)
{
    struct waiting *w = api->waiting < LIMIT_AUTH_WAITING ? calloc(1, sizeof *w) : NULL;

    if (!w) {
        http_respond(x, 503, NULL, 0, NULL, 0);
        return;
    }
    *w = (struct waiting){.api = api, .route = route, .x = x};
    api->waiting++;
    http_exchange_watch(x, &(struct http_exchange_events){.user = w, .on_gone = on_gone});
    auth_wait(api->auth, &w->waiter, on_ready, w);
}

bool api_admit(void *user, const struct http_route *route, struct http_exchange *x)
{
    struct api *api = user;
    struct auth_answer answer;

    if (http_exchange_request(x)->role == ROLE_METRICS && !(route->flags & ROUTE_ON_METRICS)) {
        http_respond(x, 404, NULL, 0, NULL, 0);
        return false;
    }
    bool guarded = !(route->flags & ROUTE_OPEN) ||
                   (api->options->metrics_auth && route->flags >> 8 == SCOPE_METRICS);
    if (!guarded)
        return true;
    ask(api, route, x, &answer);
    if (answer.verdict != AUTH_WAIT)
        return settle(x, &answer);
    hold(api, route, x);
    return false;
}
