/*
 * A change in a folder -> a short pause, because files come in pairs -> a job on a worker thread:
 * have the files changed? load them -> back on the loop: swap, or tell why not.
 */
#include "src/http/tls_context.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>

#include "src/base/cleanup.h"
#include "src/http/tls_settings.h"
#include "src/io/file_watch.h"
#include "src/io/timer.h"

enum {
    SETTLE_MS = 100,     /* certificate and key are written one after the other */
    LOOK_MS = 60 * 1000, /* where no change is told */
};

struct tls_context {
    uv_loop_t *loop;
    struct tls_settings settings;
    struct tls_signature seen; /* of the last try, good or bad */
    struct tls_events events;
    SSL_CTX *current;
    struct file_watch watches[TLS_FILES];
    struct timer settle, look;
    struct job *job; /* the one that runs */
    bool again;      /* look once more when it is done */
    bool changed;    /* the settings have; load them whatever the files look like */
};

/* A worker's. It outlives its context when that is freed meanwhile. */
struct job {
    uv_work_t work;
    struct tls_context *owner; /* NULL: gone */
    struct tls_settings settings;
    struct tls_signature seen;
    bool forced, same;
    SSL_CTX *made;
    struct tls_facts facts;
    struct error err;
};

static void look(void *user);

/* --- telling --- */

static void tell_facts(const struct tls_context *t, const struct tls_facts *facts)
{
    char text[ERROR_TEXT_SIZE];

    (void)snprintf(text, sizeof text, "TLS certificate in use: %s",
                   facts->certificate.data ? facts->certificate.data : "");
    t->events.tell(t->events.user, false, text);
    if (facts->outdated)
        t->events.tell(t->events.user, true,
                       "The TLS certificate has expired or is not valid yet: clients will refuse "
                       "it. Replace its file; the new one is taken up at once.");
}

static void tell_failure(const struct tls_context *t, const struct error *err)
{
    char text[ERROR_TEXT_SIZE + 128];

    (void)snprintf(text, sizeof text,
                   "The TLS certificate has changed but cannot be used; the one before stays: %s",
                   err->text);
    t->events.tell(t->events.user, true, text);
}

/* --- watching --- */

static void settle(void *user)
{
    struct tls_context *t = user;

    if (!timer_active(&t->settle))
        (void)timer_start(&t->settle, t->loop, SETTLE_MS, 0, look, t);
}

static bool is_watched_already(const struct tls_settings *s, int file)
{
    char a[PATH_MAX], b[PATH_MAX];

    (void)snprintf(a, sizeof a, "%s", s->texts[file]);
    const char *folder = dirname(a);
    for (int i = 0; i < file; i++) {
        (void)snprintf(b, sizeof b, "%s", s->texts[i]);
        if (*b && strcmp(dirname(b), folder) == 0)
            return true;
    }
    return false;
}

/* Anew after every change: the folder itself may have been replaced. */
static void watch_folders(struct tls_context *t)
{
    char path[PATH_MAX];
    struct error err;

    for (int i = 0; i < TLS_FILES; i++) {
        file_watch_stop(&t->watches[i]);
        if (*t->settings.texts[i] == '\0' || is_watched_already(&t->settings, i))
            continue;
        (void)snprintf(path, sizeof path, "%s", t->settings.texts[i]);
        /* A failure (no more watches for this user) leaves the timer. */
        (void)file_watch_start(&t->watches[i], t->loop, dirname(path),
                               IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO | IN_DELETE_SELF |
                                   IN_MOVE_SELF,
                               settle, t, &err);
    }
}

/* --- loading --- */

static void work(uv_work_t *request)
{
    struct job *job = request->data;
    struct tls_config config = tls_settings_view(&job->settings);
    struct tls_signature now;

    /* Taken before the files are read: a change while they are makes another job. */
    tls_settings_sign(&job->settings, &now);
    job->same = !job->forced && tls_signature_equal(&now, &job->seen);
    job->seen = now;
    if (!job->same)
        (void)tls_make(&config, &job->made, &job->facts, &job->err);
}

