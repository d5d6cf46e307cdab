#include "src/api/process_request.h"

#include <stdio.h>
#include <stdlib.h>

#include "src/api/reply.h"
#include "src/api/request_log.h"

/* A request that waits for processes to settle. */
struct waiting {
    struct api *api;
    struct http_exchange *x;
    struct registry_wait wait;
    void (*run_selected)(struct api *api, struct http_exchange *x, struct target *t);
    void (*run_settled)(struct api *api, struct http_exchange *x);
};

void process_keys_init(struct process_keys *ret, const struct call *c)
{
    const struct call_value *pid = &c->at[PARAM_PID], *uid = &c->at[PARAM_UID];

    (void)snprintf(ret->pid, sizeof ret->pid, "%d", (int)pid->number);
    ret->query = (struct process_query){
        .pid = pid->given ? ret->pid : NULL,
        .uid = uid->given ? &uid->guid : NULL,
        .name = c->at[PARAM_NAME].text,
    };
}

static void on_client_gone(void *user)
{
    struct waiting *w = user;

    request_log_canceled(w->x);
    registry_wait_cancel(&w->wait);
    free(w);
}

static void run_selected(const struct waiting *w, struct target *t)
{
    request_log_target(w->x, t);
    w->run_selected(w->api, w->x, t);
}

static void on_settled(void *user)
{
    struct waiting *w = user;
    struct waiting done = *w;
    struct process_keys keys;
    struct target *t;
    struct error err;

    registry_wait_cancel(&w->wait);
    free(w);
    http_exchange_watch(done.x, &(struct http_exchange_events){0});
    if (done.run_settled) {
        done.run_settled(done.api, done.x);
        return;
    }
    process_keys_init(&keys, call_of(done.x));
    if (registry_select(done.api->registry, &keys.query, &t, &err) < 0)
        reply_problem(done.x, &err);
    else
        run_selected(&done, t);
}

static void wait_for_processes(struct waiting *w)
{
    struct http_exchange_events events = {.user = w, .on_gone = on_client_gone};

    http_exchange_watch(w->x, &events);
    registry_settle(w->api->registry, &w->wait, on_settled, w);
}

static struct waiting *waiting_new(struct api *api, struct http_exchange *x)
{
    struct waiting *w = calloc(1, sizeof *w);

    if (!w) {
        reply_empty(x, 500);
        return NULL;
    }
    w->api = api;
    w->x = x;
    return w;
}

void process_request_start(struct api *api, struct http_exchange *x,
                           void (*run)(struct api *api, struct http_exchange *x, struct target *t))
{
    struct waiting *w = waiting_new(api, x);

    if (!w)
        return;
    w->run_selected = run;
    wait_for_processes(w);
}

void process_request_settle(struct api *api, struct http_exchange *x,
                            void (*run)(struct api *api, struct http_exchange *x))
{
    struct waiting *w = waiting_new(api, x);

    if (!w)
        return;
    w->run_settled = run;
    wait_for_processes(w);
}
