/*
 * session/attempts.h - the requests for one session, from the one that says all to those that older
 * runtimes understand.
 *
 * A runtime answers a CollectTracing revision that it does not know with UNKNOWN_COMMAND (FACTS
 * section 3: .NET 8 knows 1 and 2, 9 up to 4, 10 up to 5); the next attempt then leaves out what
 * only that revision could say.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/ipc/commands.h"
#include "src/base/error.h"

struct session_config;

struct attempt {
    enum ipc_command command;
    uint8_t *message;
    size_t size;
};

enum { ATTEMPTS_MAX = 6 };

struct attempts {
    struct attempt list[ATTEMPTS_MAX]; /* highest revision first */
    size_t count, current;
};

/* Encodes all of them. -EINVAL: no providers, no buffer, a provider without name; -E2BIG: longer
 * than an IPC message can be. */
int attempts_init(struct attempts *a, const struct session_config *config, struct error *err);
void attempts_deinit(struct attempts *a);

const struct attempt *attempts_current(const struct attempts *a);

/* False when there is none left. */
bool attempts_next(struct attempts *a);
