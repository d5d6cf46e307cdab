/*
 * component/feed_host.h - a diagnostic port, sessions and feeds on a loop of the test's own, for
 * fake runtimes to connect to.
 */
#pragma once

#include "src/base/log.h"
#include "src/session/feed.h"
#include "src/target/registry.h"
#include "tests/support/fake_runtime.h"
#include "tests/support/files.h"
#include "tests/unit/io/loop.h"

struct feed_host {
    uv_loop_t *loop;
    struct options options;
    struct registry *registry;
    struct sessions *sessions;
    struct feeds *feeds;
    const char *port;
    bool idle;
};

/* `pairs`: more settings, up to {NULL}. */
static inline struct feed_host *feed_host_new(const char *const (*pairs)[2])
{
    struct feed_host *h = world_alloc(sizeof *h);
    struct config_keys keys = {0};
    struct error err;

    log_set_level(LOG_LEVEL_NONE);
    h->loop = loop_new();
    h->port = world_text("%s/port", files_tmpdir());
    CHECK(config_keys_set(&keys, "DiagnosticPort", h->port, "test", &err) == 0);
    for (; pairs && (*pairs)[0]; pairs++)
        CHECK(config_keys_set(&keys, (*pairs)[0], (*pairs)[1], "test", &err) == 0);
    REQUIRE(options_load(&h->options, &keys, &err) == 0);
    config_keys_deinit(&keys);
    REQUIRE(registry_new(h->loop, &h->options, &h->registry, &err) == 0);
    REQUIRE(sessions_new(h->loop, &h->sessions, &err) == 0);
    REQUIRE(feeds_new(h->sessions, &h->feeds, &err) == 0);
    return h;
}

static inline void on_feed_host_idle(void *user)
{
    ((struct feed_host *)user)->idle = true;
}

/* As the program ends: sessions are stopped in their targets first. Nothing may be left. */
static inline void feed_host_end(struct feed_host *h)
{
    CHECK_AT("all readers have left",
             feeds_session_count(h->feeds) == 0 && feeds_reader_count(h->feeds) == 0);
    feeds_free(h->feeds);
    sessions_wait(h->sessions, LOOP_MS, on_feed_host_idle, h);
    CHECK_AT("all sessions end", LOOP_UNTIL(h->loop, LOOP_MS, h->idle));
    CHECK_AT("none is left", sessions_count(h->sessions) == 0);
    sessions_free(h->sessions);
    registry_free(h->registry);
    options_deinit(&h->options);
    loop_end(h->loop);
}

static inline struct target *feed_host_find(struct feed_host *h, uint64_t pid)
{
    list_each(t, registry_targets(h->registry), struct target, link)
    {
        if (t->listed && t->pid == pid)
            return t;
    }
    return NULL;
}

/* A runtime of this pid that is listed by now. */
static inline struct target *feed_host_app(struct feed_host *h, uint64_t pid,
                                           const struct fake_options *o,
                                           struct fake_runtime **ret_runtime)
{
    struct fake_options own = *o;
    struct target *t = NULL;

    own.port = h->port;
    own.pid = pid;
    *ret_runtime = fake_runtime_start(&own);
    REQUIRE(LOOP_UNTIL(h->loop, LOOP_MS, (t = feed_host_find(h, pid)) != NULL));
    return t;
}
