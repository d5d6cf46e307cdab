/*
 * support/dotnet.h - real .NET applications (tests/apps) as targets.
 *
 * Names are those of tests/apps/build: web10, web9, web8, single10, brief10, aot9, meters10,
 * logs10, webroutes10... They are built when they are missing or old; where they cannot be, the
 * test is skipped, loudly.
 */
#pragma once

#include "tests/support/portside.h"

enum { DOTNET_START_MS = 30000 };

struct dotnet_options {
    const char *name;
    const char *port;   /* diagnostic port to connect to; NULL: none */
    const char *mode;   /* e.g. "nosuspend"; NULL: the runtime's default, suspend */
    const char *tmp;    /* its TMPDIR; NULL: a new folder */
    const char *folder; /* run this copy (dotnet_copy) instead of build/apps/NAME */
    const char *arg;    /* one argument; NULL: none */
    const char *env[8]; /* up to the first NULL */
    uid_t uid;          /* 0: not changed */
};

struct dotnet_app {
    struct proc *proc;
    const char *tmp;
    char base[64]; /* of web apps: http://127.0.0.1:PORT */
};

/* False, after a loud skip, when the application cannot be had here. */
bool dotnet_have(const char *name);

/* True when the tests run as root; else a loud skip. */
bool dotnet_need_root(void);

/* Starts it; does not wait (with a diagnostic port it waits itself for the resume). */
struct dotnet_app *dotnet_start(const struct dotnet_options *o);

/* Whether a web app answers /hello now; and within `ms`. */
bool dotnet_says_hello(const struct dotnet_app *app);
bool dotnet_wait_hello(const struct dotnet_app *app, int ms);

/* Starts a web app on the daemon's port and waits until it serves and is listed. */
struct dotnet_app *dotnet_web(const struct portside *p, const char *name, uid_t uid);

/* A copy of build/apps/NAME in `dir` that a test may damage. Its path. */
const char *dotnet_copy(const char *name, const char *dir);

/* The process's default diagnostic socket in its TMPDIR; "" when it has none. */
const char *dotnet_socket(const struct dotnet_app *app);

/* Whether it has one. */
bool dotnet_has_socket(const struct dotnet_app *app);
