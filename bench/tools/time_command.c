/*
 * time_command [-w FOLDER] COMMAND ARGUMENT...
 * Runs it with its output thrown away and prints "WALL FIRST": milliseconds to its end, and to the
 * first byte of a file in FOLDER (0 without -w).
 */
#include "bench/tools/common.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void run(char **argv)
{
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

    (void)dup2(null, STDOUT_FILENO);
    (void)dup2(null, STDERR_FILENO);
    (void)execvp(argv[0], argv);
    _exit(127);
}

int main(int argc, char **argv)
{
    const char *folder = NULL;
    int status, at = 1;

    if (argc > 3 && strcmp(argv[1], "-w") == 0) {
        folder = argv[2];
        at = 3;
    }
    if (at >= argc)
        die("usage: time_command [-w FOLDER] COMMAND ARGUMENT...");
    if (folder)
        first_write_watch(folder);
    double start = now_ms();
    pid_t pid = fork();
    if (pid == 0)
        run(argv + at);
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        die("cannot run %s", argv[at]);
    double end = now_ms();
    if (status != 0)
        die("%s failed with status %d", argv[at], status);
    double first = first_write_at();
    (void)printf("%.3f %.3f\n", end - start, first > 0 ? first - start : 0);
    return 0;
}
