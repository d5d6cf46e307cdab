/*
 * collect/enter.h - becomes like a target and runs a program of its image: same namespaces, user
 * and capabilities.
 *
 * For a host agent (root) and a target in a container. The program is the target's, not ours, so it
 * must not get more than the target has: it enters every namespace that differs, gives up all
 * capabilities that the target could never have, takes its user and group, and can gain no
 * privileges. Runs in a process of its own: `portside enter PID PROGRAM [ARG...]`, which
 * createdump_run() starts and nobody else needs.
 */
#pragma once

/* The name of the command. */
#define ENTER_COMMAND "enter"

/* argv: PID PROGRAM [ARG...] NULL, PROGRAM as a path in the target's mount namespace. Returns the
 * exit code for main: the program's own, 126 with a line on standard error when it could not be
 * run, 128+n when it died of signal n. */
int enter_main(char **argv);
