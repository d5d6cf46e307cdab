/*
 * support/command.h - a command's entry function, run in this process.
 */
#pragma once

/* Until the test has ended. */
struct command_result {
    int code;
    char *out, *err; /* what it wrote */
};

/* `arguments` ends with NULL. */
struct command_result command_run(int (*command)(int argc, char **argv),
                                  const char *const *arguments);

#define COMMAND_RUN(command, ...) command_run(command, (const char *const[]){__VA_ARGS__, NULL})
