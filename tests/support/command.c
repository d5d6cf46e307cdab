#include "tests/support/command.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/support/files.h"
#include "tests/support/world.h"

enum { MAX_ARGUMENTS = 16 };

struct command_result command_run(int (*command)(int argc, char **argv),
                                  const char *const *arguments)
{
    const char *dir = files_tmpdir();
    char *out = world_text("%s/out", dir), *err = world_text("%s/err", dir), *argv[MAX_ARGUMENTS];
    int saved[2] = {dup(1), dup(2)}, argc = 0, flags = O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC;
    struct command_result r;
    size_t size;

    for (; arguments[argc] && argc < MAX_ARGUMENTS; argc++)
        argv[argc] = world_text("%s", arguments[argc]);
    (void)fflush(NULL);
    int fds[2] = {open(out, flags, 0600), open(err, flags, 0600)};
    for (int i = 0; i < 2; i++)
        (void)dup2(fds[i], i + 1);
    r.code = command(argc, argv);
    (void)fflush(NULL);
    for (int i = 0; i < 2; i++) {
        (void)dup2(saved[i], i + 1);
        (void)close(saved[i]);
        (void)close(fds[i]);
    }
    r.out = files_read(out, &size);
    r.err = files_read(err, &size);
    return r;
}
