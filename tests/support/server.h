/*
 * support/server.h - this program or, for comparison, the peer (PORTSIDE_PEER), with authentication
 * on.
 */
#pragma once

#include <stdbool.h>

#include "tests/support/proc.h"

enum { SERVER_ENV = 8 };

struct server {
    char base[128]; /* http://127.0.0.1:PORT */
    bool peer;
    struct proc *proc;
};

/* Is there a peer to compare with? If not, the test is marked as skipped. */
bool server_has_peer(void);

/* A DotnetMonitor_ variable for Authentication:MonitorApiKey:NAME. */
const char *server_setting(const char *name, const char *value);

/* Waits until it is ready; not ready in time fails the test. `env`: up to the first NULL. */
void server_start(struct server *s, bool peer, const char *const env[static SERVER_ENV]);
void server_stop(struct server *s);
