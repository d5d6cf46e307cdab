/*
 * program/commands.h - what each command of the command line does.
 */
#pragma once

#include "src/config/command_line.h"

/* Runs a command that was read from the arguments; `command_line` holds its keys. Returns the exit
 * code. */
int command_run(enum command command, const struct command_flags *flags,
                const struct config_keys *command_line);