static void free_job(struct job *job)
{
    SSL_CTX_free(job->made);
    tls_facts_deinit(&job->facts);
    tls_settings_deinit(&job->settings);
    free(job);
}

static void take_result(struct tls_context *t, struct job *job)
{
    t->seen = job->seen;
    if (job->same)
        return;
    watch_folders(t);
    if (!job->made) {
        tell_failure(t, &job->err);
        return;
    }
    SSL_CTX_free(t->current);
    t->current = take_ptr(job->made);
    tell_facts(t, &job->facts);
}

static void on_worked(uv_work_t *request, int status)
{
    struct job *job = request->data;
    struct tls_context *t = job->owner;

    if (t) {
        t->job = NULL;
        if (status == 0)
            take_result(t, job);
        if (t->again)
            look(t);
    }
    free_job(job);
}

static struct job *new_job(struct tls_context *t)
{
    struct tls_config config = tls_settings_view(&t->settings);
    struct job *job = calloc(1, sizeof *job);

    if (!job)
        return NULL;
    if (tls_settings_copy(&job->settings, &config) < 0) {
        free(job);
        return NULL;
    }
    job->work.data = job;
    job->owner = t;
    job->seen = t->seen;
    job->forced = t->changed;
    return job;
}

/* Out of memory: the timer comes again. */
static void look(void *user)
{
    struct tls_context *t = user;

    t->again = t->job != NULL;
    if (t->job)
        return;
    t->job = new_job(t);
    if (!t->job)
        return;
    t->changed = false;
    (void)uv_queue_work(t->loop, &t->job->work, work, on_worked);
}

/* --- from outside --- */

static int start(struct tls_context *t, const struct tls_config *config, struct error *err)
{
    struct tls_facts facts;

    if (tls_settings_copy(&t->settings, config) < 0)
        return error_set(err, -ENOMEM, "TLS: out of memory");
    tls_settings_sign(&t->settings, &t->seen);
    int r = tls_make(config, &t->current, &facts, err);
    if (r < 0)
        return r;
    tell_facts(t, &facts);
    tls_facts_deinit(&facts);
    watch_folders(t);
    (void)timer_start(&t->look, t->loop, LOOK_MS, LOOK_MS, look, t);
    return 0;
}

int tls_context_new(uv_loop_t *loop, const struct tls_config *config,
                    const struct tls_events *events, struct tls_context **ret, struct error *err)
{
    struct tls_context *t = calloc(1, sizeof *t);

    if (!t)
        return error_set(err, -ENOMEM, "TLS: out of memory");
    t->loop = loop;
    t->events = *events;
    int r = start(t, config, err);
    if (r < 0)
        tls_context_free(t);
    else
        *ret = t;
    return r;
}

void tls_context_reload(struct tls_context *t, const struct tls_config *config)
{
    struct tls_settings settings;

    if (tls_settings_equal(&t->settings, config))
        return;
    if (tls_settings_copy(&settings, config) < 0) {
        t->events.tell(t->events.user, true, "TLS: out of memory; the settings before stay");
        return;
    }
    tls_settings_deinit(&t->settings);
    t->settings = settings;
    t->changed = true;
    watch_folders(t);
    look(t);
}

SSL *tls_context_session(struct tls_context *t)
{
    return SSL_new(t->current);
}

void tls_context_free(struct tls_context *t)
{
    if (!t)
        return;
    if (t->job)
        t->job->owner = NULL;
    for (int i = 0; i < TLS_FILES; i++)
        file_watch_stop(&t->watches[i]);
    timer_stop(&t->settle);
    timer_stop(&t->look);
    tls_settings_deinit(&t->settings);
    SSL_CTX_free(t->current);
    free(t);
}
