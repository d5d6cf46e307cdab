/*
 * rules/rules.h - collection rules: what is done to processes without being asked (CONTRACT 19).
 *
 * Each rule that means a process runs on it, from its arrival to its end; in Connect mode from the
 * moment that it is found. When the rules of the settings change, all end and begin anew.
 */
#pragma once

#include <uv.h>

#include "src/base/error.h"
#include "src/config/keys.h"
#include "src/rules/rule.h"
#include "src/target/registry.h"

struct rules;

/* Borrowed until rules_free(), which comes before the end of all of them. */
struct rules_config {
    uv_loop_t *loop;
    struct registry *registry;
    struct feeds *feeds;
    struct operations *operations;
    struct egress *egress;
    struct metrics_service *metrics; /* NULL: off */
};

/* Of `keys` what is needed is copied. */
int rules_new(const struct rules_config *config, const struct config_keys *keys, struct rules **ret,
              struct error *err);

/* The settings have changed. On failure (-ENOMEM) all stays as it is. */
int rules_reload(struct rules *all, const struct config_keys *keys, struct error *err);

/* Ends all at once: programs are killed, artifacts cancelled, processes that wait resumed. NULL is
 * fine. */
void rules_free(struct rules *all);

/* Calls `visit` with each rule of the process, in the order of the settings. */
void rules_each(const struct rules *all, const struct target *t,
                void (*visit)(void *user, const struct rule *rule), void *user);

/* By its name, case matters; NULL: the process has no such rule. */
const struct rule *rules_find(const struct rules *all, const struct target *t, const char *name);
