/*
 * program/server.h - `portside collect`: wires the parts, runs the loop, stops in reverse order.
 */
#pragma once

#include "src/config/command_line.h"
#include "src/config/settings.h"

/* What the process ends with (CONTRACT section 23). */
enum {
    EXIT_FINE = 0,
    EXIT_USAGE = 1, /* bad arguments, or a settings file that cannot be understood */
    EXIT_CANNOT_RUN = 255,
};

/* Runs until a signal, or the end of standard input where that was asked for. Returns the exit
 * code. Once per process. */
int server_run(const struct command_flags *flags, struct settings *settings);
