/*
 * time_start PORT COMMAND ARGUMENT...
 * Starts a monitor, asks it for /info again and again, prints the milliseconds from exec to the
 * first answer with status 200, and stops it.
 */
#include "bench/tools/common.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TRY_EVERY_US = 50, GIVE_UP_MS = 60 * 1000 };

static bool answers_200(const char *port)
{
    static const char request[] =
        "GET /info HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    char reply[64] = "";
    int fd = loopback_connect(port);

    if (fd < 0)
        return false;
    ssize_t n = send_all(fd, request, sizeof request - 1)
                    ? recv(fd, reply, sizeof reply - 1, MSG_WAITALL)
                    : -1;
    (void)close(fd);
    return n > 12 && strncmp(reply, "HTTP/1.1 200", 12) == 0;
}

static pid_t start(char **argv)
{
    pid_t pid = fork();

    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
        (void)dup2(null, STDOUT_FILENO);
        (void)dup2(null, STDERR_FILENO);
        (void)execvp(argv[0], argv);
        _exit(127);
    }
    return pid;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        die("usage: time_start PORT COMMAND ARGUMENT...");
    double from = now_ms();
    pid_t pid = start(argv + 2);
    if (pid < 0)
        die("cannot run %s", argv[2]);
    while (!answers_200(argv[1])) {
        if (waitpid(pid, NULL, WNOHANG) == pid)
            die("%s ended by itself", argv[2]);
        if (now_ms() - from > GIVE_UP_MS) {
            (void)kill(pid, SIGKILL);
            die("%s does not answer", argv[2]);
        }
        pause_us(TRY_EVERY_US);
    }
    (void)printf("%.3f\n", now_ms() - from);
    (void)kill(pid, SIGTERM);
    (void)waitpid(pid, NULL, 0);
    return 0;
}
