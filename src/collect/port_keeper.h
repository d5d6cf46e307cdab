/*
 * collect/port_keeper.h - keeps a runtime's own socket file across a dump (Connect mode).
 *
 * When the runtime cannot start createdump, the child that failed removes the socket file, and the
 * runtime can never be reached there again, although it goes on listening (FACTS section 3, .NET 8
 * to 10). createdump is checked before, but where we may not read the target's /proc that tells
 * nothing; so the file gets a second name for the time of the dump, from which it is restored.
 */
#pragma once

struct port_keeper {
    char *path, *second; /* NULL: nothing is kept */
};

/* `path` NULL (Listen mode, or a foreign root, whose /proc we can read) keeps nothing; so does a
 * folder in which we may not link. */
void port_keeper_start(struct port_keeper *k, const char *path);

/* Restores the file if it is gone and its process still listens; removes the second name. Safe on a
 * zeroed keeper. */
void port_keeper_end(struct port_keeper *k);
